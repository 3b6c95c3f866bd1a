"""Event: what the mail provider reported about a mail, stored once."""

from django.db import models
from django.utils import timezone

from digest.models.delivery import Delivery

# The panel's words; those of the choices are in the migrations.
EVENT_KIND_LABELS = {
    "accepted": "accepted by the provider",
    "hard_bounce": "bounced (permanent)",
    "soft_bounce": "bounced (temporary)",
    "complained": "marked as spam",
    "noted": "recorded",
}


class Event(models.Model):
    """One report from the provider. It holds no address: the delivery says whose mail it was, while it knows."""

    class Kind(models.TextChoices):
        """What a report means to us."""

        ACCEPTED = "accepted", "accepted by the provider"
        DELIVERED = "delivered", "delivered"
        HARD_BOUNCE = "hard_bounce", "bounced permanently"
        SOFT_BOUNCE = "soft_bounce", "bounced temporarily"
        # Something is wrong with the mail or with us, not with the mailbox.
        REFUSED = "refused", "refused"
        COMPLAINED = "complained", "complained"
        UNSUBSCRIBED = "unsubscribed", "unsubscribed"
        NOTED = "noted", "noted"

    provider = models.CharField(max_length=32)
    event_id = models.CharField(max_length=255, help_text="The provider's own ID, or a hash if it gives none")
    type = models.CharField(max_length=32, help_text="Anymail's name for it")
    kind = models.CharField(max_length=16, choices=Kind)
    detail = models.CharField(max_length=500, blank=True, help_text="The mail server's reply, without addresses")
    suppressed_from = models.CharField(
        max_length=16, blank=True, help_text="The subscriber's status before this report suppressed them"
    )
    # Empty if the report is about another kind of mail, or one that is not ours.
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, related_name="events")
    at = models.DateTimeField(help_text="When it happened, by the provider's clock")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="one_event_a_report")]
        indexes = [
            # sending.refusals, once a minute
            models.Index(fields=["recorded_at"], name="event_refused", condition=models.Q(kind="refused")),
        ]

    def __str__(self) -> str:
        return f"{self.provider} event {self.pk}: {self.type}"

    @property
    def kind_label(self) -> str:
        """What the report means to us, in the panel's words."""
        return EVENT_KIND_LABELS.get(self.kind, self.get_kind_display())
