"""`/api/daily_papers` with the parameters, the shape and the paging of Hugging Face's.

Programs written against theirs work here by changing the address (huggingface.co/docs/hub/api, November 2026).
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
from digest.site import reading
from digest.site.api.shapes import CURATOR, DailyPaper, Mistake, daily_paper
from digest.site.converters import MonthConverter, WeekConverter
from digest.site.keeping import for_everybody
from digest.site.listings import BEST, HOTTEST, NEWEST
from digest.site.opening import for_other_sites
from digest.site.periods import month_of, week_of
from subscriptions.links import absolute

router = Router(tags=["As Hugging Face's"])


class Wanted(Schema):
    """The parameters of a list."""

    date: Date | None = Field(None, description="A day, as YYYY-MM-DD")
    week: Annotated[str, StringConstraints(pattern=rf"^{WeekConverter.regex}$")] | None = Field(
        None, description="A week, as 2025-W34"
    )
    month: Annotated[str, StringConstraints(pattern=rf"^{MonthConverter.regex}$")] | None = Field(
        None, description="A month, as 2025-08"
    )
    submitter: str | None = Field(None, max_length=100, description=f"Here all is submitted by {CURATOR}")
    sort: Literal["publishedAt", "trending"] = "publishedAt"
    p: int = Field(0, ge=0, le=10_000, description="The page, from 0 on")
    limit: int = Field(50, ge=1, le=100)


@router.get(
    "/daily_papers", response={200: list[DailyPaper], 400: Mistake}, by_alias=True, exclude_none=True, summary="Papers"
)
@decorate_view(for_other_sites, for_everybody)
def daily_papers(request: HttpRequest, response: HttpResponse, wanted: Query[Wanted]) -> list[dict[str, Any]]:
    """Return the papers of a day, a week or a month, those with most votes first; otherwise the newest first.

    The header Link leads to the next page.
    """
    start = wanted.p * wanted.limit
    # One more than asked for says whether there is a next page.
    found = list(reading.complete(_entries(wanted))[start : start + wanted.limit + 1])
    if len(found) > wanted.limit:
        said = {**request.GET.dict(), "p": wanted.p + 1}
        response["Link"] = f'<{absolute(request.path)}?{urlencode(said)}>; rel="next"'
    return [daily_paper(entry) for entry in found[: wanted.limit]]


def _entries(wanted: Wanted) -> QuerySet[EditionPaper]:
    entries = EditionPaper.objects.public()
    if wanted.submitter and wanted.submitter != CURATOR:
        return entries.none()
    if wanted.date and wanted.date > timezone.now().date():
        raise HttpError(400, "date: this day is still to come")
    days = _days(wanted)
    if days:
        entries = entries.filter(edition__day__range=days)
    order = HOTTEST if wanted.sort == "trending" else BEST if days else NEWEST
    return entries.order_by(*order)


def _days(wanted: Wanted) -> tuple[Date, Date] | None:
    """Return the first and the last day that is asked for; None where it is all."""
    try:
        if wanted.date:
            return wanted.date, wanted.date
        if wanted.week:
            period = week_of(WeekConverter().to_python(wanted.week))
            return period.first, period.last
        if wanted.month:
            period = month_of(MonthConverter().to_python(wanted.month))
            return period.first, period.last
    except ValueError as error:
        raise HttpError(400, "week, month: there is none such in the calendar") from error
    return None
