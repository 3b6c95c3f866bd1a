"""Topic, Subscriber, Preference, Consent, Suppression, Roster."""

from subscriptions.models import any_of as any_of  # registers its lookup
from subscriptions.models.consent import Consent
from subscriptions.models.preference import Follow
from subscriptions.models.roster import Roster
from subscriptions.models.subscriber import Frequency, Status, Subscriber
from subscriptions.models.suppression import Suppression
from subscriptions.models.topic import Topic

__all__ = ["Consent", "Follow", "Frequency", "Roster", "Status", "Subscriber", "Suppression", "Topic"]
