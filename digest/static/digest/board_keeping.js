// What stays while the board is swapped for a newer one: the place on the screen, the focus, what is open, what is
// typed and not saved.
const keeping = (() => {
  // What the next swap is to hold on to: the paper that gets the focus, and the one that stays where it is on the screen.
  let held = null;
  let kept = null;
  // What of the form that is on its way comes back from there.
  let sent = null;

  const column = () => document.querySelector(".p-column[data-kept=edition]");
  const fields = () => [...document.querySelectorAll("#board [data-typed]")];

  const cardOf = (paper) => paper && document.querySelector(`.p-card[data-paper="${paper}"]`);
  const isDirty = () => fields().some((field) => field.value !== field.defaultValue);
  const isTyping = () => Boolean(document.activeElement?.closest(".p-note-form textarea, .p-words form"));

  function focusOn(card, options) {
    if (!card) return;
    document.querySelectorAll(".p-card[tabindex='0']").forEach((one) => { one.tabIndex = -1; });
    card.tabIndex = 0;
    card.focus({ preventScroll: true });
    if (!options?.still) card.scrollIntoView({ block: "nearest" });
  }

  // Hold on to a paper that something is done to.
  function hold(card, act, byKey) {
    const leaves = ["add", "remove"].includes(act);
    const focus = leaves ? card.nextElementSibling ?? card.previousElementSibling : card;
    // The pointer stays over what it pressed where that moves; where that goes away, what stands above it stays.
    const still = ["up", "down", "note"].includes(act) ? card : card.previousElementSibling;
    held = {
      focus: focus?.dataset.paper,
      still: still?.dataset.paper,
      top: still?.getBoundingClientRect().top,
      added: act === "add" ? card.dataset.paper : null,
      byKey,
    };
  }

  // Name the form that is on its way, if one is: its texts are not to be kept, and it folds.
  function sending(form) {
    const typed = [...(form?.querySelectorAll("[data-typed]") ?? [])];
    sent = typed.length ? { names: typed.map((field) => field.dataset.typed), fold: form.closest("details").dataset.kept } : null;
  }

  // Where nothing has the way by Tab into the lists, the first candidate gets it.
  function focusable() {
    const first = document.querySelector("[data-list=candidates] .p-card") ?? document.querySelector(".p-card");
    if (first && !document.querySelector(".p-card[tabindex='0']")) first.tabIndex = 0;
  }

  // Note all that a swap would lose.
  function remember() {
    const active = document.activeElement;
    const card = active?.closest(".p-card");
    kept = {
      ...(held ?? { focus: card?.dataset.paper, still: card?.dataset.paper, top: card?.getBoundingClientRect().top }),
      scroll: window.scrollY,
      column: column()?.scrollTop ?? 0,
      open: [...document.querySelectorAll("#board details[data-kept]")]
        .filter((one) => one.dataset.kept !== sent?.fold).map((one) => [one.dataset.kept, one.open]),
      typed: fields().filter((field) => field.value !== field.defaultValue && !sent?.names.includes(field.dataset.typed))
        .map((field) => ({ name: field.dataset.typed, value: field.value, was: field.defaultValue })),
      field: active?.closest("#board")
        && !sent?.names.includes(active.dataset.typed) && (active.dataset.typed ? `[data-typed="${active.dataset.typed}"]` : active.name && active.closest(".p-filters") && `.p-filters [name=${active.name}]`),
      at: active?.selectionStart ?? null,
      words: sent?.fold === "words",
    };
    held = null;
  }

  // Put it back into the board that came.
  function restore() {
    const { open, typed, column: scrolled } = kept;
    for (const [name, isOpen] of open) {
      const found = document.querySelector(`#board details[data-kept="${name}"]`);
      if (found && isOpen) found.open = true;
      else if (found && name === "audience") found.open = false;
    }
    typed.forEach(retype);
    if (column()) column().scrollTop = scrolled;
    window.scrollTo({ top: kept.scroll, behavior: "instant" });
    refocus();
    const added = cardOf(kept.added);
    if (added && scrollerOf(added) !== window) column().scrollTop = added.offsetTop + added.offsetHeight - column().clientHeight;
  }

  function retype({ name, value, was }) {
    const field = document.querySelector(`#board [data-typed="${name}"]`);
    if (!field || field.value === value) return;
    // Somebody else wrote here meanwhile: theirs is shown beside it, and saving decides.
    if (field.defaultValue !== was) {
      const told = document.createElement("p");
      told.className = "p-warn";
      told.textContent = `Meanwhile it says: ${field.defaultValue || "nothing"}`;
      field.after(told);
    }
    field.value = value;
  }

  function refocus() {
    const field = kept.field && document.querySelector(kept.field);
    if (field) {
      field.focus({ preventScroll: true });
      if (kept.at !== null) field.setSelectionRange?.(kept.at, kept.at);
      return;
    }
    if (kept.words) document.querySelector(".p-words summary")?.focus({ preventScroll: true });
    const still = cardOf(kept.still);
    if (still && kept.top !== undefined) scrollerOf(still).scrollBy({ top: still.getBoundingClientRect().top - kept.top, behavior: "instant" });
    if (kept.focus) focusOn(cardOf(kept.focus) ?? document.querySelector("[data-list=candidates] .p-card"), { still: !kept.byKey });
    focusable();
  }

  function scrollerOf(card) {
    const own = card.closest(".p-column[data-kept=edition]");
    return own && own.scrollHeight > own.clientHeight ? own : window;
  }

  return { hold, sending, focusable, remember, restore, isDirty, isTyping, focusOn };
})();
