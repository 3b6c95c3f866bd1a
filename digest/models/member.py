"""Member: one account, known by an address and signed in to by a link in an email. It owns votes and submissions.

What its owner reads, saves and says belongs to the subscriber with the same address: see digest.community.accounts.
"""

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from subscriptions.addresses import address_key
from subscriptions.models import Subscriber

# How long after the first sign-in a vote counts for less.
NEW_FOR = timedelta(days=7)


def new_key() -> str:
    """Return a key that ties a browser to a member until the member signs out."""
    return secrets.token_urlsafe(24)


class MemberQuerySet(models.QuerySet["Member"]):
    """Queries for members."""

    def unconfirmed(self, before: datetime) -> "MemberQuerySet":
        """Members who asked for a link before then and never used one."""
        return self.filter(joined_at=None, created_at__lt=before)


class Member(models.Model):
    """A person of the community. Members are separate from the people who work in the panel."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254)
    email_key = models.CharField(max_length=254, unique=True, editable=False)
    # The reader's side of the account, set from the first sign-in on.
    subscriber = models.OneToOneField(
        Subscriber, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="member"
    )
    # A sign-in link carries this number, and using it increases the number: each link works once.
    sign_ins = models.PositiveIntegerField(default=0, editable=False)
    browser_key = models.CharField(max_length=32, default=new_key, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    joined_at = models.DateTimeField(null=True, blank=True, help_text="When they first signed in")
    barred_at = models.DateTimeField(null=True, blank=True, help_text="From then on, nothing they do counts")

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            # MemberQuerySet.unconfirmed, every hour.
            models.Index(fields=["created_at"], name="member_stranger", condition=models.Q(joined_at=None)),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the key in step with the address."""
        self.email_key = address_key(self.email)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_barred(self) -> bool:
        """Whether the member was barred in the panel."""
        return self.barred_at is not None

    def is_new(self, at: datetime) -> bool:
        """Whether they joined only a few days ago."""
        return self.joined_at is None or at - self.joined_at < NEW_FOR

    def sign_in(self, link: int, at: datetime) -> bool:
        """Use up the link with that number; return whether it was still valid."""
        unused = type(self).objects.filter(pk=self.pk, sign_ins=link, barred_at=None)
        updated = unused.update(sign_ins=models.F("sign_ins") + 1)
        type(self).objects.filter(pk=self.pk, joined_at=None, sign_ins__gt=0).update(joined_at=at)
        self.refresh_from_db()
        return bool(updated)

    def sign_out(self) -> None:
        """Sign out everywhere. Links that are on their way stop working, too: someone else may have asked for them."""
        type(self).objects.filter(pk=self.pk).update(browser_key=new_key(), sign_ins=models.F("sign_ins") + 1)
        self.refresh_from_db()
