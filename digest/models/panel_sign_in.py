"""PanelSignIn: what the panel keeps about the sign-ins of one of its users."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Literal

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models

# The least time between two warnings of one kind to one person.
A_DAY = timedelta(days=1)

# What failed: the password, or a second factor after a right password.
SignInStep = Literal["password", "factor"]


def new_key() -> str:
    """Return a key that no one can guess."""
    return token_urlsafe(24)


class PanelSignIn(models.Model):
    """One row for each person who has signed in to the panel, was warned, or was unlocked."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="panel_sign_in"
    )
    # Browsers that signed in are known by it: with a new key they no longer are.
    key = models.CharField(max_length=64, default=new_key, editable=False)
    # When an owner unlocked the person: what failed before does not count.
    lifted_at = models.DateTimeField(null=True, blank=True, editable=False)
    password_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    factor_warned_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"Sign-in of {self.user_id}"

    def renew_key(self) -> None:
        """Forget the browsers this person signed in with."""
        self.key = new_key()
        self.save(update_fields=["key"])

    def sign_out(self, at: datetime) -> None:
        """End all sessions of this person, and forget the browsers they signed in with."""
        self.renew_key()
        # Only the panel has sessions, so there are few; only their encoded data says whose they are.
        for session in Session.objects.filter(expire_date__gt=at):
            if session.get_decoded().get("_auth_user_id") == str(self.pk):
                session.delete()

    def lift(self, at: datetime) -> None:
        """Unlock the person whatever failed before; forget their browsers, because one of them may be stolen."""
        self.key, self.lifted_at = new_key(), at
        self.password_warned_at = self.factor_warned_at = None
        self.save()

    def note_warning(self, step: SignInStep, at: datetime) -> bool:
        """Note that the person is being warned; return whether this call did it: once a day for each step."""
        name = f"{step}_warned_at"
        free = models.Q(**{name: None}) | models.Q(**{f"{name}__lte": at - A_DAY})
        return bool(PanelSignIn.objects.filter(free, pk=self.pk).update(**{name: at}))

    def forget_warning(self, step: SignInStep, at: datetime) -> None:
        """Note that the warning of that time could not be given."""
        name = f"{step}_warned_at"
        PanelSignIn.objects.filter(pk=self.pk, **{name: at}).update(**{name: None})
