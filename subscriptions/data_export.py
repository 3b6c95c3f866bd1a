"""The data held here about one person."""

from typing import Any

from subscriptions import preferences
from subscriptions.importing import retention
from subscriptions.models import OutgoingMail, Subscriber, Weight
from subscriptions.schedule import ScheduleFields

PROFILE = (
    *("email", "public_id", "status", *ScheduleFields._fields, "channel", "paused_until"),
    *("max_papers", "reading_minutes", "least_match", "breadth", "max_more", "own_words"),
    *("feed_key", "may_note_opens_since"),
    *("next_digest_at", "seen_until", "more_seen_until", "soft_bounces"),
    *("created_at", "confirmed_at", "unsubscribed_at"),
)
CONSENT = ("wording", "requested_at", "requested_from", "confirmed_at", "confirmed_from", "withdrawn_at")
# Without the network address: a stranger may have made the request.
UNCONFIRMED = ("wording", "requested_at", "choices")
MAIL = ("kind", "details", "created_at", "not_before", "attempts", "begun_at", "sent_at")


def personal_data(subscriber: Subscriber) -> dict[str, Any]:
    """Return a subscriber's profile, preferences, consents and uploaded lists, as plain data.

    The applications above hold more about them, and add it.
    """
    stored = preferences.preferences_of(subscriber)
    topics = subscriber.follows.order_by("topic__name").values_list("topic__name", "weight")
    return {
        "profile": {name: getattr(subscriber, name) for name in PROFILE},
        "topics": {name: Weight(weight).label for name, weight in topics},
        "words to follow": list(stored.follow),
        "words to mute": list(stored.mute),
        "authors": list(stored.authors),
        "consents": list(subscriber.consents.given().values(*CONSENT)),
        "unconfirmed sign-ups": list(subscriber.consents.requests().values(*UNCONFIRMED)),
        "mails asked for": list(OutgoingMail.objects.to_subscriber(subscriber.pk).values(*MAIL)),
        "uploaded lists": [
            {"name": roster.name, "uploaded_at": roster.created_at} for roster in retention.lists_with(subscriber.email)
        ],
    }
