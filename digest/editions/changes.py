"""Arranging an edition by hand: each change names the version it was made on, so that none is lost silently."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from digest.community import votes
from digest.models import Edition, EditionPaper, Paper

Placement = EditionPaper.Placement

PLACEMENT_TEXTS: dict[str, str] = {
    Placement.PINNED: "pinned: it stays at the top",
    Placement.LISTED: "back in the list",
    Placement.HIDDEN: "hidden from readers",
}
NOTE_LENGTH = 280
MAX_SUBJECT_LENGTH = 120
MAX_INTRO_LENGTH = 1000


class StaleError(Exception):
    """Someone changed the edition since the version that a change was made on."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(f"{edition.changed_by or 'Someone'} changed this edition in the meantime")
        self.edition = edition


class ChangeRefusedError(Exception):
    """A change that cannot be made; str() tells the curator why."""


@dataclass(frozen=True)
class ExpectedVersion:
    """Who changes an edition, and the version they saw."""

    version: int
    who: str


# Changes a locked edition; returns what was done, in words for the activity log.
Change: TypeAlias = Callable[[Edition], str]


@transaction.atomic
def apply_change(key: int, seen: ExpectedVersion, change: Change) -> tuple[Edition, str]:
    """Make one change to an edition; return it with what was done. StaleError, ChangeRefusedError: nothing changed."""
    edition = Edition.objects.select_for_update().get(pk=key)
    if edition.version != seen.version:
        raise StaleError(edition)
    description = change(edition)
    edition.note_change(seen.who)
    return edition, description


def move(edition: Edition, entry: int, place: int) -> str:
    """Move a paper to a position in the edition, where 0 is the first. Pinned papers stay before the others."""
    entries = list(edition.entries.select_related("paper"))
    moved = _among(entries, entry)
    entries.remove(moved)
    entries.insert(max(place, 0), moved)
    _number(entries)
    return f"Moved “{moved.paper}” to position {moved.position}."


def shift(edition: Edition, entry: int, by: int) -> str:
    """Move a paper up (-1) or down (1)."""
    keys = list(edition.entries.values_list("pk", flat=True))
    if entry not in keys:
        raise ChangeRefusedError("This paper is no longer in the edition.")
    return move(edition, entry, keys.index(entry) + by)


def set_placement(edition: Edition, entry: int, placement: str) -> str:
    """Pin a paper, list it, or hide it."""
    entries = list(edition.entries.select_related("paper"))
    changed = _among(entries, entry)
    changed.placement = placement
    changed.save(update_fields=["placement"])
    _number(entries)
    return f"“{changed.paper}” is {PLACEMENT_TEXTS[placement]}."


def add_paper(edition: Edition, paper: int, at: int | None = None) -> str:
    """Add a paper at a position, or at the end."""
    row = Paper.objects.filter(pk=paper).first()
    if row is None:
        raise ChangeRefusedError("This paper no longer exists.")
    entries = list(edition.entries.all())
    try:
        with transaction.atomic():
            added = EditionPaper.objects.create(edition=edition, paper=row, position=len(entries) + 1)
    except IntegrityError:
        raise ChangeRefusedError(_stands_elsewhere(row)) from None
    shown = [entry for entry in entries if entry.placement != Placement.HIDDEN]
    entries.insert(len(shown) if at is None else at, added)
    _number(entries)
    # Its trending score depends on the day of its edition.
    votes.count_votes([row.pk], timezone.now())
    return f"Added “{row}”."


def remove_paper(edition: Edition, entry: int) -> str:
    """Remove a paper; it becomes a candidate again."""
    entries = list(edition.entries.select_related("paper"))
    removed = _among(entries, entry)
    removed.delete()
    return f"Removed “{removed.paper}”."


def clear(edition: Edition) -> str:
    """Remove all papers that are listed and have no note; they become candidates again."""
    listed = edition.entries.filter(placement=Placement.LISTED, note="")
    number = listed.delete()[0]
    return f"Removed {number} paper{'' if number == 1 else 's'}."


def write_note(edition: Edition, entry: int, text: str) -> str:
    """Write the note on a paper; an empty text deletes it."""
    line = _fits(" ".join(text.split()), NOTE_LENGTH, "note")
    noted = _among(list(edition.entries.select_related("paper")), entry)
    noted.note = line
    noted.save(update_fields=["note"])
    return f"Saved a note on “{noted.paper}”." if line else f"Deleted the note on “{noted.paper}”."


def write_words(edition: Edition, subject: str, intro: str) -> str:
    """Write the mails' subject and the intro."""
    edition.subject = _fits(" ".join(subject.split()), MAX_SUBJECT_LENGTH, "subject")
    edition.intro = _fits(intro.strip().replace("\r\n", "\n"), MAX_INTRO_LENGTH, "intro")
    edition.save(update_fields=["subject", "intro"])
    return "Saved the subject and the intro."


def _fits(text: str, most: int, what: str) -> str:
    if len(text) > most:
        raise ChangeRefusedError(f"The {what} can have {most} characters at most. This one has {len(text)}.")
    return text


def _among(entries: Sequence[EditionPaper], key: int) -> EditionPaper:
    for entry in entries:
        if entry.pk == key:
            return entry
    raise ChangeRefusedError("This paper is no longer in the edition.")


def _number(entries: list[EditionPaper]) -> None:
    """Number the papers in this order, pinned ones first and hidden ones last."""
    # Sorting is stable.
    entries.sort(key=lambda entry: entry.placement)
    for position, entry in enumerate(entries, start=1):
        entry.position = position
    EditionPaper.objects.bulk_update(entries, ["position"])


def _stands_elsewhere(paper: Paper) -> str:
    day = date_format(Edition.objects.get(entries__paper=paper).day, "j F Y")
    return f"This paper is already in the edition of {day}."
