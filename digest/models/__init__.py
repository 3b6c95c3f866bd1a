"""Paper, Edition, Delivery, Event and everything that belongs to them: one file each."""

from digest.models.authorship import Authorship
from digest.models.delivery import Delivery
from digest.models.edition import Edition, EditionPaper
from digest.models.event import Event
from digest.models.feedback import Feedback
from digest.models.followed_source import FollowedSource
from digest.models.joining import KeptApart, PaperJoin, SourceStatement, WorkKey
from digest.models.learned_weights import LearnedWeights
from digest.models.library_entry import LibraryEntry
from digest.models.listing import Listing
from digest.models.member import Member
from digest.models.member_passkey import MemberPasskey, PasskeyChallenge
from digest.models.panel_sign_in import PanelSignIn
from digest.models.paper import Paper, PaperIdentifier, PaperTopic
from digest.models.paper_news import NewsRecipient, PaperNews
from digest.models.passkey import Passkey
from digest.models.profile import Profile
from digest.models.sending_day import SendingDay
from digest.models.source_run import SourceRun
from digest.models.submission import Submission
from digest.models.tally import Tally
from digest.models.upload import KeptUpload
from digest.models.vote import Vote
from digest.models.written_sentence import LanguageModelDay, WrittenSentence
from digest.models.zotero_connection import ZoteroConnection

__all__ = [
    "Authorship",
    "Delivery",
    "Edition",
    "EditionPaper",
    "Event",
    "Feedback",
    "FollowedSource",
    "KeptApart",
    "KeptUpload",
    "LanguageModelDay",
    "LearnedWeights",
    "LibraryEntry",
    "Listing",
    "Member",
    "MemberPasskey",
    "NewsRecipient",
    "PanelSignIn",
    "Paper",
    "PaperIdentifier",
    "PaperJoin",
    "PaperNews",
    "PaperTopic",
    "Passkey",
    "PasskeyChallenge",
    "Profile",
    "SendingDay",
    "SourceRun",
    "SourceStatement",
    "Submission",
    "Tally",
    "Vote",
    "WorkKey",
    "WrittenSentence",
    "ZoteroConnection",
]
