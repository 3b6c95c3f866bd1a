"""Undoing changes to an edition: its state before each change is kept as plain data and restored."""

from typing import TypedDict

from django.utils import timezone

from digest.community import votes
from digest.editions.changes import ChangeRefusedError
from digest.models import Edition, EditionPaper, Paper

# How many changes can be undone.
MAX_UNDO_STEPS = 10


class EditionState(TypedDict):
    """The state of an edition, as plain data that a session can store. Papers: key, position, placement, note."""

    papers: list[tuple[int, int, str, str]]
    subject: str
    intro: str


class UndoStep(TypedDict):
    """A change that can be undone or redone: the state before, and what was done, in words."""

    before: EditionState
    done: str


class History(TypedDict):
    """What someone did to an edition up to a version, newest last, and what was undone."""

    edition: int
    version: int
    done: list[UndoStep]
    undone: list[UndoStep]


def history(stored: History | None, edition: Edition) -> History:
    """Return the stored history, or an empty one if that is for another edition or version."""
    if stored and (stored["edition"], stored["version"]) == (edition.pk, edition.version):
        return stored
    return {"edition": edition.pk, "version": edition.version, "done": [], "undone": []}


def edition_state(edition: Edition) -> EditionState:
    """Return the state of an edition."""
    papers = list(edition.entries.values_list("paper", "position", "placement", "note"))
    return {"papers": papers, "subject": edition.subject, "intro": edition.intro}


def undo_change(edition: Edition, stored: History) -> str:
    """Undo the last change; return what was undone."""
    return _back(edition, stored["done"], "Undid")


def redo(edition: Edition, stored: History) -> str:
    """Redo the last undone change; return what was redone."""
    return _back(edition, stored["undone"], "Redid")


def _back(edition: Edition, steps: list[UndoStep], word: str) -> str:
    if not steps:
        raise ChangeRefusedError("The edition has changed since, so there’s nothing left to undo.")
    _put_back(edition, steps[-1]["before"])
    return f"{word}: {steps[-1]['done']}"


def _put_back(edition: Edition, before: EditionState) -> None:
    """Restore everything; raise ChangeRefusedError if one of the papers is in another edition by now."""
    placements = {paper: (position, placement, note) for paper, position, placement, note in before["papers"]}
    away = placements.keys() - set(edition.entries.values_list("paper", flat=True))
    # A paper that was deleted meanwhile is left out.
    missing = list(Paper.objects.filter(pk__in=away).values_list("pk", flat=True))
    if EditionPaper.objects.filter(paper__in=missing).exists():
        raise ChangeRefusedError("This can’t be undone: one of the papers is in another edition now.")
    edition.entries.exclude(paper__in=placements).delete()
    EditionPaper.objects.bulk_create(EditionPaper(edition=edition, paper_id=paper) for paper in missing)
    entries = list(edition.entries.all())
    for entry in entries:
        entry.position, entry.placement, entry.note = placements[entry.paper_id]
    EditionPaper.objects.bulk_update(entries, ["position", "placement", "note"])
    edition.subject, edition.intro = before["subject"], before["intro"]
    edition.save(update_fields=["subject", "intro"])
    votes.count_votes(missing, timezone.now())


def record_step(stored: History, name: str, step: UndoStep, version: int) -> History:
    """Return the history after a change: "undo" and "redo" (name) move a step from one list to the other."""
    applied, undone = stored["done"], stored["undone"]
    if name == "undo":
        applied, undone = applied[:-1], [*undone, {"before": step["before"], "done": applied[-1]["done"]}]
    elif name == "redo":
        applied, undone = [*applied, {"before": step["before"], "done": undone[-1]["done"]}], undone[:-1]
    else:
        applied, undone = [*applied, step][-MAX_UNDO_STEPS:], []
    return {"edition": stored["edition"], "version": version, "done": applied, "undone": undone}
