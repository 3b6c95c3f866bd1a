"""Keep changes to an edition that wait for a second look out of all mails (SECOND_LOOK).

The digests of that edition are held like those of a halted one. But a digest of a later edition may hold its papers
too, such as that of someone who reads once a week. So the papers of each digest count.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from digest.models import Delivery, Edition, EditionPaper
from digest.models.snapshot import all_papers_in
from digest.sending import ledger, notifications
from subscriptions.emails import MailError

logger = logging.getLogger(__name__)

Status = Delivery.Status

# How long a digest of a later edition waits until it is checked again.
ASKED_AGAIN = timedelta(minutes=5)
# How long someone may go on making changes before the others are asked to look.
A_WHILE = timedelta(minutes=5)


def hold_changed(keys: Sequence[int], worker: str, now: datetime) -> list[int]:
    """Hold those of a worker's claimed deliveries that would show what waits for a look; return the others."""
    editions = Edition.objects.changed_unseen().versions()
    if not editions or not keys:
        return list(keys)
    papers = set(EditionPaper.objects.filter(edition__in=editions).values_list("paper", flat=True))
    claimed = ledger.held_by(worker).filter(pk__any_of=keys, status=Status.CLAIMED)
    own, later = [], []
    for key, edition, content in claimed.values_list("pk", "edition_id", "content"):
        if edition in editions:
            own.append(key)
        elif papers.intersection(all_papers_in(content)):
            later.append(key)
    claimed.filter(pk__any_of=own).update(status=Status.HELD, claimed_by="", lease_until=None)
    ledger.give_back(later, worker, now + ASKED_AGAIN)
    aside = {*own, *later}
    return [key for key in keys if key not in aside]


def tell(now: datetime) -> None:
    """Ask the other curators to look at what waits, once for each edition."""
    for edition in Edition.objects.changed_unseen().filter(unseen_told_at=None, unseen_since__lte=now - A_WHILE):
        if not Edition.objects.filter(pk=edition.pk, unseen_told_at=None).update(unseen_told_at=now):
            continue
        try:
            notifications.edition_changed(edition)
        except MailError:
            logger.exception("the curators could not be asked to look at %s; trying again later", edition)
            Edition.objects.filter(pk=edition.pk, unseen_told_at=now).update(unseen_told_at=None)
