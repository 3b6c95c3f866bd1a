"""Undoing changes of an edition: how it stood before each is kept as plain data, and put back as it was."""

from typing import TypedDict

from django.utils import timezone

from digest import voting
from digest.arranging import Act, RefusedError
from digest.models import Edition, EditionPaper, Paper

# So many changes can be undone.
MOST = 10


class Standing(TypedDict):
    """How an edition stands, as plain data: a session keeps it. Papers: key, position, placement, note."""

    papers: list[tuple[int, int, str, str]]
    subject: str
    intro: str


class Step(TypedDict):
    """A change that can be undone, or done again: how it was before, and what was done, in words."""

    before: Standing
    done: str


class History(TypedDict):
    """What somebody did to an edition up to a version, newest last, and what of it was undone."""

    edition: int
    version: int
    done: list[Step]
    undone: list[Step]


def history(kept: History | None, edition: Edition) -> History:
    """Return what was kept, or an empty history where it is of another edition or of another version."""
    if kept and (kept["edition"], kept["version"]) == (edition.pk, edition.version):
        return kept
    return {"edition": edition.pk, "version": edition.version, "done": [], "undone": []}


def standing(edition: Edition) -> Standing:
    """Return how an edition stands."""
    papers = list(edition.entries.values_list("paper", "position", "placement", "note"))
    return {"papers": papers, "subject": edition.subject, "intro": edition.intro}


def undo(kept: History) -> Act:
    """Undo the last change."""
    return _back(kept["done"], "Undone")


def redo(kept: History) -> Act:
    """Do again what was undone last."""
    return _back(kept["undone"], "Done again")


def _back(steps: list[Step], word: str) -> Act:
    def act(edition: Edition) -> str:
        if not steps:
            raise RefusedError("The edition was changed since: there is nothing to undo any more.")
        _put_back(edition, steps[-1]["before"])
        return f"{word}: {steps[-1]['done']}"

    return act


def _put_back(edition: Edition, before: Standing) -> None:
    """Put everything as it stood; a paper that stands elsewhere by now is in the way: RefusedError."""
    wanted = {paper: (position, placement, note) for paper, position, placement, note in before["papers"]}
    away = wanted.keys() - set(edition.entries.values_list("paper", flat=True))
    # One that was deleted meanwhile stays away.
    missing = list(Paper.objects.filter(pk__in=away).values_list("pk", flat=True))
    if EditionPaper.objects.filter(paper__in=missing).exists():
        raise RefusedError("This cannot be undone: a paper stands in another edition by now.")
    edition.entries.exclude(paper__in=wanted).delete()
    EditionPaper.objects.bulk_create(EditionPaper(edition=edition, paper_id=paper) for paper in missing)
    entries = list(edition.entries.all())
    for entry in entries:
        entry.position, entry.placement, entry.note = wanted[entry.paper_id]
    EditionPaper.objects.bulk_update(entries, ["position", "placement", "note"])
    edition.subject, edition.intro = before["subject"], before["intro"]
    edition.save(update_fields=["subject", "intro"])
    voting.count(missing, timezone.now())


def note(kept: History, name: str, step: Step, version: int) -> History:
    """Return the history after a change: an undo and a redo (by name) take a step from one side to the other."""
    done, undone = kept["done"], kept["undone"]
    if name == "undo":
        done, undone = done[:-1], [*undone, {"before": step["before"], "done": done[-1]["done"]}]
    elif name == "redo":
        done, undone = [*done, {"before": step["before"], "done": undone[-1]["done"]}], undone[:-1]
    else:
        done, undone = [*done, step][-MOST:], []
    return {"edition": kept["edition"], "version": version, "done": done, "undone": undone}
