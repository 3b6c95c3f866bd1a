// Keeps what a swap of the board would lose: the scroll position, the focus, what is open, and unsaved text.
// For the next swap: the paper that gets the focus, and the one that keeps its position on the screen.
let held = null;
let saved = null;
// The fields of the form that is being sent. The response brings their values back.
let sent = null;

const column = () => document.querySelector(".p-column[data-preserve=edition]");
const fields = () => [...document.querySelectorAll("#board [data-typed]")];

const cardOf = (paper) => paper && document.querySelector(`.p-card[data-paper="${paper}"]`);
export const isDirty = () => fields().some((field) => field.value !== field.defaultValue);
export const isTyping = () => Boolean(document.activeElement?.closest(".p-note-form textarea, .p-words form"));

export function focusOn(card, options) {
  if (!card) return;
  document.querySelectorAll(".p-card[tabindex='0']").forEach((one) => { one.tabIndex = -1; });
  card.tabIndex = 0;
  card.focus({ preventScroll: true });
  if (!options?.still) card.scrollIntoView({ block: "nearest" });
}

// Keep the position of a paper that is being changed.
export function hold(card, act, byKey) {
  const leaves = ["add", "remove"].includes(act);
  const focus = leaves ? card.nextElementSibling ?? card.previousElementSibling : card;
  // If the clicked paper moves, it stays under the pointer. If it leaves the list, the one above it keeps its position.
  const still = ["up", "down", "note"].includes(act) ? card : card.previousElementSibling;
  held = {
    focus: focus?.dataset.paper,
    still: still?.dataset.paper,
    top: still?.getBoundingClientRect().top,
    added: act === "add" ? card.dataset.paper : null,
    byKey,
  };
}

// Set the form that is being sent, or null: its text is not kept over the swap, and it closes.
export function sending(form) {
  const typed = [...(form?.querySelectorAll("[data-typed]") ?? [])];
  const names = typed.map((field) => field.dataset.typed);
  sent = names.length ? { names, fold: form.closest("details").dataset.preserve } : null;
}

// If Tab leads to no paper, make the first candidate focusable.
export function focusable() {
  const first = document.querySelector("[data-list=candidates] .p-card") ?? document.querySelector(".p-card");
  if (first && !document.querySelector(".p-card[tabindex='0']")) first.tabIndex = 0;
}

// Return a selector that finds the active field again, null if its text is being sent.
function fieldOf(active) {
  if (!active?.closest("#board") || sent?.names.includes(active.dataset.typed)) return null;
  if (active.dataset.typed) return `[data-typed="${active.dataset.typed}"]`;
  return active.name && active.closest(".p-filters") ? `.p-filters [name=${active.name}]` : null;
}

// Save everything that a swap would lose.
export function remember() {
  const active = document.activeElement;
  const card = active?.closest(".p-card");
  saved = {
    ...(held ?? { focus: card?.dataset.paper, still: card?.dataset.paper, top: card?.getBoundingClientRect().top }),
    scroll: window.scrollY,
    column: column()?.scrollTop ?? 0,
    open: [...document.querySelectorAll("#board details[data-preserve]")]
      .filter((one) => one.dataset.preserve !== sent?.fold).map((one) => [one.dataset.preserve, one.open]),
    typed: fields().filter((field) => field.value !== field.defaultValue && !sent?.names.includes(field.dataset.typed))
      .map((field) => ({ name: field.dataset.typed, value: field.value, was: field.defaultValue })),
    field: fieldOf(active),
    at: active?.selectionStart ?? null,
    words: sent?.fold === "words",
  };
  held = null;
}

// Restore it in the new board.
export function restore() {
  const { open, typed, column: scrolled } = saved;
  for (const [name, isOpen] of open) {
    const details = document.querySelector(`#board details[data-preserve="${name}"]`);
    if (details && isOpen) details.open = true;
    else if (details && name === "audience") details.open = false;
  }
  typed.forEach(retype);
  if (column()) column().scrollTop = scrolled;
  window.scrollTo({ top: saved.scroll, behavior: "instant" });
  refocus();
  const added = cardOf(saved.added);
  if (added && scrollerOf(added) !== window) {
    column().scrollTop = added.offsetTop + added.offsetHeight - column().clientHeight;
  }
}

function retype({ name, value, was }) {
  const field = document.querySelector(`#board [data-typed="${name}"]`);
  if (!field || field.value === value) return;
  // Someone else changed this text meanwhile: show theirs next to it. Saving decides which one stays.
  if (field.defaultValue !== was) {
    const hint = document.createElement("p");
    hint.className = "p-warn";
    hint.textContent = `Someone else changed this to: ${field.defaultValue || "(empty)"}`;
    field.after(hint);
  }
  field.value = value;
}

function refocus() {
  const field = saved.field && document.querySelector(saved.field);
  if (field) {
    field.focus({ preventScroll: true });
    if (saved.at !== null) field.setSelectionRange?.(saved.at, saved.at);
    return;
  }
  if (saved.words) document.querySelector(".p-words summary")?.focus({ preventScroll: true });
  const still = cardOf(saved.still);
  if (still && saved.top !== undefined) {
    scrollerOf(still).scrollBy({ top: still.getBoundingClientRect().top - saved.top, behavior: "instant" });
  }
  const first = document.querySelector("[data-list=candidates] .p-card");
  if (saved.focus) focusOn(cardOf(saved.focus) ?? first, { still: !saved.byKey });
  focusable();
}

function scrollerOf(card) {
  const own = card.closest(".p-column[data-preserve=edition]");
  return own && own.scrollHeight > own.clientHeight ? own : window;
}
