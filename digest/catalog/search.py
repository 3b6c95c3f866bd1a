"""Search papers, best first: by their text and by their meaning, combined by reciprocal rank."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import QuerySet

from digest.catalog import full_text, identifiers, spelling, vector_index
from digest.catalog.search_terms import MAX_QUERY_LENGTH, Term, terms_of
from digest.models import Edition, EditionPaper, Paper

# How many papers that are close in meaning are included, and how many are found unless the caller says how many.
DEPTH = 200
# How far down a list still counts (Cormack, Clarke and Büttcher, SIGIR 2009).
RRF = 60


@dataclass(frozen=True)
class Query:
    """What is searched for. An empty topic (its slug) or no day means any."""

    text: str
    topic: str = ""
    since: date | None = None
    until: date | None = None

    @cached_property
    def terms(self) -> list[Term]:
        """The words and phrases, without anything that means something to the database."""
        return terms_of(self.text)

    @property
    def is_of_words_alone(self) -> bool:
        """Whether nothing is quoted and nothing excluded: then papers with a similar meaning match too."""
        return not any(term.is_phrase or term.is_excluded for term in self.terms)


@dataclass(frozen=True)
class Results:
    """The keys of papers, best first. has_more: there are more than these, which are the newest."""

    keys: list[int]
    has_more: bool = False
    # A corrected query, if no paper has the words.
    suggestion: str = ""


def search_papers(query: Query, limit: int = DEPTH) -> list[int]:
    """Return the keys of the papers that match, best first; none if there is no word."""
    return results(query).keys[:limit]


def results(query: Query) -> Results:
    """Return all that a query finds: the one paper that an id or an address names, otherwise what matches the words."""
    if name := identifiers.parse_paper_name(query.text):
        public = Paper.objects.public().filter(pk__in=[paper.pk for paper in name.papers()])
        return Results(list(public.values_list("pk", flat=True)))
    if not query.terms:
        return Results([])
    by_words = by_text(query)
    rankings = [by_words[: full_text.COMPARED], by_meaning(query)]
    suggestion = "" if by_words else _suggestion(query)
    return Results(fuse_rankings(rankings), len(by_words) > full_text.COMPARED, suggestion)


def _suggestion(query: Query) -> str:
    """Return a corrected query that finds papers readers may see."""
    meant = (replace(query, text=text) for text in spelling.corrections(query.text, query.terms))
    return next((other.text for other in meant if by_text(other)), "")


def fuse_rankings(rankings: Iterable[Sequence[int]]) -> list[int]:
    """Combine rankings by reciprocal rank: high in one of them is good, in two of them better."""
    points: dict[int, float] = {}
    for ranking in rankings:
        for place, key in enumerate(ranking, start=1):
            points[key] = points.get(key, 0) + 1 / (RRF + place)
    return sorted(points, key=lambda key: points[key], reverse=True)


def by_text(query: Query) -> list[int]:
    """Return the keys of the papers whose words match, best first; the last word may be a prefix."""
    return full_text.matching(_within(query), query.terms)


def by_meaning(query: Query) -> list[int]:
    """Return the keys of the papers that are about what the words mean, closest first; none for an exact query."""
    if not query.is_of_words_alone:
        return []
    return vector_index.close_to_text(
        " ".join(re.findall(r"\w+", query.text[:MAX_QUERY_LENGTH])), _within(query), DEPTH
    )


def _within(query: Query) -> QuerySet[Paper]:
    """Return what readers may see and the filters leave; with joins, because a list of keys would be long."""
    shown = (EditionPaper.Placement.PINNED, EditionPaper.Placement.LISTED)
    papers = Paper.objects.filter(entry__edition__status=Edition.Status.PUBLISHED, entry__placement__in=shown)
    if query.topic:
        papers = papers.filter(topics__slug=query.topic)
    if query.since:
        papers = papers.filter(entry__edition__day__gte=query.since)
    if query.until:
        papers = papers.filter(entry__edition__day__lte=query.until)
    return papers
