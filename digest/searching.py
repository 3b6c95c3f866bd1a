"""Words → papers, best first: by their text and by their meaning, joined by reciprocal rank."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from digest import full_text, meaning
from digest.models import Edition, EditionPaper, Paper

# A query is cut off here: nobody types more, and each word costs.
LONGEST, MOST_WORDS = 250, 16
# So many of each list are joined.
DEPTH = 200
# How far down a list still counts (Cormack, Clarke and Büttcher, SIGIR 2009).
RRF = 60


@dataclass(frozen=True)
class Query:
    """What is searched for. An empty topic (its slug) or no day is any."""

    text: str
    topic: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def words(self) -> list[str]:
        """The words, without what means something to the database."""
        return re.findall(r"\w+", self.text[:LONGEST])[:MOST_WORDS]


def search(query: Query, limit: int = DEPTH) -> list[int]:
    """Return the keys of the papers that fit, best first; none where there is no word."""
    if not query.words:
        return []
    return joined([by_text(query), by_meaning(query)])[:limit]


def joined(rankings: Iterable[Sequence[int]]) -> list[int]:
    """Join rankings by reciprocal rank: high in one of them is good, in two of them better."""
    points: dict[int, float] = {}
    for ranking in rankings:
        for place, key in enumerate(ranking, start=1):
            points[key] = points.get(key, 0) + 1 / (RRF + place)
    return sorted(points, key=lambda key: points[key], reverse=True)


def by_text(query: Query) -> list[int]:
    """Return the keys of the papers whose words match, best first; the last word may be a beginning."""
    return full_text.matching(_within(query), query.words, DEPTH)


def by_meaning(query: Query) -> list[int]:
    """Return the keys of the papers that are about what the words mean, closest first."""
    return meaning.close_to_text(" ".join(query.words), _within(query), DEPTH)


def _within(query: Query) -> QuerySet[Paper]:
    """Return what readers may see and the filters leave; joined, for a list of keys would be a long one."""
    shown = (EditionPaper.Placement.PINNED, EditionPaper.Placement.LISTED)
    papers = Paper.objects.filter(entry__edition__status=Edition.Status.PUBLISHED, entry__placement__in=shown)
    if query.topic:
        papers = papers.filter(topics__slug=query.topic)
    if query.since:
        papers = papers.filter(entry__edition__day__gte=query.since)
    if query.until:
        papers = papers.filter(entry__edition__day__lte=query.until)
    return papers


def papers_by(name: str) -> list[int]:
    """Return the keys of the papers with exactly this author among their authors."""
    candidates = full_text.naming(name[:LONGEST]).values_list("pk", "authors")
    # The index knows words alone; the names say whether it is this author.
    return [key for key, authors in candidates if name in authors]
