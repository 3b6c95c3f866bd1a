"""Weeks and months of editions, with the ones before and after."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from digest.models import Edition


@dataclass(frozen=True)
class Period:
    """Consecutive days. name: its URL name in digest.site.urls."""

    name: str
    first: date
    last: date

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse(self.name, args=[self.first])

    @property
    def earlier(self) -> "Period | None":
        """The last period before this one that has an edition."""
        return self._around(Edition.objects.published().filter(day__lt=self.first))

    @property
    def later(self) -> "Period | None":
        """The first period after this one that has an edition."""
        return self._around(Edition.objects.published().filter(day__gt=self.last).reverse())

    def _around(self, editions: QuerySet[Edition]) -> "Period | None":
        day = editions.values_list("day", flat=True).first()
        return PERIOD_OF_DAY[self.name](day) if day else None


def week_of(day: date) -> Period:
    """Return the week of a day, starting on Monday."""
    first = day - timedelta(days=day.weekday())
    return Period("week", first, first + timedelta(days=6))


def month_of(day: date) -> Period:
    """Return the month of a day."""
    return Period("month", day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


PERIOD_OF_DAY = {"week": week_of, "month": month_of}
