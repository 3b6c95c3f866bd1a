// Chooses the reader's own time zone, finds one by its place, tells the time there, and says in words when the digest
// comes. All of it works without, too.
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
function choose(zone, name) {
  if (![...zone.options].some((option) => option.value === name)) {
    zone.add(new Option(name.split("/").at(-1).replaceAll("_", " "), name));
  }
  zone.value = name;
}

// A form opens with only the chosen zone. The others are the text of <noscript>, a list where scripts are off.
function fillList(zone) {
  const waiting = zone.parentElement.querySelector("noscript");
  if (!waiting) return;
  const chosen = zone.value;
  const page = new DOMParser().parseFromString(waiting.textContent, "text/html");
  zone.replaceChildren(...page.querySelectorAll("optgroup"));
  waiting.remove();
  choose(zone, chosen);
  const field = zone.form.querySelector("[data-zone-search]");
  if (field) searchable(zone, field);
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

// Neither finding the zone nor building the list should slow a page down: both wait until the reader does something
// on the page, or until it has been there for three seconds.
const INTERACTIONS = ["pointermove", "pointerdown", "keydown", "focusin", "scroll", "submit"];

function onFirstInteraction(task) {
  const started = new AbortController();
  const start = () => {
    if (started.signal.aborted) return;
    started.abort();
    task();
  };
  const options = { capture: true, passive: true, signal: started.signal };
  for (const event of INTERACTIONS) window.addEventListener(event, start, options);
  window.addEventListener("load", () => setTimeout(start, 3000));
}

function detect(zone) {
  // What somebody chose stays when they come back to this page.
  choose(zone, history.state?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  zone.addEventListener("change", () => history.replaceState({ ...history.state, timeZone: zone.value }, ""));
}

for (const zone of document.querySelectorAll("select.chosen-zone")) {
  onFirstInteraction(() => {
    if ("detect" in zone.dataset) detect(zone);
    fillList(zone);
    zone.addEventListener("focus", () => tellTimes(zone), { once: true });
  });
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

  onFirstInteraction(() => {
    form.addEventListener("change", say);
    say();
  });
}
