"""Paper, Edition, Delivery, Event, SendingDay, Tally."""

from digest.models.delivery import Delivery
from digest.models.edition import Edition, EditionPaper
from digest.models.event import Event
from digest.models.paper import Paper, PaperIdentifier, PaperTopic
from digest.models.sending_day import SendingDay
from digest.models.tally import Tally

__all__ = [
    "Delivery",
    "Edition",
    "EditionPaper",
    "Event",
    "Paper",
    "PaperIdentifier",
    "PaperTopic",
    "SendingDay",
    "Tally",
]
