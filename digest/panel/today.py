"""Today on the panel's first page: whether the day's digests went out, whichever edition they are of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from digest.metrics import pulse, sending_day
from digest.panel import charts

# Everything is counted once a minute, by cron every few minutes.
STALE = timedelta(minutes=15)
# What each figure is called.
FIGURES = {
    "due": "due now",
    "due_later": "due later",
    "planned": "planned",
    "waiting": "waiting",
    "sent": "sent",
    "failed": "failed",
    "uncertain": "uncertain",
}
# What has gone wrong or waits for somebody: how bad it is, and in which words it is told of one and of many.
PROBLEMS = {
    "failed": ("bad", "failed: the provider refused them, or couldn’t be reached for hours"),
    "uncertain": ("bad", "uncertain: they may have arrived, so they aren’t sent again automatically"),
    "held": ("warn", "on hold: sending of their edition was stopped"),
    "cancelled": ("soft", "cancelled: the reader left, or someone cancelled them"),
    "bounced": ("soft", "bounced"),
}
# Celery's queues, as an operator would call them.
QUEUE_LABELS = {
    "planning": "planning digests",
    "sending": "sending digests",
    "gathering": "fetching papers",
    "celery": "everything else",
}


@dataclass(frozen=True)
class Problem:
    """So many digests in a state that somebody may want to look at."""

    number: int
    level: str
    words: str
    status: str


@dataclass(frozen=True)
class Today:
    """The day's figures, as the first page shows them."""

    counted_at: datetime
    is_stale: bool
    level: str
    summary: str
    figures: dict[str, int]
    problems: list[Problem]
    by_hour: charts.Chart | None
    hours: list[tuple[str, int]]


def today(now: datetime) -> Today | None:
    """Return today's figures as they were counted last; None where nothing was counted today. Counts nothing itself."""
    count = sending_day.last_count()
    if not count or count["day"] != now.astimezone(UTC).date().isoformat():
        return None
    counted_at = datetime.fromisoformat(count["counted_at"])
    number = {name: int(count.get(name, 0)) for name in {*FIGURES, *PROBLEMS, "in_hand"}}
    level, summary = _summary(number)
    return Today(
        counted_at=counted_at,
        is_stale=now - counted_at > STALE,
        level=level,
        summary=summary,
        figures={words: number[name] for name, words in FIGURES.items()},
        problems=[Problem(number[name], *words, name) for name, words in PROBLEMS.items() if number[name]],
        by_hour=_chart(count["by_hour"]),
        hours=[(f"{hour:02}:00", sent) for hour, sent in enumerate(count["by_hour"]) if sent],
    )


def _summary(number: Mapping[str, int]) -> tuple[str, str]:
    """Return how the day goes: good, warn or bad, and a sentence."""
    sent, waiting = number["sent"], number["waiting"] + number["in_hand"]
    if number["failed"] or number["uncertain"]:
        return "bad", f"{_digests(sent)} sent today, and {number['failed'] + number['uncertain']} went wrong."
    if number["held"]:
        return "warn", f"{_digests(sent)} sent today, {number['held']} on hold."
    if waiting:
        return "good", f"{_digests(sent)} sent today, {waiting} on their way."
    if sent:
        return "good", f"{_digests(sent)} sent today. Nothing is waiting."
    if number["due"]:
        return "warn", f"Nothing sent yet: {_digests(number['due'])} due."
    return "soft", "No digests were due so far today."


def _digests(number: int) -> str:
    return f"{number:,} digest{'' if number == 1 else 's'}"


def _chart(by_hour: list[int]) -> charts.Chart | None:
    """Return a bar for each hour of the day; None where nothing was sent."""
    if not any(by_hour):
        return None
    return charts.bar_chart([f"{hour:02}:00" for hour in range(len(by_hour))], {"sent": by_hour})


def beat_silent_since(now: datetime) -> datetime | None:
    """Return when beat rang last, where that is too long ago; None where it rings, and where it never did."""
    rang = pulse.last_pulse()
    return rang if rang and now - rang > settings.OVERDUE_AFTER else None


def queue_figures(waiting: Mapping[str, int] | None) -> dict[str, Any] | None:
    """Return how many tasks wait for a worker, in an operator's words; None where the broker does not answer."""
    return None if waiting is None else {words: waiting.get(name, 0) for name, words in QUEUE_LABELS.items()}
