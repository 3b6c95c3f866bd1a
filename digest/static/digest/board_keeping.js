// What stays while the board is swapped for a newer one: the place on the screen, the focus, what is open, what is
// typed and not saved.
const keeping = (() => {
  // What the next swap is to hold on to: the paper that gets the focus, and the one that stays where it is on the screen.
  let held = null;
  let kept = null;

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

  // Note all that a swap would lose.
  function remember() {
    const active = document.activeElement;
    const card = active?.closest(".p-card");
    kept = {
      ...(held ?? { focus: card?.dataset.paper, still: card?.dataset.paper, top: card?.getBoundingClientRect().top }),
      scroll: window.scrollY,
      column: column()?.scrollTop ?? 0,
      open: [...document.querySelectorAll("#board details[data-kept]")].map((one) => [one.dataset.kept, one.open]),
      typed: fields().filter((field) => field.value !== field.defaultValue)
        .map((field) => ({ name: field.dataset.typed, value: field.value, was: field.defaultValue })),
      field: active?.closest("#board")
        && (active.dataset.typed ? `[data-typed="${active.dataset.typed}"]` : active.name && active.closest(".p-filters") && `.p-filters [name=${active.name}]`),
      at: active?.selectionStart ?? null,
      words: Boolean(active?.closest(".p-words")),
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
    const focus = cardOf(kept.focus) ?? document.querySelector("[data-list=candidates] .p-card");
    if (kept.focus) focusOn(focus, { still: !kept.byKey });
    else if (focus && !document.querySelector(".p-card[tabindex='0']")) focus.tabIndex = 0;
  }

  function scrollerOf(card) {
    const own = card.closest(".p-column[data-kept=edition]");
    return own && own.scrollHeight > own.clientHeight ? own : window;
  }

  return { hold, remember, restore, isDirty, isTyping, focusOn };
})();
