"""The breaker: an edition that gets too many complaints, bounces or refusals is halted, until someone lets it go on.

The halt is a mark on the edition's own row. Workers set its digests aside as they come to them (`held`), so claiming
knows nothing about it and stays as fast as it is. When the edition goes on, they are released into the queue.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q

from digest.models import Delivery, Edition
from digest.sending import ledger, notifications, refusals, second_look
from digest.sending.breaker_limits import BreakerLimits, BreakerStatistics
from subscriptions.emails import MailError

logger = logging.getLogger(__name__)

Status = Delivery.Status

# How long after publication an edition is watched.
WATCHED = timedelta(days=14)
RELEASED_AT_A_TIME = 10_000
WENT_OUT = Q(status__in=[Status.SENT, Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED]) | Q(
    status=Status.FAILED, sent_at__isnull=False
)


def watch(now: datetime) -> int:
    """Halt what must be halted, tell the curators, release what may go on; return how many were released.

    Any number of processes may watch: the curators are told of each halt once.
    """
    for edition in Edition.objects.published().filter(halted_at=None, published_at__gt=now - WATCHED):
        if because := _reason_to_halt(edition):
            _halt(edition, now, because)
    for edition in Edition.objects.halted().filter(halt_told_at=None):
        _tell(edition, now)
    second_look.tell(now)
    return _release()


def halt_edition(edition: Edition, now: datetime, who: str) -> bool:
    """Halt an edition by hand; return whether this call did it."""
    # The person who does it knows, so no one is notified.
    halted = edition.halt(now, f"stopped by {who}", told_at=now)
    if halted:
        logger.warning("%s halted manually", edition)
    return halted


def resume_edition(edition: Edition) -> bool:
    """Resume sending a halted edition's digests, from the next check on; return whether this call did it.

    The present figures are accepted: it is halted again only when they get worse by half.
    """
    figures = breaker_statistics(edition)
    resumed = edition.let_go_on(figures.complaints, figures.bounces)
    if resumed:
        logger.warning("%s resumed: %s", edition, figures)
    return resumed


def hold_halted(keys: Sequence[int], worker: str) -> list[int]:
    """Hold those of a worker's claimed deliveries whose edition is halted; return the others."""
    halted = list(Edition.objects.halted().values_list("pk", flat=True))
    if not halted:
        return list(keys)
    claimed = ledger.held_by(worker).filter(pk__any_of=keys, status=Status.CLAIMED)
    claimed.filter(edition__in=halted).update(status=Status.HELD, claimed_by="", lease_until=None)
    return list(claimed.order_by("not_before", "pk").values_list("pk", flat=True))


def breaker_statistics(edition: Edition) -> BreakerStatistics:
    """Return the figures of an edition. This reads all its deliveries."""
    row = edition.deliveries.aggregate(
        sent=Count("pk", filter=WENT_OUT),
        complained=Count("pk", filter=Q(status=Status.COMPLAINED)),
        bounced=Count("pk", filter=Q(status=Status.BOUNCED)),
    )
    return BreakerStatistics(**row, refused=refusals.count_refused(edition))


def _reason_to_halt(edition: Edition) -> str:
    """Return why an edition must be halted; "" if it need not be.

    The digests that came back are few and have an index. Those sent may be a million: they are counted only as far as
    it matters.
    """
    limits = BreakerLimits.of(edition)
    complained, bounced = (_came_back(edition, status) for status in (Status.COMPLAINED, Status.BOUNCED))
    refused = refusals.count_refused(edition)
    enough = limits.enough_sent(complained, bounced + refused)
    if enough <= settings.BREAKER_LEAST:
        return ""
    sent = edition.deliveries.filter(WENT_OUT).order_by()[:enough].count()
    return limits.broken_by(BreakerStatistics(sent, complained, bounced, refused))


def _came_back(edition: Edition, status: str) -> int:
    return Delivery.objects.with_status(status).filter(edition=edition).count()


def _halt(edition: Edition, now: datetime, because: str) -> None:
    if edition.halt(now, because):
        logger.error("%s halted: %s", edition, because)


def _tell(edition: Edition, now: datetime) -> None:
    """Write to the curators, if this process is the first to mark the edition."""
    if not Edition.objects.halted().filter(pk=edition.pk, halt_told_at=None).update(halt_told_at=now):
        return
    figures = breaker_statistics(edition)
    waiting = edition.deliveries.filter(status__in=[Status.QUEUED, Status.HELD]).count()
    try:
        notifications.edition_halted(edition, figures, waiting)
    except MailError:
        logger.exception("the curators could not be told that %s is halted; trying again later", edition)
        Edition.objects.filter(pk=edition.pk, halt_told_at=now).update(halt_told_at=None)


def _release() -> int:
    """Put the held digests of editions that go on back into the queue; return how many."""
    held = Delivery.objects.with_status(Status.HELD).filter(edition=OuterRef("pk"))
    editions = Edition.objects.filter(Exists(held), halted_at=None)
    editions = editions.exclude(pk__in=Edition.objects.changed_unseen().versions())
    return sum(_release_one(edition) for edition in editions)


def _release_one(edition: Edition) -> int:
    released, last = 0, 0
    held = Delivery.objects.with_status(Status.HELD).filter(edition=edition).order_by("pk")
    # From key to key: the index still has the rows that have already been released.
    while keys := list(held.filter(pk__gt=last).values_list("pk", flat=True)[:RELEASED_AT_A_TIME]):
        released += held.filter(pk__gt=last, pk__lte=keys[-1]).order_by().update(status=Status.QUEUED)
        last = keys[-1]
    return released
