"""Passkeys: the public half of a key that someone keeps on a device. PasskeyCredential is what they have in common."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django_otp.models import Device


class PasskeyCredential(models.Model):
    """What a device's passkey is verified with. The key is not for anyone to read or change."""

    # In base64url, as browsers write it: an id has up to 1023 bytes (WebAuthn, level 3, 4).
    credential_id = models.CharField(max_length=1364, unique=True, editable=False)
    # As the device gave it: a COSE key (RFC 9052, 7).
    public_key = models.BinaryField(editable=False)
    # How many signatures the device says it has made. Many devices never count: theirs stays at 0.
    counter = models.PositiveBigIntegerField(default=0, editable=False)
    # How the browser can reach the device: usb, nfc, internal ...
    transports = models.JSONField(default=list, editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def use(self, counter: int, at: datetime) -> bool:
        """Note a use; return whether the device's counter has gone up since the last one, or never counts.

        If the counter has not gone up, it is a copy, or an answer that was used before. One statement decides it, so
        that of two requests with the same answer one fails.
        """
        counted_on = models.Q(counter__lt=counter) if counter else models.Q(counter=0)
        rows = type(self)._default_manager.filter(counted_on, pk=self.pk)
        return bool(rows.update(counter=counter, used_at=at))


class Passkey(Device, PasskeyCredential):  # type: ignore[misc, django-manager-missing]
    """A passkey for the panel, besides the password: a django-otp device, so that it counts as a second factor."""

    class Meta:
        ordering = ["pk"]
        # The panel has a page for a user's own passkeys, and none for those of others.
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.name)
