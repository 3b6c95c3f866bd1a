"""Topic, Subscriber, Preference, Consent, Suppression, Roster."""

from subscriptions.models.choices import Breadth, Channel, Frequency, Status
from subscriptions.models.consent import Consent
from subscriptions.models.in_array import KeyArray
from subscriptions.models.outgoing_mail import OutgoingMail
from subscriptions.models.preference import AuthorFollow, Follow, Rule, Weight
from subscriptions.models.roster import Roster
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
    "KeyArray",
    "OutgoingMail",
    "Roster",
    "Rule",
    "Status",
    "Subscriber",
    "Suppression",
    "Topic",
    "Weight",
]
