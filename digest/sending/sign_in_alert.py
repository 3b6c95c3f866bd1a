"""Telling somebody of the panel that signing in with their name fails again and again."""

import logging
from datetime import datetime
from typing import cast

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.urls import reverse

from digest.models import PanelSignIn
from digest.models.panel_sign_in import SignInStep
from subscriptions import emails
from subscriptions.emails import MailError
from subscriptions.links import absolute

logger = logging.getLogger(__name__)

# What the activity log says.
IN_TRAIL = {
    "password": "Many failed sign-in attempts with this name: wrong passwords.",
    "factor": "Many failed sign-in attempts with this name: the password was right, the second factor wasn’t.",
}


def warn(pk: int, step: str, now: datetime) -> None:
    """Write to them, and note it in the activity log: at most once a day for each step.

    MailError where the mail is not taken; then it counts as not written. Nobody: nothing.
    """
    person = User.objects.filter(pk=pk, is_active=True, is_staff=True).first()
    if person is None:
        return
    row, _ = PanelSignIn.objects.get_or_create(user=person)
    if not row.note_warning(cast("SignInStep", step), now):
        return
    if person.email:
        _write(person, row, cast("SignInStep", step), now)
    else:
        logger.warning("person %d has no address to be warned at of failed sign-ins", person.pk)
    # Nobody of the panel did it: it stands with whom it is about.
    rows = User.objects.filter(pk=person.pk)
    LogEntry.objects.log_actions(person.pk, rows, CHANGE, change_message=IN_TRAIL[step], single_object=True)


def _write(person: User, row: PanelSignIn, step: SignInStep, now: datetime) -> None:
    context = {
        "name": person.get_username(),
        "password_was_right": step == "factor",
        "at": now,
        "link": absolute(reverse("admin:index")),
    }
    try:
        emails.post("failed_sign_ins", [person.email], context, f"person {person.pk}")
    except MailError:
        row.forget_warning(step, now)
        raise
