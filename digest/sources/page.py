"""Page and Place: what a source gives at a time, and from where on it is asked."""

from dataclasses import dataclass, field
from datetime import date, datetime

from digest.sources.record import PaperRecord


@dataclass(frozen=True)
class Place:
    """From where on a part of a source is asked."""

    # A set or a category, "" where the source has one part.
    part: str
    since: date
    # When this harvest asked for its first page: before now where it goes on after a failure.
    asked_at: datetime
    cursor: str = ""


@dataclass(frozen=True)
class Page:
    """What came at a time, in the source's order."""

    records: list[PaperRecord]
    # Entries that could not be read, and why; and what else a person should know.
    skipped: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    # Where to go on after it.
    cursor: str = ""
    # With it, the source has given all papers up to this announcement.
    complete_to: date | None = None
