"""MemberPasskey: a passkey that a reader signs in with, and the questions that browsers are asked for one."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from digest.models.member import Member
from digest.models.passkey import PasskeyCredential


class MemberPasskey(PasskeyCredential):
    """A passkey of a reader's account, in the place of a link by mail. It goes with the account."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="passkeys", editable=False)
    name = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        # Nobody reads or changes those of others.
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class PasskeyChallengeQuerySet(models.QuerySet["PasskeyChallenge"]):
    """Which questions."""

    def take(self, key: str, owner: str, since: datetime) -> str | None:
        """Return the challenge of a question asked since then, which no other answer can use; None without one.

        Of two requests at once, one deletes the row.
        """
        row = self.filter(key=key, owner=owner, asked_at__gte=since).first()
        return row.challenge if row and self.filter(pk=row.pk).delete()[0] else None

    def forget(self, before: datetime) -> int:
        """Delete what nobody answered; return how many there were."""
        return self.filter(asked_at__lt=before).delete()[0]


class PasskeyChallenge(models.Model):
    """What a browser is asked to sign, until it answers. The browser knows the row by its key, in a cookie."""

    key = models.CharField(max_length=64, unique=True)
    # In base64url.
    challenge = models.CharField(max_length=128)
    # To whom a new passkey is to belong, as devices know them; empty to sign in, for nobody knows yet.
    owner = models.CharField(max_length=64, blank=True)
    # PasskeyChallengeQuerySet.forget, every hour.
    asked_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = PasskeyChallengeQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"challenge {self.pk}"
