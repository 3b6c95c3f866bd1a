"""Sources → papers: when each is asked, from where on, and what came of it.

A run's place is written with the papers of each page. A run that fails keeps its place, and the next one goes on from
there; a run that finished lets the next one begin some days earlier than it ended.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from digest import importing
from digest.models import Listing, SourceRun
from digest.models.source_run import SILENCE
from digest.sources import announcement, arxiv_api, arxiv_oai, arxiv_rss, huggingface
from digest.sources.fetching import Fetcher, FetchError, RefusedError
from digest.sources.page import Page, Place
from digest.sources.record import PaperRecord, SourceError, storable

logger = logging.getLogger(__name__)

# How far back a source is asked that was never asked before.
FIRST_DAYS = timedelta(days=3)
# Between two runs of a part while an announcement is waited for, and after a failure.
AGAIN = timedelta(minutes=30)
# Papers of an announcement that nothing is there of yet are waited for so long after its hour.
LATE = timedelta(hours=4)
# While a batch is written, nobody else can write with SQLite.
BATCH = 100
# arXiv's resumption tokens end within a day; after that a failed run is begun anew.
PLACE_LIVES = timedelta(hours=12)


class Source(Protocol):
    """What each file of a source has."""

    NAME: str
    turn: Callable[[], AbstractContextManager[None]]

    def parts(self) -> list[str]:
        """Return what it is asked for one after another, by the settings; [""] where it is one."""

    def pages(self, fetcher: Fetcher, place: Place) -> Iterator[Page]:
        """Yield what it has from a place on. Raises SourceError where it cannot go on."""


SOURCES = {module.NAME: cast(Source, module) for module in (arxiv_oai, arxiv_api, arxiv_rss, huggingface)}
# How long after the mailing of an announcement each has it.
DELAYS = {module.NAME: module.DELAY for module in (arxiv_oai, arxiv_api, arxiv_rss)}


def _tell_nobody(run: SourceRun) -> None:
    pass


def due(now: datetime) -> list[tuple[str, str]]:
    """Return what is to be asked now: (source, part)."""
    return [(name, part) for name in settings.SOURCES for part in SOURCES[name].parts() if is_due(name, part, now)]


def gather_due(now: datetime, told: Callable[[SourceRun], None] = _tell_nobody) -> list[SourceRun]:
    """Ask all that is due, one after another; return the runs. None where somebody is at it.

    A part that fails keeps no other from its turn; but a source that gives no answer is not asked for its other parts.
    """
    if SourceRun.objects.at_work(now).exists():
        return []
    runs: list[SourceRun] = []
    for name, part in due(now):
        if any(run.source == name and run.was_silent for run in runs):
            continue
        run = gather(name, part, told=told)
        if run:
            runs.append(run)
    return runs


def is_due(name: str, part: str, now: datetime) -> bool:
    """Whether a part of a source is to be asked now.

    arXiv is asked once an announcement is out, until it has all of it; Hugging Face once an hour.
    """
    runs = SourceRun.objects.of(name, part)
    last = runs.first()
    if last is None:
        return True
    if last.status == SourceRun.Status.RUNNING:
        return last.seen_at < now - SILENCE
    ended_at = last.ended_at or last.started_at
    if (last.not_before and now < last.not_before) or now < ended_at + AGAIN:
        return False
    if name not in DELAYS:
        return last.status == SourceRun.Status.FAILED or now >= ended_at + huggingface.EVERY
    have = runs.finished().aggregate(have=Max("complete_to"))["have"]
    return have is None or have < announcement.latest(now - DELAYS[name])


def gather(
    name: str, part: str, since: date | None = None, told: Callable[[SourceRun], None] = _tell_nobody
) -> SourceRun | None:
    """Ask a part of a source and import what it gives; return the run, None where another one is at work.

    since: from this day on, instead of where the last run ended. told: is called with the run after each page.
    """
    source = SOURCES[name]
    place = _place(name, part, since)
    run = SourceRun.objects.begin(name, part, since=place.since, asked_at=place.asked_at, cursor=place.cursor)
    if run is None:
        return None
    before = SourceRun.objects.of(name, part).finished().first()
    known = {address: (etag, modified) for address, (etag, modified) in before.validators.items()} if before else {}
    fetcher = Fetcher(source.turn, known)
    take(run, source.pages(fetcher, place), told)
    if run.status == SourceRun.Status.FINISHED:
        run.validators = fetcher.validators
        run.save(update_fields=["validators"])
    return run


def take(run: SourceRun, pages: Iterator[Page], told: Callable[[SourceRun], None] = _tell_nobody) -> None:
    """Import the pages and close the run. An error of the source ends it and is kept with it."""
    try:
        for page in pages:
            _import(run, page)
            told(run)
    except SourceError as error:
        run.fail(storable(str(error)), error.not_before if isinstance(error, FetchError) else None)
        run.was_silent = isinstance(error, FetchError) and not isinstance(error, RefusedError)
        logger.warning("source %s: %s", run, error)
        return
    if run.complete_to and not _is_there(run):
        run.note([f"nothing of the announcement of {run.complete_to} is there yet"])
        run.complete_to = None
    run.finish()
    logger.info("source %s: %s", run, run.numbers)


def _import(run: SourceRun, page: Page) -> None:
    """Import a page, a batch in each transaction; the last one writes the place too."""
    batches = [page.records[begin : begin + BATCH] for begin in range(0, max(len(page.records), 1), BATCH)]
    for batch in batches:
        with transaction.atomic():
            imported = _write(batch)
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


def _is_there(run: SourceRun) -> bool:
    """Whether the announcement that a run should have is there at all: arXiv is late at times."""
    if run.source not in DELAYS or run.complete_to is None:
        return True
    midnight = datetime.combine(run.complete_to, time(), announcement.EASTERN)
    listed = Listing.objects.filter(origin=Listing.Origin.ARXIV, day=run.complete_to)
    return timezone.now() >= midnight + LATE or run.source == arxiv_rss.NAME or listed.exists()


def _write(records: list[PaperRecord]) -> importing.Imported:
    try:
        with transaction.atomic():
            return importing.import_what_fits(records)
    except IntegrityError:
        # Another source brought the same paper at the same moment. Now it is known.
        return importing.import_what_fits(records)


def _place(name: str, part: str, since: date | None) -> Place:
    """Return from where on to ask: where the last run failed, or some days before the last one that finished."""
    now = timezone.now()
    if since:
        return Place(part, since, now)
    runs = SourceRun.objects.of(name, part)
    last, finished = runs.first(), runs.finished().first()
    # A worker that vanished leaves its run as it is until another one begins.
    if last and last.status != SourceRun.Status.FINISHED and last.since:
        if last.cursor and now - last.asked_at < PLACE_LIVES:
            return Place(part, last.since, last.asked_at, last.cursor)
        return Place(part, last.since, now)
    if finished:
        return Place(part, _day(finished.asked_at) - timedelta(days=settings.SOURCE_OVERLAP_DAYS), now)
    return Place(part, _day(now) - FIRST_DAYS, now)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
