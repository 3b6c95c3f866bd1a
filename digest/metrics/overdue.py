"""What should have happened by now: how many digests are due, and since when the oldest waits."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q

from digest.models import Delivery, Edition
from digest.sending import rate_limiter
from subscriptions.models import Subscriber

# Of those who are due the longest; beyond them one more looked at would tell nothing new.
LOOKED_AT = 500


def oldest_unplanned(now: datetime) -> datetime | None:
    """Return since when the planner could have planned the digest that waits longest for it; None where none waits.

    A digest that waits for an edition that is late is due and yet not to be planned: see EDITION_GRACE_HOURS.
    """
    latest = Edition.objects.published().aggregate(latest=Max("published_at"))["latest"]
    due = Subscriber.objects.due(now)[:LOOKED_AT].values("pk")
    waited_out = Q(next_digest_at__lte=now - settings.EDITION_GRACE)
    has_edition = Q(seen_until=None) | Q(seen_until__lt=latest) if latest else Q(pk=None)
    rows = Subscriber.objects.filter(pk__in=due).filter(waited_out | has_edition)
    moments = rows.order_by().values_list("next_digest_at", "seen_until")
    return min((_plannable_at(at, seen, latest) for at, seen in moments if at), default=None)


def _plannable_at(due_at: datetime, seen_until: datetime | None, latest: datetime | None) -> datetime:
    """Return when a digest that is due could first be planned."""
    if latest and (seen_until is None or seen_until < latest):
        return min(max(due_at, latest), due_at + settings.EDITION_GRACE)
    return due_at + settings.EDITION_GRACE


def oldest_unsent(now: datetime) -> datetime | None:
    """Return since when the digest that waits longest in the queue might have been sent; None where none waits."""
    return Delivery.objects.queued(now).values_list("not_before", flat=True).first()


def oldest_overdue(now: datetime) -> datetime | None:
    """Return since when the oldest digest waits, to be planned or to be sent.

    What waits for leave to send (a limit per day, the warm-up of a domain) waits rightly.
    """
    unsent = oldest_unsent(now) if rate_limiter.is_open(now) else None
    return min((moment for moment in (oldest_unplanned(now), unsent) if moment), default=None)


def waiting_time(now: datetime, since: datetime | None) -> timedelta:
    """Return how long ago a moment was; nothing for none, and for one that the clock has not reached."""
    return max(now - since, timedelta()) if since else timedelta()
