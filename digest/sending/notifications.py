"""Mails to the curators: the staff of the site who have an address."""

import logging

from django.contrib.auth import get_user_model
from django.urls import reverse

from digest.models import Edition
from digest.sending import bounce_reversal, refusals
from digest.sending.breaker_limits import BreakerStatistics
from subscriptions import emails
from subscriptions.links import absolute

logger = logging.getLogger(__name__)


def curators() -> list[str]:
    """Return the addresses of all curators."""
    staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True).exclude(email="")
    return list(staff.order_by("pk").values_list("email", flat=True))


def edition_halted(edition: Edition, figures: BreakerStatistics, waiting: int) -> None:
    """Tell the curators that an edition was halted, in one mail. Raises MailError if it was not accepted."""
    to = curators()
    if not to:
        logger.error("%s is halted, but no curator has an email address", edition)
        return
    link = absolute(reverse("admin:digest_edition_change", args=[edition.pk]))
    context = {
        "edition": edition,
        "figures": figures,
        "waiting": waiting,
        "refusals": refusals.most_frequent(edition),
        "suppressed": bounce_reversal.count_liftable(edition),
        "link": link,
    }
    emails.post("edition_halted", to, context, "the curators")


def edition_changed(edition: Edition) -> None:
    """Ask those who may publish for a look at a change, in one mail. Raises MailError if it was not accepted."""
    publishers = get_user_model()._default_manager.with_perm(
        "digest.publish_edition", include_superusers=True, backend="django.contrib.auth.backends.ModelBackend"
    )
    own = edition.unseen_by if len(edition.unseen_by) == 1 else []
    others = publishers.filter(is_staff=True).exclude(email="").exclude(username__in=own).order_by("pk")
    to = list(others.values_list("email", flat=True))
    if not to:
        logger.error("%s is waiting for approval, but no other curator has an email address", edition)
        return
    link = absolute(reverse("admin:publishing", args=[edition.pk]))
    context = {"edition": edition, "who": " and ".join(edition.unseen_by) or "Someone", "link": link}
    emails.post("edition_changed", to, context, "the curators")
