"""Delivery: the ledger row of one digest to one subscriber."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from digest.models.edition import Edition
from subscriptions.models import Subscriber

# What has a meaning of its own in PostgreSQL's COPY.
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Frozen(NamedTuple):
    """A planned delivery, as plain as a row: there may be a million. `content` is JSON."""

    subscriber_id: int
    period: date
    edition_id: int | None
    content: str
    status: str
    error: str
    not_before: datetime

    @property
    def copied(self) -> str:
        """The row as PostgreSQL's COPY takes it, as text: the columns in order, with tabs between them."""
        edition = "\\N" if self.edition_id is None else self.edition_id
        # JSON has no tabs and line ends of its own.
        content, error = self.content.replace("\\", "\\\\"), self.error.translate(_COPY_ESCAPES)
        moment = self.not_before.isoformat()
        return f"{self.subscriber_id}\t{self.period}\t{edition}\t{content}\t{self.status}\t{error}\t{moment}"

    @property
    def has_more(self) -> bool:
        """Whether there is a second part."""
        return '"more": {' in self.content

    def with_more(self, part: str) -> "Frozen":
        """Return the delivery with a second part (JSON), worth sending whatever the first one holds."""
        content = f'{self.content.removesuffix("}")}, "more": {part}}}'
        return self._replace(content=content, status=Delivery.Status.QUEUED, error="")


def papers_in(part: Mapping[str, Any]) -> list[int]:
    """Return the papers (keys) of the first part of a content, or of its second: what stands under "more"."""
    return [paper for paper, *_ in part.get("papers", [])]


def all_papers_in(content: Mapping[str, Any]) -> list[int]:
    """Return the papers (keys) of both parts."""
    return papers_in(content) + papers_in(content.get("more", {}))


def message_id(key: int, period: date) -> str:
    """Return the Message-ID (RFC 5322, 3.6.4) of a delivery."""
    return f"<digest.{key}.{period:%Y%m%d}@{settings.MAIL_DOMAIN}>"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Which deliveries."""

    def queued(self, at: datetime) -> "DeliveryQuerySet":
        """Those that may be sent now, longest waiting first."""
        return self.filter(status=Delivery.Status.QUEUED, not_before__lte=at).order_by("not_before", "pk")

    def overdue(self, at: datetime) -> "DeliveryQuerySet":
        """Those a worker took and did not finish within its lease."""
        return self.filter(status__in=[Delivery.Status.CLAIMED, Delivery.Status.SENDING], lease_until__lt=at)

    def enter(self, planned: Sequence[Frozen]) -> None:
        """Insert planned deliveries; where a period has its row already, that row stays."""
        if connection.vendor == "postgresql":
            try:
                with transaction.atomic():
                    self._enter_by_copy(planned)
            except IntegrityError:
                # COPY knows no "on conflict"; the planner checks before, so this is rare.
                self._enter_by_insert(planned)
        else:
            self._enter_by_insert(planned)

    def _enter_by_insert(self, planned: Sequence[Frozen]) -> None:
        rows = (Delivery(**row._replace(content=json.loads(row.content))._asdict()) for row in planned)
        self.bulk_create(rows, ignore_conflicts=True)

    def _enter_by_copy(self, planned: Sequence[Frozen]) -> None:
        """Insert through PostgreSQL's COPY, several times faster than INSERT."""
        constants = f"{timezone.now().isoformat()}\t0\t\t\n"
        columns = (*Frozen._fields, "created_at", "attempts", "claimed_by", "provider_id")
        table = f"COPY {Delivery._meta.db_table} ({', '.join(columns)}) FROM STDIN"
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(table) as copy:
            # The driver would ask of each value what it is.
            copy.write("".join([f"{row.copied}\t{constants}" for row in planned]))


class Delivery(models.Model):
    """One digest to one subscriber for one period, from planning to the provider's answer.

    `queued → claimed → sending → sent | failed | cancelled | uncertain`, and later, by what the provider reports,
    `delivered | bounced | complained` (see digest.events). While its edition is halted it is `held` (see
    digest.sending.breaker). A period in which there was nothing worth sending is a row too, `skipped`, so that it can
    be said why no mail came.
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

    # The row outlives the subscriber: the count of what was sent stays true.
    # No index of its own: the constraint's begins with it, and every index is paid for three times a mail.
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.SET_NULL, null=True, related_name="deliveries", db_index=False
    )
    period = models.DateField(help_text="The day of the digest on the subscriber's own calendar")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, related_name="deliveries")
    # Frozen when planned: see digest.freezing, and for what stands under "more" digest.second_part.
    content = models.JSONField(default=dict)
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(default=timezone.now)

    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=255, blank=True, help_text="The provider's own id of the mail")
    error = models.TextField(blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["subscriber", "period"], name="one_digest_a_period")]
        indexes = [
            # sending.ledger.claim
            models.Index(fields=["not_before", "id"], name="delivery_queued", condition=models.Q(status="queued")),
            # sending.ledger.recover
            models.Index(
                fields=["lease_until"],
                name="delivery_in_hand",
                condition=models.Q(status__in=["claimed", "sending"]),
            ),
            # sending.breaker: what waits for an edition that is halted, and what came back; both few or none
            models.Index(fields=["edition", "id"], name="delivery_held", condition=models.Q(status="held")),
            models.Index(
                fields=["edition", "status"],
                name="delivery_came_back",
                condition=models.Q(status__in=["bounced", "complained"]),
            ),
            # panel.deliveries, by status; few of a day's rows are ever here
            models.Index(
                fields=["status", "id"],
                name="delivery_went_wrong",
                condition=models.Q(status__in=["failed", "uncertain", "cancelled", "bounced", "complained"]),
            ),
            # events, for reports that carry no metadata; empty with SMTP
            models.Index(fields=["provider_id"], name="delivery_at_provider", condition=~models.Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def message_id(self) -> str:
        """The Message-ID of its mail, the same at every try."""
        return message_id(self.pk, self.period)
