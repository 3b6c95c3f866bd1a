"""What the board shows. The number of queries does not grow with the number of papers."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.http import QueryDict

from digest.models import Edition, EditionPaper, Paper, PaperTopic
from digest.panel.board.near_duplicates import near_duplicates_of
from digest.site.paper_lists import paper_prefetches
from subscriptions.models import Topic

# A paper is a candidate for an edition if it came in at most this long before the edition's day.
CANDIDATE_WINDOW = timedelta(days=14)
CANDIDATES_SHOWN = 60
# How the candidates can be ordered. The first is the default.
CANDIDATE_ORDERS = {"": "most votes first", "new": "newest first", "fit": "best match first"}


@dataclass(frozen=True)
class Filters:
    """Which candidates to show, and in which order. Empty fields mean all candidates in the default order."""

    source: str = ""
    topic: str = ""
    text: str = ""
    order: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "Filters":
        """Read the filters from a query string."""
        order = query.get("order", "")
        text = query.get("text", "").strip()
        return cls(query.get("source", ""), query.get("topic", ""), text, order if order in CANDIDATE_ORDERS else "")

    @property
    def query(self) -> str:
        """The filters as a query string."""
        parameters = QueryDict(mutable=True)
        parameters.update({name: value for name, value in vars(self).items() if value})
        return parameters.urlencode()


def board_context(edition: Edition, filters: Filters) -> dict[str, Any]:
    """Return the edition's papers, its candidates, and the filters for them."""
    entries = list(edition.entries.select_related("paper").prefetch_related(*paper_prefetches("paper__")))
    shown = [entry for entry in entries if entry.placement != EditionPaper.Placement.HIDDEN]
    matching = candidates(edition)
    sources = sorted(matching.order_by().values_list("source", flat=True).distinct())
    chosen = list(narrowed(matching, filters).prefetch_related(*paper_prefetches())[: CANDIDATES_SHOWN + 1])
    found_alike = near_duplicates_of([entry.paper for entry in entries] + list(chosen), edition)
    return {
        "edition": edition,
        "alike": found_alike,
        "shown": shown,
        "hidden": [entry for entry in entries if entry not in shown],
        "candidates": chosen[:CANDIDATES_SHOWN],
        "more_candidates": len(chosen) > CANDIDATES_SHOWN,
        "filters": filters,
        "sources": sources,
        "orders": CANDIDATE_ORDERS.items(),
        "topics": Topic.objects.order_by("name"),
    }


def candidates(edition: Edition) -> QuerySet[Paper]:
    """Return the papers that came in recently and are in no edition."""
    begin = datetime.combine(edition.day, time(), UTC) - CANDIDATE_WINDOW
    in_editions = EditionPaper.objects.filter(paper=OuterRef("pk"))
    return Paper.objects.filter(~Exists(in_editions), created_at__gte=begin)


def narrowed(papers: QuerySet[Paper], filters: Filters) -> QuerySet[Paper]:
    """Return the papers that pass the filters, in the chosen order."""
    if filters.source:
        papers = papers.filter(source=filters.source)
    if filters.topic:
        about = PaperTopic.objects.filter(paper=OuterRef("pk"), topic__slug=filters.topic)
        papers = papers.filter(Exists(about))
    if filters.text:
        papers = papers.filter(title__icontains=filters.text)
    newest = ("-created_at", "-pk")
    if filters.order == "fit":
        return papers.annotate(fit=Max("tags__score")).order_by(F("fit").desc(nulls_last=True), *newest)
    return papers.order_by(*newest) if filters.order == "new" else papers.order_by("-votes", *newest)
