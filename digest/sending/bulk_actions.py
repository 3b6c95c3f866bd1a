"""Bulk actions: apply a decision about a whole edition to its digests, in batches, until none is left.

The decision is a mark on the edition's row. Any number of processes may sweep; if one dies, another continues.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, Subquery

from digest.models import Delivery, Edition
from digest.models.delivery import DeliveryQuerySet
from digest.models.indexed_status import UNFINISHED
from subscriptions.models import Status as Standing
from subscriptions.models import Subscriber

Status = Delivery.Status

BULK_BATCH = 5_000
WAITING = Q(indexed_status=UNFINISHED, status=Status.QUEUED) | Q(indexed_status=Status.HELD)
GOT_NOTHING = Q(status__in=[Status.CANCELLED, Status.FAILED], sent_at=None, subscriber__status=Standing.ACTIVE)


def sweep(now: datetime) -> int:
    """Apply what is left for editions that were taken back, cancelled, or are to be sent again; return how many."""
    swept = 0
    planned = Delivery.objects.filter(edition=OuterRef("pk"))
    for edition in Edition.objects.filter(Exists(planned), status=Edition.Status.DRAFT):
        swept += _in_steps(edition.deliveries.all(), lambda keys: _forget(keys, now))
    for edition in Edition.objects.filter(cancelled_at__isnull=False, again_at=None):
        swept += _in_steps(edition.deliveries.filter(WAITING), _cancel)
    for edition in Edition.objects.filter(again_at__isnull=False):
        swept += _in_steps(edition.deliveries.filter(GOT_NOTHING), lambda keys: _queue(keys, now))
        Edition.objects.filter(pk=edition.pk, again_at=edition.again_at).update(again_at=None)
    return swept


def cancel_queued(edition: Edition, who: str, now: datetime) -> bool:
    """End the sending of an edition for good; return whether this call did it. The sweep cancels what waits."""
    edition.halt(now, f"cancelled by {who}", told_at=now)
    return bool(Edition.objects.published().filter(pk=edition.pk, cancelled_at=None).update(cancelled_at=now))


def requeue(edition: Edition, now: datetime) -> int:
    """Send the digests of an edition that never went out, and only these; return how many there are.

    Readers whose digest is uncertain may have got it, and get none.
    """
    got_nothing = edition.deliveries.filter(GOT_NOTHING).count()
    changed = {"again_at": now, "cancelled_at": None, "halted_at": None, "halted_because": "", "halt_told_at": None}
    Edition.objects.published().filter(pk=edition.pk).update(**changed)
    return got_nothing


def _in_steps(rows: DeliveryQuerySet, do: Callable[[Sequence[int]], None]) -> int:
    # An edition's keys are contiguous, so walk the primary key from the first of them.
    swept, last = 0, (rows.aggregate(first=Min("pk"))["first"] or 0) - 1
    while keys := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BULK_BATCH]):
        do(keys)
        swept, last = swept + len(keys), keys[-1]
    return swept


@transaction.atomic
def _forget(keys: Sequence[int], now: datetime) -> None:
    """Delete planned digests; their readers are due again, and count as having seen what they had seen before."""
    rows = Delivery.objects.filter(pk__any_of=keys)
    readers = [key for key in rows.values_list("subscriber_id", flat=True) if key is not None]
    rows.delete()
    others = Delivery.objects.filter(subscriber=OuterRef("pk")).order_by().values("subscriber")
    seen = others.annotate(latest=Max("edition__published_at")).values("latest")
    active = Subscriber.objects.active().filter(pk__any_of=readers)
    active.update(seen_until=Subquery(seen), next_digest_at=now)


def _cancel(keys: Sequence[int]) -> None:
    waiting = Delivery.objects.filter(WAITING, pk__any_of=keys)
    waiting.update(status=Status.CANCELLED, error="sending was cancelled")


def _queue(keys: Sequence[int], now: datetime) -> None:
    never_sent = Delivery.objects.filter(pk__any_of=keys, status__in=[Status.CANCELLED, Status.FAILED], sent_at=None)
    never_sent.update(status=Status.QUEUED, not_before=now, attempts=0, claimed_by="", error="")
