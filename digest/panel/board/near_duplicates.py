"""Papers in recent editions that are very similar to a paper: readers may have seen them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from digest.catalog import embedding
from digest.models import Edition, EditionPaper, Paper

NEAR_DUPLICATE_WINDOW = timedelta(days=14)
# Closer than any two of one day's fifty papers, so worth pointing out.
NEAR_DUPLICATE_COSINE = 0.75


class NearDuplicate(NamedTuple):
    """The most similar paper in another edition, and the day of that edition."""

    title: str
    day: date


def near_duplicates_of(papers: Sequence[Paper], edition: Edition) -> dict[int, NearDuplicate]:
    """Return the near duplicates of papers in the editions of the last 14 days, by primary key. Takes one query."""
    shown = EditionPaper.objects.shown().exclude(edition=edition).exclude(paper__embedding=None)
    recent = shown.filter(edition__day__range=(edition.day - NEAR_DUPLICATE_WINDOW, edition.day)).order_by("pk")
    fields = ("paper__title", "edition__day", "paper__embedding", "paper__embedding_model")
    rows = list(recent.values_list(*fields))
    if not rows or not papers:
        return {}
    theirs = embedding.stacked([row[2:] for row in rows])
    ours = embedding.stacked([(paper.embedding, paper.embedding_model) for paper in papers])
    close = ours @ theirs.T
    nearest = close.argmax(axis=1).tolist()
    return {
        paper.pk: NearDuplicate(rows[place][0], rows[place][1])
        for row, (paper, place) in enumerate(zip(papers, nearest, strict=True))
        if close[row, place] >= NEAR_DUPLICATE_COSINE
    }
