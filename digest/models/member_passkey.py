"""MemberPasskey: a passkey that a reader signs in with, and the challenges that browsers answer with one."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from digest.models.member import Member
from digest.models.passkey import PasskeyCredential


class MemberPasskey(PasskeyCredential):
    """A passkey of a reader's account, used instead of an email link. It is deleted with the account."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="passkeys", editable=False)
    name = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        # No one may read or change those of others.
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class PasskeyChallengeQuerySet(models.QuerySet["PasskeyChallenge"]):
    """Queries for challenges."""

    def take(self, key: str, owner: str, since: datetime) -> str | None:
        """Return a challenge issued since then, and use it up so that no other answer can; None if there is none.

        Of two requests at once, only one deletes the row.
        """
        row = self.filter(key=key, owner=owner, asked_at__gte=since).first()
        return row.challenge if row and self.filter(pk=row.pk).delete()[0] else None

    def forget(self, before: datetime) -> int:
        """Delete the challenges that no one answered; return how many there were."""
        return self.filter(asked_at__lt=before).delete()[0]


class PasskeyChallenge(models.Model):
    """What a browser is asked to sign, kept until it answers. The browser has the row's key in a cookie."""

    key = models.CharField(max_length=64, unique=True)
    # In base64url.
    challenge = models.CharField(max_length=128)
    # Who a new passkey is to belong to, as devices know them; empty for a sign-in, since no one knows yet.
    owner = models.CharField(max_length=64, blank=True)
    # PasskeyChallengeQuerySet.forget, every hour.
    asked_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = PasskeyChallengeQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"challenge {self.pk}"
