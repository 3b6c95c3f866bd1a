"""When arXiv announces what it received: a table of weekdays, Eastern time, and the days without a mailing.

arXiv's own page: https://info.arxiv.org/help/availability.html. An announcement is mailed at 20:00 and carries the day
that begins at the midnight after it. That day is a paper's day here, and the day its feeds name.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")

DEADLINE = time(14)
MAILING = time(20)

_DAY = timedelta(days=1)
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6

# Evenings without a mailing; what they would have carried is in the next one. arXiv names the days of a year at a time.
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2026-01-01", "2026-01-19", "2026-06-19", "2026-07-03", "2026-09-07"),
        *("2026-11-26", "2026-12-25", "2026-12-29", "2026-12-31"),
    )
)


def day_of(received: datetime) -> date:
    """Return the day of the announcement that carries what arXiv received at this moment, if no moderator holds it."""
    moment = received.astimezone(EASTERN)
    deadline = moment.date() if moment.time() < DEADLINE else moment.date() + _DAY
    while deadline.weekday() in {SATURDAY, SUNDAY}:
        deadline += _DAY
    evening = deadline
    while not has_mailing(evening):
        evening += _DAY
    return evening + _DAY


def has_mailing(evening: date) -> bool:
    """Whether arXiv announces on this evening: Sunday to Thursday, save on holidays."""
    return evening.weekday() not in {FRIDAY, SATURDAY} and evening not in HOLIDAYS


def latest(now: datetime) -> date:
    """Return the newest day whose announcement is out."""
    moment = now.astimezone(EASTERN)
    evening = moment.date() if moment.time() >= MAILING else moment.date() - _DAY
    while not has_mailing(evening):
        evening -= _DAY
    return evening + _DAY
