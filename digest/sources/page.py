"""HarvestPage and HarvestPosition: one page of a source, and where to start reading."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from digest.sources.record import PaperRecord

# A paper older than this is not new on the day a source first lists it.
NEWS_FOR = timedelta(days=14)


@dataclass(frozen=True)
class KnownPaper:
    """A paper in the catalogue, for sources that add to known papers."""

    title: str
    identifiers: tuple[tuple[str, str], ...]
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class HarvestPosition:
    """Where to start reading a part of a source."""

    # A set, a category, a query or an address; "" if the source has only one part.
    part: str
    since: date
    # When this harvest requested its first page: before now if it resumes after a failure.
    asked_at: datetime
    cursor: str = ""
    # Whether it was never read before: then not everything in it is new.
    is_first: bool = False
    # For a source that adds to known papers: those papers.
    known_papers: Sequence[KnownPaper] = ()

    @property
    def today(self) -> date:
        """The day this harvest began, in UTC."""
        return self.asked_at.astimezone(UTC).date()

    def day_of_first_sight(self, published: date | None) -> date | None:
        """Return the day for a paper that has none of its own: today if it is new, None if it is old."""
        return None if published and self.today - published > NEWS_FOR else self.today


@dataclass(frozen=True)
class HarvestPage:
    """One page of results from a source, in its order."""

    records: list[PaperRecord]
    # Entries that could not be read, and why; then anything else a person should know.
    skipped: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    # The cursor to continue from.
    cursor: str = ""
    # With this page, the source has given all papers up to this announcement.
    complete_to: date | None = None
