// Chooses the reader's own time zone, finds one by its place, tells the time there, and says in words when the digest
// comes. All of it works without, too.
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

function timeIn(zone) {
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  try {
    return new Date().toLocaleTimeString("en-GB", clock);
  } catch {
    // A zone that this browser does not know.
    return "";
  }
}

function tellTimes(zone) {
  for (const option of zone.options) {
    const time = /\d\d:\d\d$/.test(option.text) ? "" : timeIn(option.value);
    if (time) option.text += `, ${time}`;
  }
}

// Some browsers name a place as it was called before: the server knows those names, too.
function chooseOwn(zone) {
  if (![...zone.options].some((option) => option.value === own)) {
    zone.add(new Option(own.split("/").at(-1).replaceAll("_", " "), own));
  }
  zone.value = own;
}

function searchable(zone, field) {
  const groups = [...zone.children].map((group) => [group, [...group.children]]);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().trim();
    const chosen = zone.value;
    for (const [group, options] of groups) {
      const fitting = options.filter((option) => option.value === chosen || option.text.toLowerCase().includes(words));
      group.replaceChildren(...fitting);
      if (fitting.length) zone.append(group);
      else group.remove();
    }
    const first = [...zone.options].find((option) => option.text.toLowerCase().startsWith(words));
    if (words && first) zone.value = first.value;
    else zone.value = chosen;
    zone.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

for (const zone of document.querySelectorAll('select[name="time_zone"]')) {
  const { form } = zone;
  // What somebody chose and the browser brought back stays.
  if ("detect" in zone.dataset && zone.selectedOptions[0].defaultSelected) chooseOwn(zone);
  const field = form.querySelector("[data-zone-search]");
  if (field) searchable(zone, field);
  zone.addEventListener("focus", () => tellTimes(zone), { once: true });
}

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

  form.addEventListener("change", say);
  // On the way back a browser may fill in the form after this script has run.
  window.addEventListener("pageshow", say);
  say();
}
