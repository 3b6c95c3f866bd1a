"""Preview what a source would return, without storing anything."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from digest.catalog.harvesting import FIRST_DAYS
from digest.catalog.paper_lookup import papers_by_identifiers
from digest.catalog.work_lookup import SameWorks
from digest.models import Paper
from digest.sources.fetch_request import FetchBudget
from digest.sources.fetching import SHORT_WAITS, Fetcher
from digest.sources.interface import SourceKind
from digest.sources.page import HarvestPosition
from digest.sources.record import PaperRecord, SourceError

# A person is waiting for it.
DRY_RUN_SECONDS = 20
DRY_RUN_REQUESTS = 4
PAPERS_TRIED = 10


@dataclass(frozen=True)
class TriedPaper:
    """A paper that would be imported, the day it would get, and the existing paper it matches, if any."""

    record: PaperRecord
    day: date | None
    known_paper: Paper | None


@dataclass(frozen=True)
class SourceOutlook:
    """The result of querying a source once."""

    kind: SourceKind
    query: str
    papers: list[TriedPaper] = field(default_factory=list)
    # How many came in total, and what was left out.
    count: int = 0
    skipped: list[str] = field(default_factory=list)
    error: str = ""
    moved_to: str = ""

    @property
    def how_often(self) -> str:
        """How often it will be queried, in words."""
        hours = self.kind.poll_interval // timedelta(hours=1)
        return "every hour" if hours <= 1 else f"every {hours} hours"


def try_source(kind: SourceKind, query: str, now: datetime | None = None) -> SourceOutlook:
    """Query a source for its newest papers and report them; write nothing. Raises SourceError for an invalid query.

    No address on our own network is queried.
    """
    query = kind.checked_query(query)
    now = now or timezone.now()
    is_own_address = kind.host("") != ""
    budget = FetchBudget(seconds=DRY_RUN_SECONDS, requests=DRY_RUN_REQUESTS, may_be_private=is_own_address)
    fetcher = Fetcher(kind.turn(query), waits=SHORT_WAITS, budget=budget)
    place = HarvestPosition(query, now.date() - FIRST_DAYS, now, is_first=True)
    records: list[PaperRecord] = []
    skipped: list[str] = []
    error = ""
    pages = kind.module.pages(fetcher, place)
    try:
        for page in pages:
            records += page.records
            skipped += page.skipped
            if len(records) >= PAPERS_TRIED:
                break
    except SourceError as refusal:
        # Some papers may have arrived already; running out of time for more is not an error.
        error = "" if records else str(refusal)
    with suppress(ValueError):
        pages.close()  # type: ignore[attr-defined]
    return SourceOutlook(kind, query, _tried(records[:PAPERS_TRIED]), len(records), skipped, error, fetcher.moved_to)


def _tried(records: list[PaperRecord]) -> list[TriedPaper]:
    papers = papers_by_identifiers(records)
    works = SameWorks(records, papers)
    tried = []
    for record in records:
        own = next((papers[name] for name in record.identifiers if name in papers), None) or works.paper_of(record)
        tried.append(TriedPaper(record, record.day, own))
    return tried
