"""Single papers, the search, editions and topics."""

import re
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja.decorators import decorate_view
from pydantic import Field

from digest import searching
from digest.models import Edition, EditionPaper, PaperIdentifier
from digest.site import reading
from digest.site.api.shapes import DailyPaper, EditionItem, Mistake, PaperDetail, TopicItem, daily_paper, paper_item
from digest.site.keeping import for_everybody
from digest.site.opening import for_other_sites
from digest.sources import arxiv_id
from subscriptions.links import absolute

router = Router(tags=["Papers"])

# A longer number is none of a database.
OWN_NUMBER = re.compile(r"[0-9]{1,18}")


class Wanted(Schema):
    """The parameters of the search."""

    q: str = Field(min_length=1, max_length=250, description="Words; the last one may be a beginning")
    topic: str = Field("", max_length=50, description="The slug of a topic")
    since: date | None = Field(None, description="The first day, as YYYY-MM-DD")
    until: date | None = Field(None, description="The last day")
    limit: int = Field(20, ge=1, le=120)


@router.get(
    "/papers/search", response={200: list[DailyPaper], 400: Mistake}, by_alias=True, exclude_none=True, summary="Search"
)
@decorate_view(for_other_sites, for_everybody)
def search(request: HttpRequest, wanted: Query[Wanted]) -> list[dict[str, Any]]:  # noqa: ARG001 - ninja\'s signature
    """Return the papers that fit the words, best first."""
    query = searching.Query(wanted.q, wanted.topic, wanted.since, wanted.until)
    keys = searching.search(query, wanted.limit)
    found = reading.complete(EditionPaper.objects.public().filter(paper__in=keys))
    entries = {entry.paper_id: entry for entry in found}
    return [daily_paper(entries[key]) for key in keys if key in entries]


@router.get(
    "/papers/{path:name}",
    response={200: PaperDetail, 404: Mistake},
    by_alias=True,
    exclude_none=True,
    summary="A paper",
)
@decorate_view(for_other_sites, for_everybody)
def paper(request: HttpRequest, name: str) -> dict[str, Any]:  # noqa: ARG001 - ninja\'s signature
    """Return a paper by its arXiv id, or by our number."""
    entries = reading.complete(EditionPaper.objects.public())
    found = arxiv_id.read(name)
    if found:
        known = PaperIdentifier.objects.filter(scheme=PaperIdentifier.Scheme.ARXIV, value=found.value)
        entry = entries.filter(paper__in=known.values("paper")).first()
    else:
        entry = entries.filter(paper=int(name)).first() if OWN_NUMBER.fullmatch(name) else None
    if entry is None:
        raise Http404("no such paper")
    return paper_item(entry)


@router.get("/editions", response=list[EditionItem], summary="Editions")
@decorate_view(for_other_sites, for_everybody)
def editions(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - ninja\'s signature
    """Return the days that have an edition, newest first."""
    counted = EditionPaper.objects.public().order_by().values("edition").annotate(count=Count("pk"))
    papers = dict(counted.values_list("edition", "count"))
    return [
        {"day": edition.day, "papers": papers.get(edition.pk, 0), "url": absolute(edition.get_absolute_url())}
        for edition in Edition.objects.published()
    ]


@router.get("/topics", response=list[TopicItem], summary="Topics")
@decorate_view(for_other_sites, for_everybody)
def topics(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - ninja\'s signature
    """Return the topics."""
    return [
        {
            "slug": topic.slug,
            "name": topic.name,
            "description": topic.description,
            "papers": topic.count,
            "url": absolute(f"/topics/{topic.slug}"),
        }
        for topic in reading.topics_with_counts().order_by("name")
    ]
