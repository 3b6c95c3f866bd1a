// The board by mouse and by keyboard. Without this script its forms do the same.
// The paper that keeps the focus while the board is swapped.
let held = null;

const board = () => document.getElementById("board");

// One change after the other. What one did oneself a moment ago is no reason to refuse the next change: a version that
// was seen is followed through one's own changes, and through nobody else's.
let before = Promise.resolve();
const own = new Map();

function post(values) {
  const seen = values.version ?? board().dataset.version;
  before = before.then(() => send(values, seen)).catch(() => {});
}

async function send(values, seen) {
  let version = seen;
  while (own.has(version)) version = own.get(version);
  const token = board().querySelector("[name=csrfmiddlewaretoken]").value;
  await htmx.ajax("POST", board().dataset.act, {
    target: "#board",
    swap: "outerHTML",
    headers: { "X-CSRFToken": token },
    values: { ...values, version },
  });
  const now = board().dataset.version;
  if (Number(now) === Number(version) + 1 && !board().querySelector(".p-complaint")) own.set(version, now);
}

// The forms of the board, without a new page for each.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || !event.target.closest("#board")) return;
  event.preventDefault();
  post(Object.fromEntries(new FormData(event.target, event.submitter)));
});

// --- Dragging: Alpine's sort says what was dropped, where, in which list ---

document.addEventListener("put", ({ detail: { item, place, list } }) => {
  const key = item.slice(1);
  const isEntry = item.startsWith("e");
  if (list === "edition") post(isEntry ? { act: "put", entry: key, place } : { act: "add", paper: key, place });
  else if (isEntry) post({ act: "remove", entry: key });
});

// --- Keys ---

const cardOf = (paper) => paper && document.querySelector(`.p-card[data-paper="${paper}"]`);

function focusOn(card) {
  if (!card) return;
  document.querySelectorAll(".p-card[tabindex='0']").forEach((one) => { one.tabIndex = -1; });
  card.tabIndex = 0;
  card.focus();
  card.scrollIntoView({ block: "nearest" });
}

function step(card, by) {
  const all = [...card.closest(".p-column").querySelectorAll(".p-card")];
  focusOn(all[all.indexOf(card) + by]);
}

function press(card, ...names) {
  const button = names.map((name) => card.querySelector(`button[value=${name}], button[data-key=${name}]`)).find(Boolean);
  if (!button || button.disabled) return;
  // Where a paper leaves the list, the next one takes the focus.
  const leaves = ["add", "remove"].includes(names[0]);
  const next = card.nextElementSibling || card.previousElementSibling;
  held = (leaves && next ? next : card).dataset.paper;
  button.click();
}

function writeNote(card) {
  const note = card.querySelector(".p-note-form");
  if (!note) return;
  note.open = true;
  note.querySelector("textarea").focus();
}

const MOVES = {
  j: (card) => step(card, 1),
  ArrowDown: (card) => step(card, 1),
  k: (card) => step(card, -1),
  ArrowUp: (card) => step(card, -1),
  ArrowLeft: () => focusOn(document.querySelector("[data-list=candidates] .p-card")),
  ArrowRight: () => focusOn(document.querySelector("[data-list=edition] .p-card")),
  a: (card) => press(card, "add"),
  r: (card) => press(card, "remove"),
  p: (card) => press(card, "pin"),
  h: (card) => press(card, "hide"),
  n: writeNote,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.closest("input, textarea, select");
  if (field) {
    const card = field.closest(".p-card");
    if (event.key === "Escape" && card) focusOn(card);
    if (event.key === "Enter" && event.target.matches(".p-note-form textarea") && !event.shiftKey) {
      event.preventDefault();
      held = card.dataset.paper;
      event.target.form.querySelector("button").click();
    }
    return;
  }
  const card = event.target.closest(".p-card") || cardOf(held) || document.querySelector(".p-card[tabindex='0']");
  if (!card || event.target.closest("button, summary, a")?.matches(":focus") && ["Enter", " "].includes(event.key)) return;
  if (event.shiftKey && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    press(card, event.key === "ArrowUp" ? "up" : "down");
  } else if (MOVES[event.key] && !event.shiftKey) {
    event.preventDefault();
    MOVES[event.key](card);
  }
});

// --- The board changes under one's hands ---

function settle() {
  // Who types already, or moved on, is left alone.
  if (document.activeElement?.closest(".p-card, .p-words, .p-filters")) return;
  const again = cardOf(held);
  if (again) focusOn(again);
  else {
    const first = document.querySelector(".p-card");
    if (first && !document.querySelector(".p-card[tabindex='0']")) first.tabIndex = 0;
  }
}

const isTyping = () => document.activeElement?.closest(".p-note-form, .p-words, .p-filters")
  || [...document.querySelectorAll("#board textarea, #board .p-words input")].some((field) => field.value !== field.defaultValue);

document.addEventListener("htmx:beforeRequest", (event) => {
  // What is half written must not be swapped away: saving it says whether somebody was faster.
  if (event.target.id === "board" && (isTyping() || document.querySelector(".sortable-chosen"))) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  if (event.detail.target?.id === "board" && !held) held = document.activeElement?.closest(".p-card")?.dataset.paper ?? null;
});
// What is loaded into a part of the board leaves the focus alone.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "board") return;
  settle();
  held = null;
});
settle();
