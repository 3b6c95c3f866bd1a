"""Consent: when, from where and to which wording someone agreed to get mail."""

from django.db import models

from subscriptions.models.subscriber import Subscriber


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Queries for consents."""

    def requests(self) -> "ConsentQuerySet":
        """Unconfirmed sign-ups for readers who left: anyone may have typed the address."""
        return self.filter(choices__isnull=False)

    def given(self) -> "ConsentQuerySet":
        """All consents except those requests."""
        return self.filter(choices__isnull=True)


class Consent(models.Model):
    """One consent of one subscriber, from request to withdrawal."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consents")
    wording = models.TextField()
    requested_at = models.DateTimeField()
    requested_from = models.GenericIPAddressField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_from = models.GenericIPAddressField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # The choices made for a reader who left, until they are confirmed: their row stays as it is until then.
    choices = models.JSONField(null=True, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["requested_at"]

    def __str__(self) -> str:
        return f"consent {self.pk} of subscriber {self.subscriber_id}"
