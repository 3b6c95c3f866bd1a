"""Undoing a change of an edition: how it stood before is kept as plain data, and put back as it was."""

from typing import TypedDict

from django.utils import timezone

from digest import voting
from digest.arranging import Act, RefusedError
from digest.models import Edition, EditionPaper, Paper


class Standing(TypedDict):
    """How an edition stands, as plain data: a session keeps it. Papers: key, position, placement, note."""

    papers: list[tuple[int, int, str, str]]
    subject: str
    intro: str


def standing(edition: Edition) -> Standing:
    """Return how an edition stands."""
    papers = list(edition.entries.values_list("paper", "position", "placement", "note"))
    return {"papers": papers, "subject": edition.subject, "intro": edition.intro}


def too_late(edition: Edition) -> str:
    """Refuse: the edition does not stand as the change that is to be undone left it."""
    raise RefusedError(f"{edition} was changed since: there is nothing to undo any more.")


def undo(before: Standing) -> Act:
    """Put everything back as it stood; a paper that stands elsewhere by now is in the way."""

    def act(edition: Edition) -> str:
        there = {entry.paper_id: entry for entry in edition.entries.all()}
        wanted = {paper: (position, placement, note) for paper, position, placement, note in before["papers"]}
        # One that was deleted meanwhile stays away.
        missing = set(Paper.objects.filter(pk__in=wanted.keys() - there.keys()).values_list("pk", flat=True))
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
        voting.count(list(missing), timezone.now())
        return "Undone."

    return act
