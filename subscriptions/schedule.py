"""When the next digest is due: pure, and right on both days a year when clocks change."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from subscriptions import time_zones

EVERY_DAY = frozenset(range(7))
# Monday; Monday to Friday, as bits; the first of the month.
DEFAULT_WEEKDAY, DEFAULT_CHOSEN_DAYS, DEFAULT_MONTH_DAY = 0, 0b0011111, 1


class ScheduleFields(NamedTuple):
    """How often and when, as someone chose it; the frequency decides which of the last three fields counts."""

    time_zone: str
    local_time: time
    frequency: str
    # 0 is Monday.
    weekday: int = DEFAULT_WEEKDAY
    # One bit for each day of the week; Monday's is the lowest.
    chosen_days: int = DEFAULT_CHOSEN_DAYS
    month_day: int = DEFAULT_MONTH_DAY

    @classmethod
    def of(cls, row: object) -> "ScheduleFields":
        """Return the choices of a row that has these fields among others."""
        return cls(**{name: getattr(row, name) for name in cls._fields})


@dataclass(frozen=True)
class Schedule:
    """The days of the digest and its time in the local time zone."""

    time_zone: str
    local_time: time
    # Days of the week; 0 is Monday.
    days: frozenset[int] = EVERY_DAY
    # Day of the month; None is any. In a shorter month it means the last day.
    month_day: int | None = None

    def has(self, day: date) -> bool:
        """Return whether there is a digest on that day."""
        if self.month_day is None:
            return day.weekday() in self.days
        return day.day == min(self.month_day, monthrange(day.year, day.month)[1])


def days_of(bits: int) -> frozenset[int]:
    """Return the days of the week (0 is Monday) whose bits are set."""
    return frozenset(day for day in EVERY_DAY if bits >> day & 1)


def bits_of(days: frozenset[int]) -> int:
    """Return the number with the bits of these days set."""
    return sum(1 << day for day in days)


# The days of the week of each frequency except monthly.
WEEKDAYS_BY_FREQUENCY: dict[str, Callable[[ScheduleFields], frozenset[int]]] = {
    "daily": lambda _: EVERY_DAY,
    "weekdays": lambda _: frozenset(range(5)),
    "days": lambda chosen: days_of(chosen.chosen_days),
    "weekly": lambda chosen: frozenset({chosen.weekday}),
}


@cache
def schedule_of(chosen: ScheduleFields) -> Schedule:
    """Return the schedule that someone chose."""
    if chosen.frequency == "monthly":
        return Schedule(chosen.time_zone, chosen.local_time, month_day=chosen.month_day)
    days = WEEKDAYS_BY_FREQUENCY.get(chosen.frequency, WEEKDAYS_BY_FREQUENCY["daily"])(chosen)
    # Without any days there would be no next digest.
    return Schedule(chosen.time_zone, chosen.local_time, days or EVERY_DAY)


@lru_cache(maxsize=10_000)
def local_date(at: datetime, time_zone: str) -> date:
    """Return the calendar day of a moment in a time zone (IANA name), in UTC if the zone is unknown."""
    try:
        return at.astimezone(time_zones.zone(time_zone)).date()
    except OverflowError:
        # On the first or last day that a datetime can hold.
        return at.date()


def delivery_time(day: date, schedule: Schedule) -> datetime:
    """Return the moment, in UTC, when the local clock shows the digest's time on that day.

    A time that the clock skips in spring is read with the offset before the change, so that 02:30 is half an hour
    after 02:00 (shown as 03:30). If a time is shown twice in autumn, the first one counts (PEP 495, fold=0).
    """
    return datetime.combine(day, schedule.local_time, time_zones.zone(schedule.time_zone)).astimezone(UTC)


def next_at(schedule: Schedule, after: datetime, *, not_before: date | None = None) -> datetime:
    """Return the first moment (UTC) of the schedule strictly after `after` and, if given, on `not_before` or later."""
    day = local_date(after, schedule.time_zone)
    if not_before and not_before > day:
        day = not_before
    while not schedule.has(day) or delivery_time(day, schedule) <= after:
        day += timedelta(days=1)
    return delivery_time(day, schedule)
