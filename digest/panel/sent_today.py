"""“Sent today” on the panel's first page: whether the day's digests of any edition went out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from digest.metrics import pulse, sending_day
from digest.panel import charts

# Everything is counted once a minute, or with cron every few minutes.
STALE = timedelta(minutes=15)
# The label of each figure.
FIGURES = {
    "due": "due now",
    "due_later": "due later",
    "planned": "planned",
    "waiting": "waiting",
    "sent": "sent",
    "failed": "failed",
    "uncertain": "uncertain",
}
# What went wrong or waits for someone: how bad it is, and its description, which fits one digest or many.
PROBLEMS = {
    "failed": ("bad", "failed: the provider refused them, or couldn’t be reached for hours"),
    "uncertain": ("bad", "uncertain: they may have arrived, so they aren’t sent again automatically"),
    "held": ("warn", "on hold: sending of their edition was stopped"),
    "cancelled": ("muted", "cancelled: the reader left, or someone cancelled them"),
    "bounced": ("muted", "bounced"),
}
# Celery's queues in an operator's words.
QUEUE_LABELS = {
    "planning": "planning digests",
    "sending": "sending digests",
    "gathering": "fetching papers",
    "celery": "everything else",
}


@dataclass(frozen=True)
class Problem:
    """The number of digests in a state that someone may want to look into."""

    number: int
    level: str
    words: str
    status: str


@dataclass(frozen=True)
class SentToday:
    """The day's figures as the first page shows them."""

    counted_at: datetime
    is_stale: bool
    level: str
    summary: str
    figures: dict[str, int]
    problems: list[Problem]
    by_hour: charts.Chart | None
    hours: list[tuple[str, int]]


def figures_sent_today(now: datetime) -> SentToday | None:
    """Return today's figures as last counted, None if nothing was counted today. Nothing is counted here."""
    count = sending_day.last_count()
    if not count or count["day"] != now.astimezone(UTC).date().isoformat():
        return None
    counted_at = datetime.fromisoformat(count["counted_at"])
    number = {name: int(count.get(name, 0)) for name in {*FIGURES, *PROBLEMS, "in_hand"}}
    level, summary = _summary(number)
    return SentToday(
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
    """Return the day's level (good, warn, bad or muted) and a sentence."""
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
    return "muted", "No digests were due so far today."


def _digests(number: int) -> str:
    return f"{number:,} digest{'' if number == 1 else 's'}"


def _chart(by_hour: list[int]) -> charts.Chart | None:
    """Return a chart with a bar for each hour of the day, None if nothing was sent."""
    if not any(by_hour):
        return None
    return charts.bar_chart([f"{hour:02}:00" for hour in range(len(by_hour))], {"sent": by_hour})


def beat_silent_since(now: datetime) -> datetime | None:
    """Return beat's last pulse if that is too long ago; None if beat is running, or never ran."""
    rang = pulse.last_pulse()
    return rang if rang and now - rang > settings.OVERDUE_AFTER else None


def queue_figures(waiting: Mapping[str, int] | None) -> dict[str, Any] | None:
    """Return the number of queued tasks by label, None if the broker does not respond."""
    return None if waiting is None else {words: waiting.get(name, 0) for name, words in QUEUE_LABELS.items()}
