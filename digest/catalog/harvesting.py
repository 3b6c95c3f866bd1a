"""Harvest papers from one part of a source: where to start, and what came in.

A run's position is written with the papers of each page. A run that fails keeps its position, and the next one goes on
from there; after a run that finished, the next one begins a few days earlier than it ended.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone

from digest.catalog import importing
from digest.catalog.sources_in_use import SourceInUse, in_use
from digest.models import Listing, Paper, PaperIdentifier, SourceRun
from digest.sources import arxiv_calendar, arxiv_rss
from digest.sources.fetch_request import FetchBudget, FetchError, ResponseRefusedError
from digest.sources.fetching import Fetcher
from digest.sources.interface import source_kind
from digest.sources.page import HarvestPage, HarvestPosition, KnownPaper
from digest.sources.record import PaperRecord, SourceError, storable

logger = logging.getLogger(__name__)

# How far back to query a source that was never queried before.
FIRST_DAYS = timedelta(days=3)
# How long after it is due to wait for an announcement if none of its papers are there yet.
LATE = timedelta(hours=4)
# With SQLite, nothing else can write while a batch is written.
HARVEST_BATCH = 100
# arXiv's resumption tokens expire within a day; after this, a failed run starts over.
CURSOR_TTL = timedelta(hours=12)
# How many papers to query a source for that adds to known papers, and from how far back.
MOST_KNOWN_PAPERS = 500
KNOWN_FOR = timedelta(days=400)
ASKED_AGAIN_AFTER = 30


def _tell_nobody(run: SourceRun) -> None:
    pass


class Harvest:
    """One harvest of a part: its run, its fetcher and its pages, which another thread may read."""

    def __init__(
        self, source: SourceInUse, place: HarvestPosition, run: SourceRun, *, seconds: float = float("inf")
    ) -> None:
        self.source, self.place, self.run = source, place, run
        kind = source_kind(source.kind)
        before = SourceRun.objects.of(source.kind, source.part).finished().first()
        validators = before.validators.items() if before else ()
        self.budget = FetchBudget(
            seconds=seconds,
            requests=_requests_left(source.kind),
            # Someone who may add a source in the panel may not be allowed to look into our network.
            may_be_private=source.followed is None or bool(settings.SOURCE_SETUPS[source.kind].url),
        )
        self.fetcher = Fetcher(
            kind.turn(source.part),
            {address: (etag, modified) for address, (etag, modified) in validators},
            budget=self.budget,
        )

    def pages(self) -> Iterator[HarvestPage]:
        """Yield its pages. Does not query the database."""
        return source_kind(self.source.kind).module.pages(self.fetcher, self.place)

    def take(self, page: HarvestPage) -> None:
        """Import a page."""
        self._note_requests()
        _import(self.run, self.source.labeled(page), self.source.most_per_day)

    def fail(self, error: SourceError) -> None:
        """Close the run as failed, with the error."""
        self._note_requests()
        _fail(self.run, error)

    def finish(self) -> None:
        """Close the run as complete."""
        self._note_requests()
        _finish(self.run)
        self.run.validators = self.fetcher.validators
        self.run.save(update_fields=["validators"])

    def _note_requests(self) -> None:
        self.run.request_count = self.fetcher.request_count
        self.run.requests = "\n".join(map(storable, map(str, self.fetcher.requests)))


def begin_harvest(source: SourceInUse, since: date | None = None, *, seconds: float = float("inf")) -> Harvest | None:
    """Start a run and return its harvest; None if another worker is harvesting this part."""
    place = _place(source.kind, source.part, since)
    run = SourceRun.objects.begin(
        source.kind, source.part, since=place.since, asked_at=place.asked_at, cursor=place.cursor
    )
    return Harvest(source, place, run, seconds=seconds) if run else None


def harvest(
    name: str, part: str, since: date | None = None, report_progress: Callable[[SourceRun], None] = _tell_nobody
) -> SourceRun | None:
    """Query a part of a source and import what it returns; return the run, None if another worker is at it.

    since: from this day on, instead of where the last run ended. report_progress: called with the run after each page.
    """
    one = begin_harvest(in_use(name, part), since)
    if one is None:
        return None
    try:
        for page in one.pages():
            one.take(page)
            report_progress(one.run)
    except SourceError as error:
        one.fail(error)
    else:
        one.finish()
    return one.run


def ingest_pages(
    run: SourceRun, pages: Iterator[HarvestPage], report_progress: Callable[[SourceRun], None] = _tell_nobody
) -> None:
    """Import the pages and close the run. An error from the source ends it and is stored with it."""
    try:
        for page in pages:
            _import(run, page)
            report_progress(run)
    except SourceError as error:
        _fail(run, error)
        return
    _finish(run)


def _fail(run: SourceRun, error: SourceError) -> None:
    run.fail(storable(str(error)), error.not_before if isinstance(error, FetchError) else None)
    if isinstance(error, ResponseRefusedError):
        run.is_gone, run.is_gone_for_good = error.is_gone, error.is_gone_for_good
    logger.warning("source %s: %s", run, error)


def _finish(run: SourceRun) -> None:
    if run.complete_to and not _is_there(run):
        run.note([f"nothing from the {run.complete_to} announcement is there yet"])
        run.complete_to = None
    run.finish()
    logger.info("source %s: %s", run, run.numbers)


def _import(run: SourceRun, page: HarvestPage, most_per_day: int = 0) -> None:
    """Import a page, one batch per transaction; the last one also writes the position."""
    batches = [
        page.records[begin : begin + HARVEST_BATCH] for begin in range(0, max(len(page.records), 1), HARVEST_BATCH)
    ]
    for batch in batches:
        with transaction.atomic():
            imported = _write(_capped(run, batch, most_per_day))
            run.new += imported.new
            run.updated += imported.updated
            run.unchanged += imported.unchanged
            run.note(list(map(storable, imported.notes)))
            run.seen_at = timezone.now()
            if batch is batches[-1]:
                run.note(list(map(storable, page.remarks)))
                run.skip(list(map(storable, page.skipped)))
                run.cursor, run.complete_to = page.cursor, page.complete_to
            run.save()


def _capped(run: SourceRun, records: list[PaperRecord], most: int) -> list[PaperRecord]:
    """Return the records; those beyond what the source may list per day lose their day."""
    days = {record.day for record in records if record.day and record.origin}
    if not most or not days:
        return records
    origin = next(record.origin for record in records if record.day)
    rows = Listing.objects.filter(origin=origin)
    room = {day: most - rows.filter(day=day).count() for day in days}
    ids = PaperIdentifier.objects.filter(value__in=[value for record in records for _, value in record.identifiers])
    listed = set(ids.filter(paper__listings__origin=origin).values_list("scheme", "value"))
    # Papers that were seen before, such as the archive of a feed, are not given the day they are first seen here.
    seen = set(ids.values_list("scheme", "value")) if any(record.is_day_of_first_sight for record in records) else set()
    capped: list[PaperRecord] = []
    over = 0
    for record in records:
        was_seen = record.is_day_of_first_sight and record.identifiers[-1] in seen
        is_counted = record.day is not None and not was_seen and not listed.intersection(record.identifiers)
        if is_counted and record.day and room[record.day] <= 0:
            over += 1
            capped.append(replace(record, day=None))
            continue
        if is_counted and record.day:
            room[record.day] -= 1
        capped.append(record)
    if over:
        papers = "paper" if over == 1 else "papers"
        run.note([f"{over} {papers} over the limit of {most} per day went into the catalogue only"])
    return capped


def _is_there(run: SourceRun) -> bool:
    """Return whether the announcement that a run is for has any papers yet: arXiv is sometimes late."""
    if source_kind(run.source).delay is None or run.complete_to is None:
        return True
    midnight = datetime.combine(run.complete_to, time(), arxiv_calendar.EASTERN)
    listed = Listing.objects.filter(origin=Listing.Origin.ARXIV, day=run.complete_to)
    return timezone.now() >= midnight + LATE or run.source == arxiv_rss.NAME or listed.exists()


def _write(records: list[PaperRecord]) -> importing.Imported:
    try:
        with transaction.atomic():
            return importing.import_what_fits(records)
    except IntegrityError:
        # Another source brought the same paper at the same moment. Now it is known.
        return importing.import_what_fits(records)
    except DataError as error:
        if len(records) == 1:
            (record,) = records
            return importing.Imported(notes=[f"{':'.join(record.identifiers[0])} cannot be stored: {error}"])
        # One of them contains something that no column accepts; the others are still imported.
        return importing.sum_of_imports(_write([record]) for record in records)


def _requests_left(name: str) -> float:
    """Return how many more requests a kind of source may get today."""
    daily = settings.SOURCE_SETUPS[name].daily
    return daily - SourceRun.objects.requests_of_day(name, timezone.now()) if daily else float("inf")


def _place(name: str, part: str, since: date | None) -> HarvestPosition:
    """Return where to start: where the last run failed, or a few days before the last one that finished."""
    now = timezone.now()
    papers = _known_papers(now) if source_kind(name).asks_about_known else ()
    if since:
        return HarvestPosition(part, since, now, known_papers=papers)
    runs = SourceRun.objects.of(name, part)
    last, finished = runs.first(), runs.finished().first()
    is_first = finished is None
    # The run of a worker that died stays as it is until another one begins.
    if last and last.status != SourceRun.Status.FINISHED and last.since:
        if last.cursor and now - last.asked_at < CURSOR_TTL:
            return HarvestPosition(part, last.since, last.asked_at, last.cursor, is_first, papers)
        return HarvestPosition(part, last.since, now, is_first=is_first, known_papers=papers)
    if finished:
        since = _day(finished.asked_at) - timedelta(days=settings.SOURCE_OVERLAP_DAYS)
        return HarvestPosition(part, since, now, known_papers=papers)
    return HarvestPosition(part, _day(now) - FIRST_DAYS, now, is_first=True, known_papers=papers)


def _known_papers(now: datetime) -> tuple[KnownPaper, ...]:
    """Return papers without a known venue, each once in ASKED_AGAIN_AFTER days."""
    own_day = models.F("pk") % ASKED_AGAIN_AFTER
    papers = Paper.objects.alias(own_day=own_day).filter(
        created_at__gte=now - KNOWN_FOR, venue=None, own_day=now.toordinal() % ASKED_AGAIN_AFTER
    )
    papers = papers.prefetch_related("identifiers")
    return tuple(
        KnownPaper(paper.title, tuple((row.scheme, row.value) for row in paper.identifiers.all()), tuple(paper.authors))
        for paper in papers.order_by("-pk")[:MOST_KNOWN_PAPERS]
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
