"""Suppression: an address that must not be emailed, known only by its keyed hash."""

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac

from subscriptions.addresses import address_key

# After this many soft bounces in a row, an address counts as dead: see Subscriber.note_soft_bounce.
SOFT_BOUNCE_LIMIT = 5


def hash_of(address: str) -> str:
    """Return the keyed hash of an address: the same for every spelling of it, and meaningless without the key."""
    salt, key = "subscriptions.suppression", _oldest_key()
    return salted_hmac(salt, address_key(address), algorithm="sha256", secret=key).hexdigest()


def _oldest_key() -> str:
    # The first key ever used: rotating SECRET_KEY must not lose who is suppressed.
    return settings.SECRET_KEY_FALLBACKS[-1] if settings.SECRET_KEY_FALLBACKS else settings.SECRET_KEY


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Queries about suppressed addresses."""

    def covers(self, address: str) -> bool:
        """Return whether the address must not be emailed."""
        return self.filter(address_hash=hash_of(address)).exists()


class Suppression(models.Model):
    """An address that must not be emailed; outlives the subscriber."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", "email to it bounced"
        COMPLAINED = "complained", "its owner complained"
        BY_HAND = "by_hand", "an operator decided"

    address_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=16, choices=Reason)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SuppressionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.address_hash[:12]} {self.reason}"
