"""All we hold about one person."""

from typing import Any

from subscriptions import wishes
from subscriptions.models import Subscriber, Weight
from subscriptions.schedule import Chosen

PROFILE = (
    *("email", "status", *Chosen._fields, "channel", "paused_until"),
    *("max_papers", "reading_minutes", "least_match", "breadth", "max_more", "feed_key", "may_note_opens_since"),
    *("next_digest_at", "seen_until", "more_seen_until", "created_at", "confirmed_at", "unsubscribed_at"),
)
CONSENT = ("wording", "requested_at", "requested_from", "confirmed_at", "confirmed_from", "withdrawn_at")
FEEDBACK = ("paper__title", "kind", "at")
DELIVERY = ("period", "status", "created_at", "sent_at", "provider_id", "content")


def held(subscriber: Subscriber) -> dict[str, Any]:
    """Return the profile, the wishes, the consents, the digests and the feedback of a subscriber, as plain data."""
    wanted = wishes.read(subscriber)
    topics = subscriber.follows.order_by("topic__name").values_list("topic__name", "weight")
    return {
        "profile": {name: getattr(subscriber, name) for name in PROFILE},
        "topics": {name: Weight(weight).label for name, weight in topics},
        "words to follow": list(wanted.follow),
        "words to mute": list(wanted.mute),
        "authors": list(wanted.authors),
        "consents": list(subscriber.consents.values(*CONSENT)),
        # Feedback and deliveries belong to the part above this one: known here only as what hangs on a subscriber.
        "feedback": list(subscriber.feedback.values(*FEEDBACK)),
        "deliveries": list(subscriber.deliveries.values(*DELIVERY)),
    }
