"""Single papers, the search, editions and topics."""

import re
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja.decorators import decorate_view
from pydantic import Field

from digest.catalog import identifiers
from digest.catalog import search as searching
from digest.models import Edition, EditionPaper
from digest.site import paper_lists
from digest.site.api.schemas import DailyPaper, EditionItem, Error, PaperDetail, TopicItem, daily_paper, paper_item
from digest.site.cors import allow_cross_origin
from digest.site.page_cache import public_page
from subscriptions.links import absolute

router = Router(tags=["Papers"])

# No database key is longer.
PAPER_KEY = re.compile(r"[0-9]{1,18}")


class SearchParameters(Schema):
    """Search parameters."""

    q: str = Field(min_length=1, max_length=250, description="Search words; the last one can be incomplete")
    topic: str = Field("", max_length=50, description="A topic's slug")
    since: date | None = Field(None, description="The first day, as YYYY-MM-DD")
    until: date | None = Field(None, description="The last day, as YYYY-MM-DD")
    limit: int = Field(20, ge=1, le=120)


@router.get(
    "/papers/search", response={200: list[DailyPaper], 400: Error}, by_alias=True, exclude_none=True, summary="Search"
)
@decorate_view(allow_cross_origin, public_page)
def search(request: HttpRequest, parameters: Query[SearchParameters]) -> list[dict[str, Any]]:  # noqa: ARG001 - Ninja's signature
    """Return the papers that match the words, best first."""
    query = searching.Query(parameters.q, parameters.topic, parameters.since, parameters.until)
    keys = searching.search_papers(query, parameters.limit)
    matching_entries = paper_lists.with_paper_data(EditionPaper.objects.public().filter(paper__in=keys))
    entries = {entry.paper_id: entry for entry in matching_entries}
    return [daily_paper(entries[key]) for key in keys if key in entries]


@router.get(
    "/papers/{path:name}",
    response={200: PaperDetail, 404: Error},
    by_alias=True,
    exclude_none=True,
    summary="A paper",
)
@decorate_view(allow_cross_origin, public_page)
def paper(request: HttpRequest, name: str) -> dict[str, Any]:  # noqa: ARG001 - Ninja's signature
    """Return a paper by its arXiv ID, its DOI, or our number, with or without the prefix `local-`."""
    entries = paper_lists.with_paper_data(EditionPaper.objects.public())
    own = PAPER_KEY.fullmatch(name)
    paper_name = identifiers.PaperName(identifiers.LOCAL, name) if own else identifiers.parse_paper_name(name)
    if paper_name is None or paper_name.scheme == identifiers.WEB_ADDRESS_KIND:
        raise Http404("no such paper")
    entry = entries.filter(paper__in=[paper.pk for paper in paper_name.papers()]).first()
    if entry is None:
        raise Http404("no such paper")
    return paper_item(entry)


@router.get("/editions", response=list[EditionItem], summary="Editions")
@decorate_view(allow_cross_origin, public_page)
def editions(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - Ninja's signature
    """Return the days that have an edition, newest first."""
    counted = EditionPaper.objects.public().order_by().values("edition").annotate(count=Count("pk"))
    papers = dict(counted.values_list("edition", "count"))
    return [
        {"day": edition.day, "papers": papers.get(edition.pk, 0), "url": absolute(edition.get_absolute_url())}
        for edition in Edition.objects.published()
    ]


@router.get("/topics", response=list[TopicItem], summary="Topics")
@decorate_view(allow_cross_origin, public_page)
def topics(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - Ninja's signature
    """Return the topics."""
    return [
        {
            "slug": topic.slug,
            "name": topic.name,
            "description": topic.description,
            "papers": topic.count,
            "url": absolute(f"/topics/{topic.slug}"),
        }
        for topic in paper_lists.topics_with_counts().order_by("name")
    ]
