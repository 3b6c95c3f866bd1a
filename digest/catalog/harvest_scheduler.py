"""Harvest all sources that are due, in parallel: one that fails, misbehaves or hangs does not hold up the others.

Each host is queried by its own thread, one part after another. Only the caller's thread writes to the database.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, Queue
from time import monotonic

from django.db.models import Max
from django.utils import timezone

from digest.catalog.harvesting import Harvest, begin_harvest
from digest.catalog.sources_in_use import SourceInUse, in_use, sources_in_use
from digest.models import SourceRun
from digest.models.source_run import RUN_LOST_AFTER, SourceRunQuerySet
from digest.sources import arxiv_calendar
from digest.sources.fetch_request import FetchError
from digest.sources.interface import source_kind
from digest.sources.page import HarvestPage
from digest.sources.record import SourceError

logger = logging.getLogger(__name__)

# Between two runs of a part while waiting for an announcement, and after a failure. Each further failure doubles it.
RETRY_AFTER_FAILURE = timedelta(minutes=30)
LONGEST_RETRY = timedelta(days=1)
# After this long without a good run, a source is no longer queried often: one from the panel stops, others wait longer.
GIVEN_UP_AFTER = timedelta(days=14)
WAIT_WHEN_GIVEN_UP = timedelta(days=7)
# A missing page may come back, but one that was missing this many times in a row does not.
MOST_TIMES_GONE = 5
# How long all of them together may take; the rest is left for the next run.
HARVEST_TIMEOUT = timedelta(minutes=8)
# How many pages may wait to be imported: more would only take memory.
PAGES_AHEAD = 4
# How long to wait at the end for threads stuck in a request, in seconds.
LAST_WAIT = 2.0


def _tell_nobody(run: SourceRun) -> None:
    pass


@dataclass
class _Host:
    """What is requested from one host: its parts in turn, and what its thread reports about them."""

    sources: list[SourceInUse]
    events: "Queue[_Event]"
    # What the thread is given: the harvest to read, or None if another worker has it.
    harvests: "Queue[Harvest | None]" = field(default_factory=Queue)
    current: Harvest | None = None
    is_over: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Read all parts. A source that gives no answer is not queried for its other parts."""
        silent: set[str] = set()
        for source in self.sources:
            if source.kind in silent or self.is_over.is_set():
                continue
            self._put(_Event(self, begins=source))
            harvest = self.harvests.get()
            if harvest is None:
                continue
            error: Exception | None = None
            try:
                for page in harvest.pages():
                    self._put(_Event(self, page=page))
                    if self.is_over.is_set():
                        return
            except SourceError as refusal:
                error = refusal
                if isinstance(refusal, FetchError) and refusal.is_silence:
                    silent.add(source.kind)
            except Exception as fault:
                logger.exception("source %s", harvest.run)
                error = SourceError(f"its answer could not be read: {type(fault).__name__}: {fault}")
            self._put(_Event(self, error=error, ends=True))
        self._put(_Event(self, is_last=True))

    def _put(self, event: "_Event") -> None:
        if not self.is_over.is_set():
            self.events.put(event)


@dataclass(frozen=True)
class _Event:
    host: _Host
    begins: SourceInUse | None = None
    page: HarvestPage | None = None
    ends: bool = False
    error: Exception | None = None
    is_last: bool = False


def due(now: datetime) -> list[tuple[str, str]]:
    """Return the sources that are due now, as (source, part)."""
    return [(source.kind, source.part) for source in sources_in_use() if is_harvest_due(source.kind, source.part, now)]


def harvest_due(now: datetime, report_progress: Callable[[SourceRun], None] = _tell_nobody) -> list[SourceRun]:
    """Harvest all that is due, each host on its own; return the runs, none if another worker is harvesting."""
    if SourceRun.objects.at_work(now).exists():
        return []
    by_host: dict[str, list[SourceInUse]] = {}
    for name, part in due(now):
        by_host.setdefault(source_kind(name).host(part) or source_kind(name).origin, []).append(in_use(name, part))
    events: Queue[_Event] = Queue(PAGES_AHEAD)
    hosts = [_Host(sources, events) for sources in by_host.values()]
    return _ParallelHarvest(hosts, events, report_progress).run() if hosts else []


class _ParallelHarvest:
    """Threads that read, and this one, which imports what they read in the order it arrives."""

    def __init__(
        self, hosts: list[_Host], events: "Queue[_Event]", report_progress: Callable[[SourceRun], None]
    ) -> None:
        self._hosts, self._events, self._report_progress = hosts, events, report_progress
        self._end = monotonic() + HARVEST_TIMEOUT.total_seconds()
        self._runs: list[SourceRun] = []

    def run(self) -> list[SourceRun]:
        """Harvest until all hosts are done or the time is up."""
        threads = [threading.Thread(target=host.read, daemon=True) for host in self._hosts]
        for thread in threads:
            thread.start()
        try:
            self._import_all()
        finally:
            self._stop(threads)
        return self._runs

    def _import_all(self) -> None:
        remaining = len(self._hosts)
        while remaining:
            try:
                event = self._events.get(timeout=max(self._end - monotonic(), 0))
            except Empty:
                return
            remaining -= event.is_last
            self._handle(event)

    def _handle(self, event: _Event) -> None:
        host = event.host
        if event.begins:
            host.current = begin_harvest(event.begins, seconds=max(self._end - monotonic(), 0))
            if host.current:
                self._runs.append(host.current.run)
            host.harvests.put(host.current)
        harvest = host.current
        if harvest and event.page:
            harvest.take(event.page)
            self._report_progress(harvest.run)
        if harvest and event.ends:
            if isinstance(event.error, SourceError):
                harvest.fail(event.error)
            else:
                harvest.finish()
            _settle(harvest)
            host.current = None

    def _stop(self, threads: list[threading.Thread]) -> None:
        """Stop what is still running, and say so in its run."""
        for host in self._hosts:
            host.is_over.set()
            if host.current:
                host.current.budget.is_over.set()
                host.current.fail(
                    FetchError(
                        f"it took longer than the {HARVEST_TIMEOUT.seconds // 60} minutes that all sources share"
                    )
                )
                _settle(host.current)
            host.harvests.put(None)
        while True:
            # So that a thread waiting for room in the queue notices the end.
            try:
                self._events.get_nowait()
            except Empty:
                break
        for thread in threads:
            thread.join(LAST_WAIT / len(threads))


def is_harvest_due(name: str, part: str, now: datetime) -> bool:
    """Return whether a part of a source is due now.

    arXiv is due once an announcement is out, until it has all of it; others once per poll interval.
    """
    return (moment := due_at(name, part, now)) is not None and moment <= now


def due_at(name: str, part: str, now: datetime) -> datetime | None:
    """Return when a part is due next, now or earlier if it is due; None if only arXiv's schedule decides that."""
    kind = source_kind(name)
    runs = SourceRun.objects.of(name, part)
    last = runs.first()
    if last is None:
        return now
    if last.status == SourceRun.Status.RUNNING:
        return last.seen_at + RUN_LOST_AFTER + timedelta(microseconds=1)
    ended_at = last.ended_at or last.started_at
    earliest = ended_at + RETRY_AFTER_FAILURE
    if kind.delay is None:
        has_failed = last.status == SourceRun.Status.FAILED
        earliest = ended_at + (wait_after_failures(runs, last.started_at) if has_failed else kind.poll_interval)
    if last.not_before:
        earliest = max(earliest, last.not_before)
    if kind.delay is None or earliest > now:
        return earliest
    have = runs.finished().aggregate(have=Max("complete_to"))["have"]
    return earliest if have is None or have < arxiv_calendar.latest_announcement(now - kind.delay) else None


def wait_after_failures(runs: SourceRunQuerySet, newest: datetime) -> timedelta:
    """Return how long to leave a failed part alone: longer with each failure in a row."""
    failures, since = runs.failures_in_a_row()
    if since and newest - since > GIVEN_UP_AFTER:
        return WAIT_WHEN_GIVEN_UP
    return min(RETRY_AFTER_FAILURE * int(2 ** min(failures - 1, 10)), LONGEST_RETRY)


def _settle(harvest: Harvest) -> None:
    """Tell the operator about a source that moved or is gone; stop one from the panel that no longer answers."""
    run, followed = harvest.run, harvest.source.followed
    if moved_to := harvest.fetcher.moved_to:
        run.note([f"it has moved permanently to {moved_to}"])
        run.save(update_fields=["notes"])
        if followed:
            followed.note_move(moved_to)
    if run.status != SourceRun.Status.FAILED:
        return
    failures, since = SourceRun.objects.of(run.source, run.part).failures_in_a_row()
    is_gone = run.is_gone and (run.is_gone_for_good or failures >= MOST_TIMES_GONE)
    is_dead = since is not None and timezone.now() - since > GIVEN_UP_AFTER
    if followed and (is_gone or is_dead):
        reason = "it no longer exists" if is_gone else f"it has failed for {GIVEN_UP_AFTER.days} days"
        followed.stop(f"{reason}: {run.error}")
        # An error, so that it is emailed to ADMINS; otherwise no one would look for it.
        logger.error("source %s has been stopped: %s", followed.pk, reason)
