"""Delivery: the ledger row of one digest to one subscriber."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from digest.models.edition import Edition
from digest.models.indexed_status import (
    RARE_STATUSES,
    UNFINISHED,
    UNFINISHED_STATUSES,
    IndexedStatusField,
    indexed_status,
)
from digest.models.snapshot import SnapshotField, snapshot_json
from subscriptions.models import Subscriber

# Characters with a special meaning in PostgreSQL's COPY.
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
# The columns of a planned delivery, in the order COPY gets them.
COPIED = ("subscriber_id", "period", "edition_id", "content", "status", "error", "not_before", "indexed_status")


class PlannedDelivery(NamedTuple):
    """A planned delivery, as plain as a row because there may be a million. `section_json` makes its sections."""

    subscriber_id: int
    period: date
    edition_id: int | None
    section: str
    status: str
    error: str
    not_before: datetime
    # The extra section; "" if there is none.
    extra: str = ""
    # What happened to papers that its reader saved, as ready JSON; "" for nothing.
    news: str = ""

    @property
    def content(self) -> str:
        """The whole snapshot, as JSON."""
        return snapshot_json(self.section, self.extra, self.news)

    @property
    def copied(self) -> str:
        """The row as text for PostgreSQL's COPY: the columns of COPIED, separated by tabs."""
        key, day, edition_id, section, status, error, not_before, extra, news = self
        edition = "\\N" if edition_id is None else edition_id
        # JSON contains no raw tabs or line ends.
        content = snapshot_json(section, extra, news).replace("\\", "\\\\")
        moment, indexed = _iso(not_before), indexed_status(status) or "\\N"
        error = error and error.translate(_COPY_ESCAPES)
        return f"{key}\t{_iso(day)}\t{edition}\t{content}\t{status}\t{error}\t{moment}\t{indexed}"

    def with_extra(self, section: str) -> "PlannedDelivery":
        """Return the delivery with an extra section, which makes it worth sending whatever the first one holds."""
        return self._replace(extra=section, status=Delivery.Status.QUEUED, error="")


@lru_cache
def _iso(time: date) -> str:
    return time.isoformat()


def message_id(key: int, period: date) -> str:
    """Return the Message-ID (RFC 5322, 3.6.4) of a delivery."""
    return f"<digest.{key}.{_digits(period)}@{settings.MAIL_DOMAIN}>"


@lru_cache
def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Queries for deliveries."""

    def update(self, **changes: Any) -> int:
        """Update rows as Django does; a new status also updates `indexed_status`."""
        if "status" in changes:
            changes["indexed_status"] = indexed_status(changes["status"])
        return super().update(**changes)

    def unfinished(self) -> "DeliveryQuerySet":
        """Deliveries that are queued or in a worker's hands."""
        return self.filter(indexed_status=UNFINISHED)

    def with_status(self, status: str) -> "DeliveryQuerySet":
        """Deliveries with one status; found by an index, unless most rows end up with that status."""
        indexed = indexed_status(status)
        return self.filter(status=status, **({"indexed_status": indexed} if indexed else {}))

    def queued(self, at: datetime) -> "DeliveryQuerySet":
        """Deliveries that may be sent now, longest waiting first."""
        return self.unfinished().filter(status=Delivery.Status.QUEUED, not_before__lte=at).order_by("not_before", "pk")

    def overdue(self, at: datetime) -> "DeliveryQuerySet":
        """Deliveries that a worker claimed and did not finish within its lease."""
        in_hand = [Delivery.Status.CLAIMED, Delivery.Status.SENDING]
        return self.unfinished().filter(status__in=in_hand, lease_until__lt=at)

    def last_served(self, subscriber: int) -> date | None:
        """Return the day of the last digest of a subscriber (key).

        A skipped period may be opened again, because nothing was sent in it.
        """
        served = self.filter(subscriber=subscriber).exclude(status=Delivery.Status.SKIPPED)
        last: date | None = served.aggregate(last=models.Max("period"))["last"]
        return last

    def enter(self, planned: Sequence[PlannedDelivery]) -> None:
        """Insert planned deliveries; if a period already has its row, that row stays."""
        if connection.vendor == "postgresql":
            try:
                with transaction.atomic():
                    self._enter_by_copy(planned)
            except IntegrityError:
                # COPY has no "on conflict"; the planner checks first, so this is rare.
                self._enter_by_insert(planned)
        else:
            self._enter_by_insert(planned)

    def _enter_by_insert(self, planned: Sequence[PlannedDelivery]) -> None:
        columns = [name for name in COPIED if name not in {"content", "indexed_status"}]
        rows = (
            Delivery(content=json.loads(row.content), **{name: getattr(row, name) for name in columns})
            for row in planned
        )
        self.bulk_create(rows, ignore_conflicts=True)

    def _enter_by_copy(self, planned: Sequence[PlannedDelivery]) -> None:
        """Insert with PostgreSQL's COPY, several times faster than INSERT."""
        constants = f"{timezone.now().isoformat()}\t0\t\t\n"
        columns = (*COPIED, "created_at", "attempts", "claimed_by", "provider_id")
        table = f"COPY {Delivery._meta.db_table} ({', '.join(columns)}) FROM STDIN"
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(table) as copy:
            # Given single values, the driver would look up the type of each.
            copy.write("".join([f"{row.copied}\t{constants}" for row in planned]))


class Delivery(models.Model):
    """One digest to one subscriber for one period, from planning to the provider's answer.

    `queued → claimed → sending → sent | failed | cancelled | uncertain`, and later, if the provider reports it,
    `delivered | bounced | complained` (see digest.sending.provider_events). While its edition is halted it is `held`
    (see digest.sending.breaker). A period with nothing worth sending has a row too, `skipped`, so that we can say why
    no mail came.
    """

    class Status(models.TextChoices):
        SKIPPED = "skipped", "skipped"
        QUEUED = "queued", "queued"
        # For a reader who wants no mail, only the feed.
        KEPT = "kept", "kept for the feed"
        # Its edition is halted: see digest.sending.breaker.
        HELD = "held", "held"
        CLAIMED = "claimed", "claimed"
        SENDING = "sending", "sending"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"
        UNCERTAIN = "uncertain", "uncertain"
        DELIVERED = "delivered", "delivered"
        BOUNCED = "bounced", "bounced"
        COMPLAINED = "complained", "complained"

    # The row outlives the subscriber, so that the count of what was sent stays true.
    # No index of its own: the constraint's index begins with it, and every index costs three writes per mail.
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.SET_NULL, null=True, related_name="deliveries", db_index=False
    )
    period = models.DateField(help_text="The day of the digest in the subscriber's time zone")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, related_name="deliveries")
    # Written when it is planned: see digest.models.snapshot.
    content = SnapshotField(default=dict)
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    indexed_status = IndexedStatusField(max_length=16, null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=255, blank=True, help_text="The provider's own ID for the email")
    error = models.TextField(blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "period"], name="one_digest_a_period"),
            models.CheckConstraint(
                # NULL would pass a check, so it is excluded explicitly.
                condition=models.Q(
                    status__in=UNFINISHED_STATUSES, indexed_status=UNFINISHED, indexed_status__isnull=False
                )
                | models.Q(status__in=RARE_STATUSES, indexed_status=models.F("status"), indexed_status__isnull=False)
                | (~models.Q(status__in=[*UNFINISHED_STATUSES, *RARE_STATUSES]) & models.Q(indexed_status=None)),
                name="indexed_status_follows",
            ),
        ]
        # None of them names a column that changes with each step of a mail: see `indexed_status`.
        indexes = [
            # sending.ledger: what to claim, longest waiting first; and what workers claimed and did not finish
            models.Index(
                fields=["not_before", "id"], name="delivery_unfinished", condition=models.Q(indexed_status=UNFINISHED)
            ),
            # sending.breaker: what is held by a halted edition, and what came back; both few or none
            models.Index(fields=["edition", "id"], name="delivery_on_hold", condition=models.Q(indexed_status="held")),
            models.Index(
                fields=["edition", "indexed_status"],
                name="delivery_returned",
                condition=models.Q(indexed_status__in=["bounced", "complained"]),
            ),
            # panel.deliveries, by status; few of a day's rows are ever here
            models.Index(
                fields=["indexed_status", "id"],
                name="delivery_not_taken",
                condition=models.Q(indexed_status__in=["failed", "uncertain", "cancelled", "bounced", "complained"]),
            ),
            # events, for reports that carry no metadata; empty with SMTP
            models.Index(fields=["provider_id"], name="delivery_at_provider", condition=~models.Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Save as Django does; saving the status also saves `indexed_status`."""
        if update_fields is not None and "status" in (names := set(update_fields)):
            update_fields = names | {"indexed_status"}
        super().save(update_fields=update_fields, **options)

    @property
    def message_id(self) -> str:
        """The Message-ID of its mail, the same for every attempt."""
        return message_id(self.pk, self.period)
