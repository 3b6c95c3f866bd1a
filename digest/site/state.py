"""What the pages of an edition depend on, as a short text, in two queries."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest

from digest.models import Edition, EditionPaper


def latest_edition(request: HttpRequest) -> tuple[str, datetime | None] | None:  # noqa: ARG001 - as the view
    """Return the state of the front page and when it last changed."""
    published = Edition.objects.filter(status=Edition.Status.PUBLISHED)
    editions = published.aggregate(count=Count("pk"), at=Max("published_at"), day=Max("day"))
    return _state(editions) if editions["day"] else None


def edition_of(request: HttpRequest, day: date) -> tuple[str, datetime | None] | None:  # noqa: ARG001 - as the view
    """Return the state of the page of a day and when it last changed; None where no edition of it is out."""
    published = Edition.objects.filter(status=Edition.Status.PUBLISHED)
    editions = published.aggregate(count=Count("pk"), at=Max("published_at"), out=Count("pk", filter=Q(day=day)))
    return _state({**editions, "day": day}) if editions["out"] else None


def _state(editions: dict[str, Any]) -> tuple[str, datetime | None]:
    """Return what a vote, an edit, a new text, or a new neighbour to link to changes."""
    papers = EditionPaper.objects.filter(edition__day=editions["day"]).aggregate(
        count=Count("pk"),
        placed=Max("updated_at"),
        written=Max("paper__updated_at"),
        voted=Max("paper__voted_at"),
    )
    moments = [moment for moment in (editions["at"], *papers.values()) if isinstance(moment, datetime)]
    text = "|".join(str(value) for value in (editions["count"], editions["day"], *moments, papers["count"]))
    return text, max(moments)
