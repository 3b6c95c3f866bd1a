"""Paper, Edition, Delivery, Event."""

from digest.models.delivery import Delivery
from digest.models.edition import Edition, EditionPaper
from digest.models.event import Event
from digest.models.paper import Paper, PaperIdentifier, PaperTopic

__all__ = ["Delivery", "Edition", "EditionPaper", "Event", "Paper", "PaperIdentifier", "PaperTopic"]
