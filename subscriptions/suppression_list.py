"""Changes to the suppression list: adding an address by hand, removing one, and undoing what a bounce did."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from subscriptions.models import Status, Subscriber, Suppression
from subscriptions.models.suppression import hash_of


@transaction.atomic
def suppress_subscriber(subscriber: Subscriber, at: datetime) -> None:
    """Stop all further mail to a subscriber's address."""
    Suppression.objects.get_or_create(
        address_hash=hash_of(subscriber.email), defaults={"reason": Suppression.Reason.BY_HAND}
    )
    subscriber.suppress(at)


@transaction.atomic
def lift_suppression(subscriber: Subscriber) -> None:
    """Allow mail to the address again. The subscriber counts as having left: digests start when they sign up again."""
    Suppression.objects.filter(address_hash=hash_of(subscriber.email)).delete()
    Subscriber.objects.filter(pk=subscriber.pk, status=Status.SUPPRESSED).update(status=Status.UNSUBSCRIBED)
    subscriber.refresh_from_db()


def by_bounce(subscribers: Collection[Subscriber]) -> set[int]:
    """Return the keys of those we may not email only because of a bounce."""
    hashes = {hash_of(subscriber.email): subscriber.pk for subscriber in subscribers}
    rows = Suppression.objects.filter(address_hash__in=hashes, reason=Suppression.Reason.BOUNCED)
    return {hashes[row] for row in rows.values_list("address_hash", flat=True)}


@transaction.atomic
def undo_suppression(subscriber: Subscriber, status: Status, at: datetime) -> bool:
    """Restore a subscriber suppressed by a bounce to what they were before; return whether this call did it.

    The consent that the suppression ended is valid again: the subscriber never withdrew it.
    """
    row = Subscriber.objects.select_for_update().filter(pk=subscriber.pk, status=Status.SUPPRESSED).first()
    if row is None or not by_bounce([row]):
        return False
    Suppression.objects.filter(address_hash=hash_of(row.email)).delete()
    row.status, row.soft_bounces = status, 0
    if status in {Status.ACTIVE, Status.PENDING}:
        row.consents.filter(withdrawn_at=row.unsubscribed_at).update(withdrawn_at=None)
        row.unsubscribed_at = None
    if status == Status.ACTIVE:
        row.reschedule(at)
    row.save()
    return True
