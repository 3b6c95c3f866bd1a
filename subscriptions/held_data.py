"""All we hold about one person."""

from typing import Any

from subscriptions.models import Subscriber

PROFILE = (
    *("email", "status", "time_zone", "local_time", "frequency", "weekday", "max_papers", "paused_until"),
    *("next_digest_at", "seen_until", "created_at", "confirmed_at", "unsubscribed_at"),
)
CONSENT = ("wording", "requested_at", "requested_from", "confirmed_at", "confirmed_from", "withdrawn_at")
DELIVERY = ("period", "status", "created_at", "sent_at", "provider_id", "content")


def held(subscriber: Subscriber) -> dict[str, Any]:
    """Return the profile, the topics, the consents and the digests of a subscriber, as plain data."""
    return {
        "profile": {name: getattr(subscriber, name) for name in PROFILE},
        "topics": list(subscriber.topics.values_list("name", flat=True)),
        "consents": list(subscriber.consents.values(*CONSENT)),
        # Deliveries belong to the part above this one: known here only as what hangs on a subscriber.
        "deliveries": list(subscriber.deliveries.values(*DELIVERY)),
    }
