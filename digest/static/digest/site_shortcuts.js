// Keyboard shortcuts: j and k go from paper to paper; v votes for the focused one, m and l say more or less like it,
// s saves it, u undoes the last of these; / goes to the search.
const papers = () => [...document.querySelectorAll(".paper")];

function step(by) {
  const all = papers();
  const at = all.findIndex((paper) => paper.contains(document.activeElement));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  const link = next?.querySelector(".title a");
  link?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "center" });
}

const current = () => document.activeElement.closest(".paper, .paper-page") ?? document.querySelector(".paper-page");

function vote() {
  const paper = current();
  const form = paper?.querySelector("form.vote");
  if (!form) return;
  const link = paper.querySelector(".title a");
  // The form is replaced by the response, and the focus would be lost with it.
  form.addEventListener("htmx:afterRequest", () => link?.focus(), { once: true });
  form.requestSubmit();
}

const say = (kind) => () => press(current()?.querySelector("form.feedback-buttons"), kind);

// A click rather than a submit, because htmx sends the button that was clicked last.
function press(form, kind) {
  form?.querySelector(`button[value="${kind}"]`)?.click();
}

// The feedback on a paper before each change, the latest at the end.
const before = [];
const said = (form) => [...form.querySelectorAll('button[aria-pressed="true"]')].map((button) => button.value);
let undoing = false;

document.addEventListener("submit", ({ target }) => {
  if (target.matches?.("form.feedback-buttons") && !undoing) before.push({ id: target.id, kinds: said(target) });
}, true);

function undo() {
  const last = before.at(-1);
  const form = last && document.getElementById(last.id);
  if (!form) return;
  const now = said(form);
  // More and less exclude each other: giving the earlier one again undoes the other.
  const kind = last.kinds.find((one) => !now.includes(one)) ?? now.find((one) => !last.kinds.includes(one));
  // The response has not arrived yet. Pressing the key again will work then.
  if (!kind) return;
  before.pop();
  undoing = true;
  press(form, kind);
  undoing = false;
  form.closest(".paper")?.querySelector(".title a")?.focus();
}

function search() {
  const field = document.querySelector("input[type=search]");
  if (field) field.focus();
  else document.querySelector('nav a[href$="/search"]')?.click();
}

const keys = {
  j: () => step(1), k: () => step(-1), v: vote, "/": search,
  m: say("more"), l: say("less"), s: say("saved"), u: undo,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
