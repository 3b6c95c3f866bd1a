"""A letter: what composing needs of a planned delivery and its reader, as plain values."""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.functions import Coalesce

from digest.models import Delivery
from digest.models.delivery import message_id
from subscriptions import schedule
from subscriptions.models import Status, Subscriber

_READER = ("email", "public_id", "status", *schedule.Chosen._fields)


class Reader(NamedTuple):
    """Who gets a letter."""

    email: str
    public_id: UUID
    status: str
    time_zone: str
    local_time: time
    frequency: str
    weekday: int
    chosen_days: int
    month_day: int
    agreed_at: datetime

    @classmethod
    def of(cls, subscriber: Subscriber) -> "Reader":
        """Return a subscriber as a reader."""
        fields: dict[str, Any] = {name: getattr(subscriber, name) for name in _READER}
        return cls(**fields, agreed_at=subscriber.confirmed_at or subscriber.created_at)

    @property
    def is_active(self) -> bool:
        """Whether digests are sent."""
        return self.status == Status.ACTIVE

    @property
    def rhythm(self) -> schedule.Chosen:
        """How often and when, for the footer."""
        chosen = self.time_zone, self.local_time, self.frequency, self.weekday, self.chosen_days, self.month_day
        return schedule.Chosen(*chosen)

    @property
    def signed_up(self) -> date:
        """The day of their consent, on their calendar."""
        return schedule.local_date(self.agreed_at, self.time_zone)


class Letter(NamedTuple):
    """One planned digest on its way to its reader; `reader` is None once their data is deleted."""

    pk: int
    period: date
    content: dict[str, Any]
    day: date
    reader: Reader | None
    # The curator's words for the newest of its editions.
    subject: str = ""
    intro: str = ""

    @classmethod
    def of(cls, delivery: Delivery) -> "Letter":
        """Return a delivery as a letter."""
        day = delivery.edition.day if delivery.edition else delivery.period
        reader = Reader.of(delivery.subscriber) if delivery.subscriber else None
        words = (delivery.edition.subject, delivery.edition.intro) if delivery.edition else ("", "")
        return cls(delivery.pk, delivery.period, delivery.content, day, reader, *words)

    @property
    def papers(self) -> list[tuple[int, str, str]]:
        """The frozen papers: key, code of the reason, its argument."""
        return self.content.get("papers", [])  # type: ignore[no-any-return]

    @property
    def more(self) -> list[tuple[int, str, str]]:
        """The frozen papers of the second part; mostly there is none."""
        part = self.content.get("more")
        return part["papers"] if part else []

    @property
    def message_id(self) -> str:
        """The Message-ID, the same at every try."""
        return message_id(self.pk, self.period)


def letters(keys: Collection[int]) -> list[Letter]:
    """Return the letters of these deliveries, in their order, in one query of plain values."""
    rows = (
        Delivery.objects.filter(pk__any_of=keys)
        .order_by("pk")
        .values_list(
            "pk",
            "period",
            "content",
            "edition__day",
            "edition__subject",
            "edition__intro",
            *[f"subscriber__{name}" for name in _READER],
            Coalesce("subscriber__confirmed_at", "subscriber__created_at"),
        )
    )
    return [
        Letter(pk, period, content, day or period, Reader(*reader) if reader[0] else None, subject or "", intro or "")
        for pk, period, content, day, subject, intro, *reader in rows
    ]
