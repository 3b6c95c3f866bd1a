"""A letter: what composing needs from a planned delivery and its reader, as plain values."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.functions import Coalesce

from digest.models import Delivery, Edition
from digest.models.delivery import message_id
from digest.models.snapshot import SnapshotEntry, entries_in, extra_section, news_in
from subscriptions import schedule
from subscriptions.models import Status, Subscriber


class Recipient(NamedTuple):
    """Who gets a letter."""

    email: str
    public_id: UUID
    status: str
    agreed_at: datetime
    # How often and when, for the footer.
    schedule_fields: schedule.ScheduleFields

    @classmethod
    def of(cls, subscriber: Subscriber) -> "Recipient":
        """Make a recipient from a subscriber."""
        agreed_at = subscriber.confirmed_at or subscriber.created_at
        identity = subscriber.email, subscriber.public_id, subscriber.status
        return cls(*identity, agreed_at, schedule.ScheduleFields.of(subscriber))

    @property
    def is_active(self) -> bool:
        """Whether digests are sent."""
        return self.status == Status.ACTIVE

    @property
    def signed_up(self) -> date:
        """The day of their consent, on their calendar."""
        return schedule.local_date(self.agreed_at, self.schedule_fields.time_zone)


class Letter(NamedTuple):
    """One planned digest for its reader; `reader` is None once their data is deleted."""

    pk: int
    period: date
    content: dict[str, Any]
    day: date
    reader: Recipient | None
    # Written by the curator for the newest of its editions.
    subject: str = ""
    intro: str = ""

    @classmethod
    def of(cls, delivery: Delivery) -> "Letter":
        """Make a letter from a delivery."""
        day = delivery.edition.day if delivery.edition else delivery.period
        reader = Recipient.of(delivery.subscriber) if delivery.subscriber else None
        words = (delivery.edition.subject, delivery.edition.intro) if delivery.edition else ("", "")
        return cls(delivery.pk, delivery.period, delivery.content, day, reader, *words)

    @property
    def papers(self) -> list[SnapshotEntry]:
        """The frozen papers: key, reason code, its argument."""
        return entries_in(self.content)

    @property
    def more(self) -> list[SnapshotEntry]:
        """The frozen papers of the extra section; usually empty."""
        return entries_in(extra_section(self.content))

    @property
    def news(self) -> list[SnapshotEntry]:
        """News about papers that its reader saved: key, kind of news, its detail. Only for the reader."""
        return news_in(self.content) if self.reader else []

    @property
    def message_id(self) -> str:
        """The Message-ID, the same at every attempt."""
        return message_id(self.pk, self.period)


def letters(keys: Collection[int]) -> list[Letter]:
    """Return the letters of these deliveries, in order of their keys, from plain values.

    Each table has a query of its own, by primary keys: to join them, PostgreSQL would read all subscribers.
    """
    columns = "pk", "period", "content", "edition", "subscriber"
    rows = list(Delivery.objects.filter(pk__any_of=keys).order_by("pk").values_list(*columns))
    words = _words({edition for *_, edition, _ in rows if edition})
    readers = _recipients({subscriber for *_, subscriber in rows if subscriber})
    batch = []
    for pk, period, content, edition, subscriber in rows:
        day, subject, intro = words.get(edition, (period, "", ""))
        batch.append(Letter(pk, period, content, day, readers.get(subscriber), subject, intro))
    return batch


def _words(editions: Collection[int]) -> dict[int | None, tuple[date, str, str]]:
    """Return the day, subject and intro of these editions, by their keys."""
    rows = Edition.objects.filter(pk__in=editions).order_by().values_list("pk", "day", "subject", "intro")
    return {pk: (day, subject, intro) for pk, day, subject, intro in rows}


def _recipients(subscribers: Collection[int]) -> dict[int | None, Recipient]:
    """Return these subscribers, by their keys; those whose data is deleted are missing."""
    agreed_at = Coalesce("confirmed_at", "created_at")
    columns = "pk", "email", "public_id", "status", agreed_at, *schedule.ScheduleFields._fields
    rows = Subscriber.objects.filter(pk__any_of=subscribers).order_by().values_list(*columns)
    return {
        pk: Recipient(email, public_id, status, agreed_at, schedule.ScheduleFields._make(chosen))
        for pk, email, public_id, status, agreed_at, *chosen in rows
    }
