"""Topic, Subscriber, Preference, Consent, Suppression."""

from subscriptions.models import any_of as any_of  # registers its lookup
from subscriptions.models.choices import Breadth, Channel, Frequency, Status
from subscriptions.models.consent import Consent
from subscriptions.models.preference import AuthorFollow, Follow, Rule, Weight
from subscriptions.models.subscriber import Subscriber
from subscriptions.models.suppression import Suppression
from subscriptions.models.topic import Topic

__all__ = [
    "AuthorFollow",
    "Breadth",
    "Channel",
    "Consent",
    "Follow",
    "Frequency",
    "Rule",
    "Status",
    "Subscriber",
    "Suppression",
    "Topic",
    "Weight",
]
