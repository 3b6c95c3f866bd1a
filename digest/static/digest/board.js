// The board by mouse and by keyboard. Without this script its forms do the same.
import { focusOn, focusable, hold, isDirty, isTyping, remember, restore, sending } from "./board_keeping.js";

const board = () => document.getElementById("board");
const find = (selector) => document.querySelector(selector);

// One change after the other. What one did oneself a moment ago is no reason to refuse the next change: a version that
// was seen is followed through one's own changes, and through nobody else's.
let before = Promise.resolve();
const own = new Map();

function post(values, form) {
  const seen = values.version ?? board().dataset.version;
  before = before.then(() => send(values, seen, form)).catch(() => {}).then(() => sending(null));
}

async function send(values, seen, form) {
  let version = seen;
  while (own.has(version)) version = own.get(version);
  sending(form);
  const token = board().querySelector("[name=csrfmiddlewaretoken]").value;
  await htmx.ajax("POST", board().dataset.act, {
    target: "#board",
    swap: "outerHTML",
    headers: { "X-CSRFToken": token },
    values: { ...values, version },
  });
  const now = board().dataset.version;
  if (Number(now) === Number(version) + 1 && !board().querySelector(".p-error")) own.set(version, now);
}

// The forms of the board, without a new page for each.
let byKey = false;
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || !event.target.closest("#board")) return;
  event.preventDefault();
  const act = event.submitter?.value ?? event.target.querySelector("[name=act]").value;
  const card = event.target.closest(".p-card");
  if (card) hold(card, act, byKey);
  post({ ...Object.fromEntries(new FormData(event.target)), act }, event.target);
});
// The second press of a double click would meet the paper that moved up.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("#board button")) event.preventDefault();
});

// --- Dragging: Alpine's sort says what was dropped, where, in which list ---

document.addEventListener("put", ({ detail: { item, place, list } }) => {
  const key = item.slice(1);
  const isEntry = item.startsWith("e");
  if (list === "edition") post(isEntry ? { act: "put", entry: key, place } : { act: "add", paper: key, place });
  else if (isEntry) post({ act: "remove", entry: key });
});

// --- Keys ---

function step(card, by) {
  const all = [...card.closest(".p-column").querySelectorAll(".p-card")];
  focusOn(all[all.indexOf(card) + by]);
}

function press(button) {
  if (!button || button.disabled) return;
  byKey = true;
  button.click();
  byKey = false;
}

const pressOn = (...names) => (card) =>
  press(names.map((name) => card.querySelector(`button[value=${name}], button[data-key=${name}]`)).find(Boolean));

function unfold(details) {
  if (!details) return;
  details.open = true;
  details.querySelector("textarea, input:not([type=hidden])")?.focus();
}

function fold(details) {
  if (details) details.open = !details.open;
}

// What a key does to the paper that has the focus.
const ON_CARD = {
  j: (card) => step(card, 1),
  ArrowDown: (card) => step(card, 1),
  k: (card) => step(card, -1),
  ArrowUp: (card) => step(card, -1),
  a: pressOn("add"),
  r: pressOn("remove"),
  p: pressOn("pin"),
  h: pressOn("hide"),
  n: (card) => unfold(card.querySelector(".p-note-form")),
  o: (card) => fold(card.querySelector(".p-abstract")),
  Enter: (card) => fold(card.querySelector(".p-abstract")),
};
// What it does wherever one is.
const ANYWHERE = {
  ArrowLeft: () => focusOn(find("[data-list=candidates] .p-card")),
  ArrowRight: () => focusOn(find("[data-list=edition] .p-card")),
  u: () => press(find("button[value=undo]")),
  v: () => find("[data-key=preview]").click(),
  g: () => find("[data-key=publish]").click(),
  s: () => unfold(find(".p-words")),
  "/": () => find(".p-filters [type=search]").focus(),
  "?": () => fold(find(".p-keys")),
};

function inField(event, field) {
  const card = field.closest(".p-card");
  if (event.key === "Escape") {
    if (card) focusOn(card);
    else field.blur();
  } else if (["Enter", "ArrowDown"].includes(event.key) && field.type === "search") {
    event.preventDefault();
    focusOn(find("[data-list=candidates] .p-card"));
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.dataset.typed) {
    event.preventDefault();
    press(field.form.querySelector("button"));
  } else if (event.key === "Enter" && !event.shiftKey && field.matches(".p-note-form textarea")) {
    event.preventDefault();
    press(field.form.querySelector("button"));
  }
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select");
  if (field) return inField(event, field);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") find(".p-keys").open = false;
  const onControl = event.target.closest("button, summary, a");
  if (onControl && ["Enter", " "].includes(event.key)) return;
  const card = event.target.closest(".p-card");
  if (ANYWHERE[event.key]) {
    event.preventDefault();
    ANYWHERE[event.key]();
  } else if (card && event.shiftKey && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    pressOn(event.key === "ArrowUp" ? "up" : "down")(card);
  } else if (ON_CARD[event.key] && !event.shiftKey) {
    event.preventDefault();
    // The first key of all takes up the paper that waits for it.
    if (card) ON_CARD[event.key](card);
    else focusOn(find(".p-card[tabindex='0']"));
  }
});

// Who unfolds a form wants to write in it, from the next key on.
document.addEventListener("click", (event) => {
  const form = event.target.closest("summary")?.closest(".p-note-form, .p-words");
  if (form && !form.open) {
    event.preventDefault();
    unfold(form);
  }
  if (!event.target.closest(".p-keys")) find(".p-keys").open = false;
});

// --- The board changes under one's hands ---

document.addEventListener("htmx:beforeRequest", (event) => {
  // Asked again only while nobody types and nothing is dragged.
  if (event.target.id === "board" && (isTyping() || find(".sortable-chosen"))) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  if (event.detail.target?.id === "board") remember();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "board") return;
  restore();
  htmx.trigger("#who", "renew");
});
for (const fault of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(fault, ({ detail }) => {
    if (detail.target?.id !== "board") return;
    find(".p-notice").textContent = "The server did not answer. What you typed is still here: try again.";
  });
}
window.addEventListener("beforeunload", (event) => {
  if (isDirty()) event.preventDefault();
});
focusable();
// What was unfolded before this script came.
const unfolded = document.activeElement?.closest("summary")?.parentElement;
if (unfolded?.open && unfolded.matches(".p-note-form, .p-words")) unfold(unfolded);
