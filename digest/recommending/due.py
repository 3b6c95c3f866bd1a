"""Who is due: subscribers whose hour has come and who are not waiting for an edition."""

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Max, Q, TextField
from django.db.models.functions import Cast

from digest.models import Edition
from digest.models.index_order import index_order
from subscriptions import schedule, time_zones
from subscriptions.models import Subscriber
from subscriptions.models.subscriber import SubscriberQuerySet

logger = logging.getLogger(__name__)


# Subscribers share these times, and the database drivers take longer to parse one than to read the rest of the row.
_TIMES = {"next_digest_at", "seen_until", "more_seen_until"}


class Due(NamedTuple):
    """What the planner needs to know about a subscriber who is due: a plain row, because there may be a million."""

    pk: int
    next_digest_at: datetime
    seen_until: datetime | None
    channel: str
    max_papers: int
    reading_minutes: int | None
    least_match: int
    breadth: str
    max_more: int
    more_seen_until: datetime | None
    schedule_fields: schedule.ScheduleFields

    @classmethod
    def columns(cls) -> tuple[str | Cast, ...]:
        """Return the columns of Subscriber to read a row from, for `values_list`; times come as text."""
        own = [Cast(name, TextField()) if name in _TIMES else name for name in cls._fields[:-1]]
        return (*own, *schedule.ScheduleFields._fields)

    @classmethod
    def of(cls, row: Sequence[Any]) -> "Due":
        """Make a row from the values of `columns`."""
        key, next_digest_at, seen_until, channel, papers, minutes, match, breadth, more, more_until, *chosen = row
        # Someone whose mail has ended has no next digest.
        following, seen, more_seen = (at and _parse(at) for at in (next_digest_at, seen_until, more_until))
        fields = schedule.ScheduleFields._make(chosen)
        return cls(key, following, seen, channel, papers, minutes, match, breadth, more, more_seen, fields)

    @property
    def time_zone(self) -> str:
        """The name of the subscriber's time zone."""
        return self.schedule_fields.time_zone

    @property
    def period(self) -> date:
        """The day of the digest on the subscriber's own calendar."""
        return schedule.local_date(self.next_digest_at, self.schedule_fields.time_zone)

    @property
    def digest_schedule(self) -> schedule.Schedule:
        """When this subscriber wants mail."""
        return schedule.schedule_of(self.schedule_fields)


@lru_cache(maxsize=4096)
def _parse(time: str) -> datetime:
    """Return a time that a database wrote as text; SQLite, which stores UTC, writes no offset."""
    parsed = datetime.fromisoformat(time)
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def lock_due(now: datetime, unapproved: Collection[int] = ()) -> list[Due]:
    """Lock and return a batch of due subscribers, except those another planner has locked or who wait for an edition.

    unapproved: the editions (keys) that wait for a second look. Subscribers who could get papers from them wait too.
    """
    latest = Edition.objects.published().aggregate(latest=Max("published_at"))["latest"]
    ready = _not_waiting_for_edition(now, latest).exclude(_could_get(unapproved))
    rows = ready.select_for_update(skip_locked=True).values_list(*Due.columns())[: settings.PLAN_BATCH]
    with index_order():
        due = [Due.of(row) for row in rows]
    for subscriber in due:
        if not time_zones.known_as(subscriber.time_zone):
            logger.warning("subscriber %d: unknown time zone, using UTC", subscriber.pk)
    return due


def _not_waiting_for_edition(now: datetime, latest: datetime | None) -> SubscriberQuerySet:
    """Return those who are due, except those still waiting for a late edition."""
    can_be_planned = Q(next_digest_at__lte=now - settings.EDITION_GRACE)
    if latest:
        can_be_planned |= Q(seen_until=None) | Q(seen_until__lt=latest)
    return Subscriber.objects.due(now).filter(can_be_planned)


def _could_get(editions: Collection[int]) -> Q:
    """Return those whose next digest could contain papers from these editions (keys)."""
    if not editions:
        return Q(pk=None)
    last = Edition.objects.filter(pk__in=editions).aggregate(last=Max("published_at"))["last"]
    newest = Edition.objects.published().values_list("pk", flat=True).first()
    # New readers get only the newest edition.
    return Q(seen_until__lt=last) | (Q(seen_until=None) if newest in editions else Q(pk=None))
