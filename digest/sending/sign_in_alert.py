"""Warn a panel user that sign-ins with their name keep failing."""

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
    """Write to the user, and note it in the activity log: at most once a day for each step.

    Raises MailError if the mail is not accepted; then it counts as not written. If there is no such user, does nothing.
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
        logger.warning("user %d has no email address, so they were not warned about failed sign-ins", person.pk)
    # No panel user did it: it is logged under the user it is about.
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
