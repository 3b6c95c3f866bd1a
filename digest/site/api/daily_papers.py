"""`/api/daily_papers` with the same parameters, shape and paging as Hugging Face's.

Programs written for theirs work here if their address is changed (huggingface.co/docs/hub/api, November 2026).
"""

from datetime import date as Date  # noqa: N812 - `date` is the name of the parameter
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field, StringConstraints

from digest.models import EditionPaper
from digest.site import paper_lists
from digest.site.api.schemas import CURATOR, DailyPaper, Error, daily_paper
from digest.site.converters import MonthConverter, WeekConverter
from digest.site.cors import allow_cross_origin
from digest.site.listings import BEST, HOTTEST, NEWEST
from digest.site.page_cache import public_page
from digest.site.periods import month_of, week_of
from subscriptions.links import absolute

router = Router(tags=["Compatible with Hugging Face"])


class DailyPapersParameters(Schema):
    """List parameters."""

    date: Date | None = Field(None, description="A day, as YYYY-MM-DD")
    week: Annotated[str, StringConstraints(pattern=rf"^{WeekConverter.regex}$")] | None = Field(
        None, description="A week, such as 2025-W34"
    )
    month: Annotated[str, StringConstraints(pattern=rf"^{MonthConverter.regex}$")] | None = Field(
        None, description="A month, such as 2025-08"
    )
    submitter: str | None = Field(None, max_length=100, description=f"Everything here is submitted by {CURATOR}")
    sort: Literal["publishedAt", "trending"] = "publishedAt"
    p: int = Field(0, ge=0, le=10_000, description="The page number, starting at 0")
    limit: int = Field(50, ge=1, le=100)


@router.get(
    "/daily_papers", response={200: list[DailyPaper], 400: Error}, by_alias=True, exclude_none=True, summary="Papers"
)
@decorate_view(allow_cross_origin, public_page)
def daily_papers(
    request: HttpRequest, response: HttpResponse, parameters: Query[DailyPapersParameters]
) -> list[dict[str, Any]]:
    """Return the papers of a day, week or month, most votes first; without one of these, all papers, newest first.

    The `Link` header has the address of the next page.
    """
    start = parameters.p * parameters.limit
    # One extra entry shows whether there is a next page.
    entries = list(paper_lists.with_paper_data(_entries(parameters))[start : start + parameters.limit + 1])
    if len(entries) > parameters.limit:
        query = {**request.GET.dict(), "p": parameters.p + 1}
        response["Link"] = f'<{absolute(request.path)}?{urlencode(query)}>; rel="next"'
    return [daily_paper(entry) for entry in entries[: parameters.limit]]


def _entries(parameters: DailyPapersParameters) -> QuerySet[EditionPaper]:
    entries = EditionPaper.objects.public()
    if parameters.submitter and parameters.submitter != CURATOR:
        return entries.none()
    if parameters.date and parameters.date > timezone.now().date():
        raise HttpError(400, "date: this day is in the future")
    days = _days(parameters)
    if days:
        entries = entries.filter(edition__day__range=days)
    order = HOTTEST if parameters.sort == "trending" else BEST if days else NEWEST
    return entries.order_by(*order)


def _days(parameters: DailyPapersParameters) -> tuple[Date, Date] | None:
    """Return the first and last day of the requested period, None for all days."""
    try:
        if parameters.date:
            return parameters.date, parameters.date
        if parameters.week:
            period = week_of(WeekConverter().to_python(parameters.week))
            return period.first, period.last
        if parameters.month:
            period = month_of(MonthConverter().to_python(parameters.month))
            return period.first, period.last
    except ValueError as error:
        raise HttpError(400, "week, month: not a valid calendar week or month") from error
    return None
