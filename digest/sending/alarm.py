"""Mails to the curators: the staff of the site who have an address."""

import logging

from django.contrib.auth import get_user_model
from django.urls import reverse

from digest.models import Edition
from digest.sending.figures import Figures
from subscriptions import emails
from subscriptions.links import absolute

logger = logging.getLogger(__name__)


def curators() -> list[str]:
    """Return the addresses of all curators."""
    staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True).exclude(email="")
    return list(staff.order_by("pk").values_list("email", flat=True))


def edition_halted(edition: Edition, figures: Figures, waiting: int) -> None:
    """Tell the curators that an edition was halted, in one mail; MailError where it was not taken."""
    to = curators()
    if not to:
        logger.error("%s is halted and no curator has an address", edition)
        return
    link = absolute(reverse("admin:digest_edition_change", args=[edition.pk]))
    context = {"edition": edition, "figures": figures, "waiting": waiting, "link": link}
    emails.post("edition_halted", to, context, "the curators")
