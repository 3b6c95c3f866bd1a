"""A week or a month of editions, with the ones before and after."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from digest.models import Edition


@dataclass(frozen=True)
class Period:
    """Some days in a row. name: of its address, as in digest.site.urls."""

    name: str
    first: date
    last: date

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse(self.name, args=[self.first])

    @property
    def earlier(self) -> "Period | None":
        """The last one before it in which an edition came out."""
        return self._around(Edition.objects.published().filter(day__lt=self.first))

    @property
    def later(self) -> "Period | None":
        """The first one after it in which an edition came out."""
        return self._around(Edition.objects.published().filter(day__gt=self.last).reverse())

    def _around(self, editions: QuerySet[Edition]) -> "Period | None":
        day = editions.values_list("day", flat=True).first()
        return PERIOD_OF_DAY[self.name](day) if day else None


def week_of(day: date) -> Period:
    """Return the week a day lies in, from Monday on."""
    first = day - timedelta(days=day.weekday())
    return Period("week", first, first + timedelta(days=6))


def month_of(day: date) -> Period:
    """Return the month a day lies in."""
    return Period("month", day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


PERIOD_OF_DAY = {"week": week_of, "month": month_of}
