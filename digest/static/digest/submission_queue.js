// Keyboard shortcuts for the queue. Without this script, the buttons do the same.
const cards = [...document.querySelectorAll(".p-card")];

function go(card, by) {
  const next = cards[cards.indexOf(card) + by];
  if (!next) return;
  card.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const card = event.target.closest(".p-card") || cards.find((one) => one.tabIndex === 0);
  if (!card) return;
  if (event.target.closest("input")) {
    if (event.key === "Escape") card.focus();
    return;
  }
  const keys = {
    j: () => go(card, 1),
    k: () => go(card, -1),
    a: () => card.querySelector("button[value=accept]")?.click(),
    r: () => card.querySelector("input[name=reason]")?.focus(),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
cards[0]?.focus();
