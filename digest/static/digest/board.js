// Mouse and keyboard control of the board. Without this script, its forms do the same.
import { focusOn, focusable, hold, isDirty, isTyping, remember, restore, sending } from "./board_preserve.js";

const board = () => document.getElementById("board");
const find = (selector) => document.querySelector(selector);

// Changes are sent one after the other. Your own last change must not make the next one fail as outdated, so the
// version you saw is advanced by your own changes, but not by anyone else's.
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
  // Signing in again in another tab changes the token; the cookie has the newest one.
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1]
    ?? board().querySelector("[name=csrfmiddlewaretoken]").value;
  await htmx.ajax("POST", board().dataset.act, {
    target: "#board",
    swap: "outerHTML",
    headers: { "X-CSRFToken": token },
    values: { ...values, csrfmiddlewaretoken: token, version },
  });
  const now = board().dataset.version;
  if (Number(now) === Number(version) + 1 && !board().querySelector(".p-error")) own.set(version, now);
}

// Send the board's forms without loading a new page.
let byKey = false;
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || !event.target.closest("#board")) return;
  event.preventDefault();
  const act = event.submitter?.value ?? event.target.querySelector("[name=act]").value;
  const card = event.target.closest(".p-card");
  if (card) hold(card, act, byKey);
  post({ ...Object.fromEntries(new FormData(event.target)), act }, event.target);
});
// The second click of a double click would hit the paper that moved up.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("#board button")) event.preventDefault();
});

// --- Dragging: Alpine's sort plugin says what was dropped, where, and in which list ---

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

// Keys for the focused paper.
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
// Keys that work everywhere.
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
    // If no paper has the focus yet, the first key moves it to the focusable one.
    if (card) ON_CARD[event.key](card);
    else focusOn(find(".p-card[tabindex='0']"));
  }
});

// After opening a form, the next key should go into its field.
document.addEventListener("click", (event) => {
  const form = event.target.closest("summary")?.closest(".p-note-form, .p-words");
  if (form && !form.open) {
    event.preventDefault();
    unfold(form);
  }
  if (!event.target.closest(".p-keys")) find(".p-keys").open = false;
});

// --- Updates of the board while it is in use ---

document.addEventListener("htmx:beforeRequest", (event) => {
  // Only poll while no one is typing and nothing is being dragged.
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
    // The panel asks to sign in again on its own.
    if (detail.target?.id !== "board" || detail.xhr.status === 401) return;
    find(".p-notice").textContent = "The server didn’t answer. What you typed is still here: try again.";
  });
}
window.addEventListener("beforeunload", (event) => {
  if (isDirty()) event.preventDefault();
});
focusable();
// A form that was opened before this script was loaded.
const unfolded = document.activeElement?.closest("summary")?.parentElement;
if (unfolded?.open && unfolded.matches(".p-note-form, .p-words")) unfold(unfolded);
