"""What was due, planned and sent today (UTC), for any edition: counted once a minute, read by every process.

Counts only the rows of two days, without an index of its own: see digest.metrics.growing_tables.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import ExtractHour

from digest.metrics.growing_tables import first_key_since
from digest.metrics.shared_values import share_values, shared
from digest.models import Delivery, Event
from subscriptions.models import Subscriber

NAME = "sending-day"
HOURS = 24

Status = Delivery.Status
# Accepted by the provider, whatever it reported later.
SENT_STATES = (Status.SENT, Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED)
IN_HAND = (Status.CLAIMED, Status.SENDING)
# These were never meant to become mails.
NO_MAIL = (Status.SKIPPED, Status.KEPT)


def count_day(now: datetime) -> None:
    """Count today's figures and share them."""
    share_values(NAME, figures(now))


def last_count() -> dict[str, Any] | None:
    """Return the last shared figures; None before the first count."""
    value = shared(NAME)
    return value if value and {"counted_at", "day", "by_hour"} <= value.keys() else None


def figures(now: datetime) -> dict[str, Any]:
    """Return today's figures up to now: numbers by name, and how many were sent in each hour."""
    begin = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + timedelta(days=1)
    states: Counter[str] = Counter()
    by_hour = [0] * HOURS
    for status, hour, number in _counts(begin, end):
        states[status] += number
        if hour is not None and status in SENT_STATES:
            by_hour[hour] += number
    sent = sum(states[status] for status in SENT_STATES)
    active = Subscriber.objects.active().order_by()
    return {
        "day": begin.date(),
        "counted_at": now,
        "due": active.filter(next_digest_at__lte=now).count(),
        "due_later": active.filter(next_digest_at__gt=now, next_digest_at__lt=end).count(),
        "planned": sum(states.values()) - sum(states[status] for status in NO_MAIL),
        "waiting": states[Status.QUEUED],
        "held": states[Status.HELD],
        "in_hand": sum(states[status] for status in IN_HAND),
        "sent": sent,
        "by_hour": by_hour,
        "reports": _reports(begin, now),
        **{status.value: states[status] for status in (Status.FAILED, Status.UNCERTAIN, Status.CANCELLED)},
        **{status.value: states[status] for status in (Status.BOUNCED, Status.COMPLAINED, Status.SKIPPED)},
    }


def _counts(begin: datetime, end: datetime) -> list[tuple[str, int | None, int]]:
    """Return the number of a day's digests of each status, by the hour they were sent in.

    A day's digests are those sent on it, plus the unsent ones whose last or next attempt is on that day.
    """
    is_of_day = Q(sent_at__gte=begin, sent_at__lt=end) | Q(sent_at=None, not_before__gte=begin, not_before__lt=end)
    first = first_key_since(Delivery.objects.all(), "created_at", begin - timedelta(days=1))
    rows = Delivery.objects.filter(pk__gte=first).filter(is_of_day).order_by()
    by_state = rows.annotate(hour=ExtractHour("sent_at", tzinfo=UTC)).values_list("status", "hour")
    return list(by_state.annotate(number=Count("pk")))


def _reports(begin: datetime, now: datetime) -> dict[str, int]:
    """Return how many of the provider's reports came in since then, by kind."""
    first = first_key_since(Event.objects.all(), "recorded_at", begin)
    rows = Event.objects.filter(pk__gte=first, recorded_at__range=(begin, now)).order_by()
    counts = dict(rows.values_list("kind").annotate(number=Count("pk")))
    return {kind: counts.get(kind, 0) for kind in Event.Kind.values}
