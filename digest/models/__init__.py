"""Paper, Listing, Edition, Delivery, Event, Feedback, Profile, SendingDay, SourceRun."""

from digest.models.delivery import Delivery
from digest.models.edition import Edition, EditionPaper
from digest.models.event import Event
from digest.models.feedback import Feedback
from digest.models.listing import Listing
from digest.models.paper import Paper, PaperIdentifier, PaperTopic
from digest.models.profile import Profile
from digest.models.sending_day import SendingDay
from digest.models.source_run import SourceRun

__all__ = [
    "Delivery",
    "Edition",
    "EditionPaper",
    "Event",
    "Feedback",
    "Listing",
    "Paper",
    "PaperIdentifier",
    "PaperTopic",
    "Profile",
    "SendingDay",
    "SourceRun",
]
