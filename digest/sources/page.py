"""HarvestPage and HarvestPosition: what a source gives at a time, and from where on it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from digest.sources.record import PaperRecord

# A paper that came out longer ago than this is no news on the day on which a source first tells of it.
NEWS_FOR = timedelta(days=14)


@dataclass(frozen=True)
class KnownPaper:
    """A paper of the catalogue, for sources that tell more of what is known."""

    title: str
    identifiers: tuple[tuple[str, str], ...]
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class HarvestPosition:
    """From where on a part of a source is asked."""

    # A set, a category, a query or an address; "" where the source has one part.
    part: str
    since: date
    # When this harvest asked for its first page: before now where it goes on after a failure.
    asked_at: datetime
    cursor: str = ""
    # Whether it was never asked before: then what it holds is not all new.
    is_first: bool = False
    # Of a source that tells more of known papers: which ones.
    known_papers: Sequence[KnownPaper] = ()

    @property
    def today(self) -> date:
        """The day on which this harvest began, in UTC."""
        return self.asked_at.astimezone(UTC).date()

    def day_of_first_sight(self, published: date | None) -> date | None:
        """Return the day of a paper that has none of its own: today, where it is news; None for what is old."""
        return None if published and self.today - published > NEWS_FOR else self.today


@dataclass(frozen=True)
class HarvestPage:
    """What came at a time, in the source's order."""

    records: list[PaperRecord]
    # Entries that could not be read, and why; and what else a person should know.
    skipped: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    # Where to go on after it.
    cursor: str = ""
    # With it, the source has given all papers up to this announcement.
    complete_to: date | None = None
