"""When is the next digest due: pure, and right on both days a year when clocks change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

# The weekdays (0 is Monday) of each frequency, given the weekday of a weekly one.
DAYS: dict[str, Callable[[int], frozenset[int]]] = {
    "daily": lambda _: frozenset(range(7)),
    "weekdays": lambda _: frozenset(range(5)),
    "weekly": lambda weekday: frozenset({weekday}),
}


@dataclass(frozen=True)
class Rhythm:
    """On which days (0 is Monday) and at what time of the local clock."""

    time_zone: str
    local_time: time
    days: frozenset[int]


@cache
def rhythm(time_zone: str, local_time: time, frequency: str, weekday: int) -> Rhythm:
    """Return the rhythm of a frequency; the weekday counts for a weekly one."""
    return Rhythm(time_zone, local_time, DAYS[frequency](weekday))


@lru_cache(maxsize=10_000)
def local_date(at: datetime, time_zone: str) -> date:
    """Return the calendar day of a moment in a time zone (IANA name)."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def moment(day: date, rhythm: Rhythm) -> datetime:
    """Return the moment in UTC at which the clock shows the time on that day.

    A time that the clock skips in spring is read with the offset before the change, so that 02:30 is half an hour
    after 02:00 (shown as 03:30); of a time shown twice in autumn the first counts (PEP 495, fold=0).
    """
    return datetime.combine(day, rhythm.local_time, ZoneInfo(rhythm.time_zone)).astimezone(UTC)


def next_at(rhythm: Rhythm, after: datetime, *, not_before: date | None = None) -> datetime:
    """Return the first moment (UTC) of the rhythm strictly after `after`, on `not_before` or later where given."""
    day = local_date(after, rhythm.time_zone)
    if not_before and not_before > day:
        day = not_before
    while day.weekday() not in rhythm.days or moment(day, rhythm) <= after:
        day += timedelta(days=1)
    return moment(day, rhythm)
