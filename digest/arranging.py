"""Arranging an edition by hand: each change says which state it was made on, and none is lost without a word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from digest import voting
from digest.models import Edition, EditionPaper, Paper

Placement = EditionPaper.Placement

TOLD: dict[str, str] = {
    Placement.PINNED: "pinned: it stands at the top",
    Placement.LISTED: "listed, no longer pinned or hidden",
    Placement.HIDDEN: "hidden from readers",
}
NOTE_LENGTH = 280
SUBJECT_LENGTH = 120
INTRO_LENGTH = 1000


class StaleError(Exception):
    """Somebody changed the edition since the state that a change was made on."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(f"{edition.changed_by or 'Somebody'} changed this edition meanwhile")
        self.edition = edition


class RefusedError(Exception):
    """A change that cannot be made; str() says why in words for the curator."""


@dataclass(frozen=True)
class Seen:
    """Who changes an edition, and the version they saw."""

    version: int
    who: str


# Changes an edition that is locked; returns what was done, in words for the trail.
Act: TypeAlias = Callable[[Edition], str]


@transaction.atomic
def arrange(key: int, seen: Seen, act: Act) -> tuple[Edition, str]:
    """Make one change of an edition; return it with what was done. StaleError, RefusedError: nothing changed."""
    edition = Edition.objects.select_for_update().get(pk=key)
    if edition.version != seen.version:
        raise StaleError(edition)
    done = act(edition)
    edition.note_change(seen.who)
    return edition, done


def put(entry: int, place: int) -> Act:
    """Put a paper at a place among those shown; 0 is the first. Pinned papers stay before the others."""

    def act(edition: Edition) -> str:
        entries = list(edition.entries.select_related("paper"))
        moved = _among(entries, entry)
        entries.remove(moved)
        entries.insert(max(place, 0), moved)
        _number(entries)
        return f"Put «{moved.paper}» at place {moved.position}."

    return act


def shift(entry: int, by: int) -> Act:
    """Move a paper up (-1) or down (1)."""

    def act(edition: Edition) -> str:
        keys = list(edition.entries.values_list("pk", flat=True))
        if entry not in keys:
            raise RefusedError("This paper does not stand in the edition any more.")
        return put(entry, keys.index(entry) + by)(edition)

    return act


def place(entry: int, placement: str) -> Act:
    """Pin a paper, list it, or hide it."""

    def act(edition: Edition) -> str:
        entries = list(edition.entries.select_related("paper"))
        changed = _among(entries, entry)
        changed.placement = placement
        changed.save(update_fields=["placement"])
        _number(entries)
        return f"«{changed.paper}» is {TOLD[placement]}."

    return act


def add(paper: int, at: int | None = None) -> Act:
    """Add a paper at a place, or at the end."""

    def act(edition: Edition) -> str:
        found = Paper.objects.filter(pk=paper).first()
        if found is None:
            raise RefusedError("This paper is gone.")
        entries = list(edition.entries.all())
        try:
            with transaction.atomic():
                added = EditionPaper.objects.create(edition=edition, paper=found, position=len(entries) + 1)
        except IntegrityError:
            raise RefusedError(_stands_elsewhere(found)) from None
        shown = [entry for entry in entries if entry.placement != Placement.HIDDEN]
        entries.insert(len(shown) if at is None else at, added)
        _number(entries)
        # Its place among the trending goes by the day of its edition.
        voting.count([found.pk], timezone.now())
        return f"Added «{found}»."

    return act


def remove(entry: int) -> Act:
    """Take a paper out; it is a candidate again."""

    def act(edition: Edition) -> str:
        entries = list(edition.entries.select_related("paper"))
        gone = _among(entries, entry)
        gone.delete()
        return f"Took out «{gone.paper}»."

    return act


def clear() -> Act:
    """Take out all papers that are not pinned and carry no note; they are candidates again."""

    def act(edition: Edition) -> str:
        listed = edition.entries.filter(placement=Placement.LISTED, note="")
        return f"Took out {listed.delete()[0]} papers."

    return act


def note(entry: int, text: str) -> Act:
    """Write the note of a paper; an empty one takes it away."""

    def act(edition: Edition) -> str:
        line = _fits(" ".join(text.split()), NOTE_LENGTH, "note")
        noted = _among(list(edition.entries.select_related("paper")), entry)
        noted.note = line
        noted.save(update_fields=["note"])
        return f"Wrote a note on «{noted.paper}»." if line else f"Took the note from «{noted.paper}»."

    return act


def words(subject: str, intro: str) -> Act:
    """Write the subject of the mails and the intro."""

    def act(edition: Edition) -> str:
        edition.subject = _fits(" ".join(subject.split()), SUBJECT_LENGTH, "subject")
        edition.intro = _fits(intro.strip().replace("\r\n", "\n"), INTRO_LENGTH, "intro")
        edition.save(update_fields=["subject", "intro"])
        return "Wrote subject and intro."

    return act


def _fits(text: str, most: int, what: str) -> str:
    if len(text) > most:
        raise RefusedError(f"The {what} has {len(text)} characters; {most} fit.")
    return text


def _among(entries: Sequence[EditionPaper], key: int) -> EditionPaper:
    for entry in entries:
        if entry.pk == key:
            return entry
    raise RefusedError("This paper does not stand in the edition any more.")


def _number(entries: list[EditionPaper]) -> None:
    """Number the papers in this order, pinned ones first and hidden ones last."""
    # Sorting is stable.
    entries.sort(key=lambda entry: entry.placement)
    for position, entry in enumerate(entries, start=1):
        entry.position = position
    EditionPaper.objects.bulk_update(entries, ["position"])


def _stands_elsewhere(paper: Paper) -> str:
    day = date_format(Edition.objects.get(entries__paper=paper).day, "j F Y")
    return f"This paper stands in the edition of {day} already."
