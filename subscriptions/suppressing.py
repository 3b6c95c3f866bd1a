"""Ending all mail to somebody by hand, and lifting that again."""

from datetime import datetime

from django.db import transaction

from subscriptions.models import Status, Subscriber, Suppression
from subscriptions.models.suppression import hash_of


@transaction.atomic
def suppress(subscriber: Subscriber, at: datetime) -> None:
    """Let no mail go to a subscriber's address any more."""
    Suppression.objects.get_or_create(
        address_hash=hash_of(subscriber.email), defaults={"reason": Suppression.Reason.BY_HAND}
    )
    subscriber.suppress(at)


@transaction.atomic
def lift(subscriber: Subscriber) -> None:
    """Allow mail to the address again. They count as having left: digests begin when they sign up anew."""
    Suppression.objects.filter(address_hash=hash_of(subscriber.email)).delete()
    Subscriber.objects.filter(pk=subscriber.pk, status=Status.SUPPRESSED).update(status=Status.UNSUBSCRIBED)
    subscriber.refresh_from_db()
