"""Consent: when, from where and to which wording somebody agreed to be written to."""

from django.db import models

from subscriptions.models.subscriber import Subscriber


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Which consents."""

    def requests(self) -> "ConsentQuerySet":
        """Sign-ups for readers who left, not confirmed: anybody may have typed the address."""
        return self.filter(choices__isnull=False)

    def given(self) -> "ConsentQuerySet":
        """All but those."""
        return self.filter(choices__isnull=True)


class Consent(models.Model):
    """One agreement of one subscriber, from asking to withdrawal."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consents")
    wording = models.TextField()
    requested_at = models.DateTimeField()
    requested_from = models.GenericIPAddressField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_from = models.GenericIPAddressField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # What was chosen for a reader who left, until it is confirmed: their row stays as it is till then.
    choices = models.JSONField(null=True, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["requested_at"]

    def __str__(self) -> str:
        return f"consent {self.pk} of subscriber {self.subscriber_id}"
