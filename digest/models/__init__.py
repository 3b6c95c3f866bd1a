"""Paper, Edition, Delivery, Event and all that hangs on them: one file each."""

from digest.models.delivery import Delivery
from digest.models.edition import Edition, EditionPaper
from digest.models.event import Event
from digest.models.feedback import Feedback
from digest.models.listing import Listing
from digest.models.member import Member
from digest.models.paper import Paper, PaperIdentifier, PaperTopic
from digest.models.passkey import Passkey
from digest.models.profile import Profile
from digest.models.sending_day import SendingDay
from digest.models.source_run import SourceRun
from digest.models.submission import Submission
from digest.models.tally import Tally
from digest.models.vote import Vote

__all__ = [
    "Delivery",
    "Edition",
    "EditionPaper",
    "Event",
    "Feedback",
    "Listing",
    "Member",
    "Paper",
    "PaperIdentifier",
    "PaperTopic",
    "Passkey",
    "Profile",
    "SendingDay",
    "SourceRun",
    "Submission",
    "Tally",
    "Vote",
]
