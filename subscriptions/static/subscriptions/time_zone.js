// Chooses the reader's own time zone, and says in words when the digest comes. All of it works without, too.
for (const form of document.querySelectorAll(".sign-up")) {
  const { time_zone: zone, frequency, weekday, month_day: day, local_time: time } = form.elements;
  const words = form.querySelector("[data-when]");

  const say = () => {
    const days = [...form.querySelectorAll(".on-days label:has(:checked)")].map((label) => label.textContent.trim());
    const on = {
      weekly: `Every ${weekday.selectedOptions[0].text}`,
      days: `Every ${days.join(", ")}`,
      monthly: `On the ${day.selectedOptions[0].text} of every month`,
    }[frequency.value] ?? frequency.selectedOptions[0].text;
    words.textContent = `${on} at ${time.value} (${zone.value.replaceAll("_", " ")})`;
  };

  // What somebody chose and the browser brought back stays.
  if ("detect" in zone.dataset && zone.selectedOptions[0].defaultSelected) {
    const found = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zone.options].some((option) => option.value === found)) zone.value = found;
  }
  form.addEventListener("change", say);
  // On the way back a browser may fill in the form after this script has run.
  window.addEventListener("pageshow", say);
  say();
}
