"""When arXiv announces what it received: a table of weekdays, Eastern time, and the days without a mailing.

arXiv's own page: https://info.arxiv.org/help/availability.html. An announcement is mailed at 20:00 and carries the day
that begins at the midnight after it. That day is a paper's day here, and the one that arXiv's feeds give.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

EASTERN = ZoneInfo("America/New_York")

DEADLINE = time(14)
MAILING = time(20)

_DAY = timedelta(days=1)
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6

# Evenings without a mailing; their papers are in the next one. arXiv publishes these days one year at a time.
PUBLISHED_HOLIDAYS = {
    2026: frozenset(
        date.fromisoformat(f"2026-{day}")
        for day in ("01-01", "01-19", "06-19", "07-03", "09-07", "11-26", "12-25", "12-29", "12-31")
    )
}


def announcement_day(received: datetime) -> date:
    """Return the day on which a paper that arXiv received at this moment is announced, if no moderator holds it."""
    moment = received.astimezone(EASTERN)
    deadline = moment.date() if moment.time() < DEADLINE else moment.date() + _DAY
    while deadline.weekday() in {SATURDAY, SUNDAY}:
        deadline += _DAY
    evening = deadline
    while not has_mailing(evening):
        evening += _DAY
    return evening + _DAY


def has_mailing(evening: date) -> bool:
    """Return whether arXiv announces on this evening: Sunday to Thursday, except on holidays."""
    return evening.weekday() not in {FRIDAY, SATURDAY} and evening not in holidays(evening.year)


@lru_cache
def usual_holidays(year: int) -> frozenset[date]:
    """Return the public holidays that the published years share, as they fall in a year without published ones."""
    independence = date(year, 7, 4)
    observed = {SATURDAY: -_DAY, SUNDAY: _DAY}.get(independence.weekday(), timedelta())
    return frozenset(
        [
            *(date(year, 1, 1), date(year, 6, 19), independence + observed, date(year, 12, 25)),
            *(_nth(3, MONDAY, year, 1), _nth(1, MONDAY, year, 9), _nth(4, THURSDAY, year, 11)),
        ]
    )


def holidays(year: int) -> frozenset[date]:
    """Return a year's evenings without a mailing: those that arXiv published, and the operator's own.

    A future year for which none have been published yet has the usual ones.
    """
    closed = PUBLISHED_HOLIDAYS.get(year, frozenset()) if year <= max(PUBLISHED_HOLIDAYS) else usual_holidays(year)
    return closed | settings.ARXIV_HOLIDAYS


def _nth(number: int, weekday: int, year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def latest_announcement(now: datetime) -> date:
    """Return the newest day whose announcement is out."""
    moment = now.astimezone(EASTERN)
    evening = moment.date() if moment.time() >= MAILING else moment.date() - _DAY
    while not has_mailing(evening):
        evening -= _DAY
    return evening + _DAY
