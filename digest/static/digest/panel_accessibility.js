// Adds what the markup of Unfold, Select2 and Django's admin lacks for keyboards and screen readers: focusable
// controls, names, and hiding decorative icons. All of this markup is created by scripts anyway, or only works with
// them.

const NAMES = {
  add: "Add", arrow_back: "Back", close: "Close the menu", computer: "Colours", dark_mode: "Colours", delete: "Remove",
  dock_to_right: "Menu", light_mode: "Colours", more_horiz: "More", more_vert: "More",
  newspaper: "Today", search: "Search",
};
const CONTROL = "a, button, [role=button]";
const ICON = ".material-symbols-outlined";

// Clickable elements that are neither links nor buttons: the menu, filters, colours, the user menu.
const reach = (thing) => {
  thing.setAttribute("role", "button");
  thing.tabIndex = 0;
  thing.addEventListener("keydown", (event) => {
    if (event.target !== thing || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    thing.click();
  });
};

// An icon is a word in an icon font, which would be read aloud. If its control has no other name, the icon names it.
const silence = (icon) => {
  const control = icon.closest(CONTROL);
  const name = icon.title || NAMES[icon.textContent.trim()];
  if (control ? isBare(control) : icon.title) {
    if (!name) return;
    (control || icon).ariaLabel = name;
    if (!control) icon.role = "img";
  }
  if (icon !== control && !icon.ariaLabel) icon.ariaHidden = "true";
};

const isBare = (control) => {
  const copy = control.cloneNode(true);
  copy.querySelectorAll(ICON).forEach((icon) => { icon.remove(); });
  return !control.ariaLabel && !control.title && (control.matches(ICON) || !copy.textContent.trim());
};

const nameSelect = (select) => {
  const name = select.ariaLabel || select.labels[0]?.textContent.trim();
  const box = select.nextElementSibling;
  if (!name || !box?.matches(".select2-container")) return;
  const chosen = box.querySelector("[role=textbox]");
  for (const part of chosen ? [chosen, chosen.closest("[role=combobox]")] : []) {
    part.removeAttribute("aria-labelledby");
    part.ariaLabel = part === chosen ? name : `${name}: ${chosen.textContent.trim()}`;
    if (part.hasAttribute("aria-owns")) part.setAttribute("aria-controls", part.getAttribute("aria-owns"));
  }
  box.querySelector(".select2-search__field")?.setAttribute("aria-label", name);
};

const repair = () => {
  const pressed = ":is(a:not([href]), div, span)[x-on\\:click]:not([role], #changelist-filter-close)";
  document.querySelectorAll(pressed).forEach(reach);
  document.querySelectorAll(`${ICON}:not([aria-hidden], [aria-label])`).forEach(silence);
  document.querySelectorAll(".date-icon, .clock-icon").forEach((icon) => {
    icon.closest("a").ariaLabel = icon.title;
  });
  document.querySelectorAll("select.select2-hidden-accessible").forEach(nameSelect);
  document.querySelector(".select2-dropdown .select2-search__field")?.setAttribute("aria-label", "Search");
  document.querySelectorAll(".help-tooltip[aria-label]").forEach((hint) => { hint.setAttribute("role", "img"); });
};

document.addEventListener("DOMContentLoaded", () => {
  repair();
  new MutationObserver(repair).observe(document.body, { childList: true, subtree: true });
});
