"""OutgoingMail: a requested mail, until it is sent. The queue's message is only its doorbell."""

from datetime import datetime

from django.db import models
from django.utils import timezone

TO_SUBSCRIBERS = ("sign_up", "link_request")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Queries for outgoing mails."""

    def waiting(self, at: datetime) -> "OutgoingMailQuerySet":
        """Mails that may be sent now, longest waiting first."""
        return self.filter(begun_at=None, sent_at=None, not_before__lte=at).order_by("not_before", "pk")

    def to_subscriber(self, subscriber: int) -> "OutgoingMailQuerySet":
        """Mails that a subscriber (key) requested. The kind of the others decides who gets them."""
        return self.filter(kind__in=TO_SUBSCRIBERS, recipient=subscriber)


class OutgoingMail(models.Model):
    """One kind of mail to one recipient, known by key: no address is stored. Requested again, it is the same row."""

    kind = models.CharField(max_length=32)
    # The key of a subscriber, or of whoever gets mails of this kind.
    recipient = models.BigIntegerField()
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # A worker is sending it. If the worker dies, this stays set: the mail may be out, so it is not sent again.
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "recipient"], name="outgoing_mail_once")]
        indexes = [
            # For OutgoingMailQuerySet.waiting, every minute; mostly empty.
            models.Index(
                fields=["not_before", "id"],
                name="outgoing_mail_waiting",
                condition=models.Q(begun_at=None, sent_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.recipient}"
