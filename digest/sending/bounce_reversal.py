"""Undo what bounces of one edition did to its readers, when the bounces said nothing about the mailboxes.

A provider or a mail service that is in trouble may answer “no such mailbox” for a whole morning. Complaints, readers
who left, and what an operator decided are never touched.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef

from digest.models import Edition, Event
from subscriptions import suppression_list
from subscriptions.models import Status, Subscriber

logger = logging.getLogger(__name__)

# How long after publication the reports about an edition count as being about its sending, as in the breaker.
LIFTING_WINDOW = timedelta(days=14)
LIFTING_BATCH = 500
BOUNCES = [Event.Kind.HARD_BOUNCE, Event.Kind.SOFT_BOUNCE]


def count_liftable(edition: Edition) -> int:
    """Return how many subscribers were suppressed by bounces of this edition and still are."""
    return sum(len(batch) for batch in _batches(edition))


def lift_edition_bounces(edition: Edition, now: datetime) -> int:
    """Give these subscribers the status they had before; return how many."""
    lifted = 0
    for batch in _batches(edition):
        for subscriber, before in batch:
            if suppression_list.undo_suppression(subscriber, Status(before), now):
                lifted += 1
                logger.info("suppression of subscriber %d lifted", subscriber.pk)
    return lifted


def _batches(edition: Edition) -> Iterator[list[tuple[Subscriber, str]]]:
    """Yield the subscribers whom bounces suppressed and who never complained, with the status they had before."""
    if edition.published_at is None:
        return
    complaints = Event.objects.filter(kind=Event.Kind.COMPLAINED, delivery__subscriber=OuterRef("delivery__subscriber"))
    events = Event.objects.filter(
        ~Exists(complaints),
        delivery__edition=edition,
        delivery__subscriber__status=Status.SUPPRESSED,
        kind__in=BOUNCES,
        recorded_at__range=(edition.published_at, edition.published_at + LIFTING_WINDOW),
        # Nothing later stopped the mail too: that would have set another time.
        delivery__subscriber__unsubscribed_at=F("recorded_at"),
    ).exclude(suppressed_from="")
    last = 0
    ordered = events.select_related("delivery__subscriber").order_by("pk")
    while batch := list(ordered.filter(pk__gt=last)[:LIFTING_BATCH]):
        last = batch[-1].pk
        pairs = [(event.delivery.subscriber, event.suppressed_from) for event in batch if event.delivery]
        bounced = suppression_list.by_bounce([subscriber for subscriber, _ in pairs if subscriber])
        yield [(subscriber, before) for subscriber, before in pairs if subscriber and subscriber.pk in bounced]
