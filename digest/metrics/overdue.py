"""Overdue digests: since when the oldest one has been waiting to be planned or sent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q

from digest.models import Delivery, Edition
from digest.sending import rate_limiter
from subscriptions.models import Subscriber

# How many of the longest-due subscribers are checked; checking more would tell nothing new.
LOOKED_AT = 500


def oldest_unplanned(now: datetime) -> datetime | None:
    """Return since when the longest waiting digest could have been planned; None if none is waiting.

    A digest that waits for a late edition is due but not to be planned yet: see EDITION_GRACE_HOURS.
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
    """Return since when the longest waiting queued digest could have been sent; None if none is waiting."""
    return Delivery.objects.queued(now).values_list("not_before", flat=True).first()


def oldest_overdue(now: datetime) -> datetime | None:
    """Return since when the oldest digest has been waiting to be planned or sent.

    Digests held back by a sending limit (per day, or a domain's warm-up) are not overdue.
    """
    unsent = oldest_unsent(now) if rate_limiter.is_open(now) else None
    return min((moment for moment in (oldest_unplanned(now), unsent) if moment), default=None)


def waiting_time(now: datetime, since: datetime | None) -> timedelta:
    """Return how long ago a moment was; zero for None and for a moment in the future."""
    return max(now - since, timedelta()) if since else timedelta()
