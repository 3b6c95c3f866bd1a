// j and k go from paper to paper, v votes for the one that has the focus, / leads to the search.
const papers = () => [...document.querySelectorAll(".paper")];

function step(by) {
  const all = papers();
  const at = all.findIndex((paper) => paper.contains(document.activeElement));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  const link = next?.querySelector(".title a");
  link?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "center" });
}

function vote() {
  const paper = document.activeElement.closest(".paper, .paper-page") ?? document.querySelector(".paper-page");
  const form = paper?.querySelector("form.vote");
  if (!form) return;
  const link = paper.querySelector(".title a");
  // The form is exchanged for its answer, and the focus with it.
  form.addEventListener("htmx:afterRequest", () => link?.focus(), { once: true });
  form.requestSubmit();
}

function search() {
  const field = document.querySelector("input[type=search]");
  if (field) field.focus();
  else document.querySelector('nav a[href$="/search"]')?.click();
}

const keys = { j: () => step(1), k: () => step(-1), v: vote, "/": search };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
