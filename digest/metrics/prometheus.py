"""Metrics for Prometheus, read from the database at each scrape, so that every process reports the same.

Names and units follow https://prometheus.io/docs/practices/naming/. Every query uses an index, and none counts over
all deliveries: the results of an edition are counted by beat, once a minute (`tallies`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from digest.metrics import overdue, planning_runs, pulse, queues
from digest.models import Delivery, Edition, Event, SourceRun, Submission, Tally
from subscriptions.models import Subscriber

CONTENT_TYPE = CONTENT_TYPE_LATEST
Status = Delivery.Status
# The statuses in the index `delivery_not_taken` that an operator acts on.
WRONG = (Status.FAILED, Status.UNCERTAIN)
# How many editions are shown: the figures of older ones no longer change.
SHOWN_EDITIONS = 3


def exposition(folder: str) -> bytes:
    """Return all metrics in Prometheus' text format. folder: where web processes count requests, "" if they do not."""
    registry = CollectorRegistry()
    registry.register(ServiceCollector())
    if folder:
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class ServiceCollector(Collector):
    """The state of planning, sending, editions, sources and queues, as gauges."""

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its current values."""
        now = timezone.now()
        yield from _planning(now)
        yield from _ledger(now)
        yield from _editions()
        yield from _sources()
        yield from _queues()
        yield from _beat()
        yield _gauge("submissions_waiting", "Submissions waiting for a decision.", _waiting_submissions())

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: the metrics depend on the database, which is not queried before a scrape."""
        return iter(())


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(f"daily_papers_{name}", documentation, value=value)


def _by(name: str, documentation: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(f"daily_papers_{name}", documentation, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family


def _planning(now: datetime) -> Iterator[Metric]:
    due = Subscriber.objects.due(now).order_by().count()
    yield _gauge("subscribers_due", "Readers whose digest is due: to be planned, or waiting for a late edition.", due)
    waited = overdue.waiting_time(now, overdue.oldest_unplanned(now)).total_seconds()
    if run := planning_runs.last_run():
        ended = run.ended_at.timestamp()
        yield _gauge("planning_timestamp_seconds", "When the planner last finished.", ended)
        yield _gauge("planning_duration_seconds", "How long the last planning run took.", run.took.total_seconds())
    yield _gauge(
        "oldest_unplanned_age_seconds", "How long the longest-waiting digest has been ready for planning.", waited
    )


def _ledger(now: datetime) -> Iterator[Metric]:
    waiting = Delivery.objects.with_status(Status.QUEUED)
    waited = overdue.waiting_time(now, overdue.oldest_unsent(now)).total_seconds()
    in_hand = Delivery.objects.unfinished().filter(status__in=[Status.CLAIMED, Status.SENDING])
    wrong = Delivery.objects.filter(indexed_status__in=WRONG)
    values: dict[str, float] = {
        "queued": waiting.order_by().count(),
        "held": Delivery.objects.with_status(Status.HELD).order_by().count(),
        **dict.fromkeys(("claimed", "sending", *WRONG), 0),
        **dict(in_hand.order_by().values_list("status").annotate(number=Count("pk"))),
        **dict(wrong.order_by().values_list("status").annotate(number=Count("pk"))),
    }
    yield _by(
        "deliveries", "Digests that are queued, held, claimed, sending, failed or uncertain, by state.", "state", values
    )
    yield _gauge("oldest_queued_age_seconds", "How long the longest-waiting digest has been ready to send.", waited)
    refused = Event.objects.filter(kind=Event.Kind.REFUSED, recorded_at__gte=now - timedelta(hours=1)).count()
    yield _gauge(
        "refused_mails_last_hour", "Emails refused in the last hour because of their content or sender.", refused
    )


def _editions() -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "daily_papers_edition_deliveries", "Digests of the last three editions, by state.", labels=["day", "state"]
    )
    rate = 0.0
    tallies = Tally.objects.filter(kind=Tally.Kind.SENDING)[:SHOWN_EDITIONS]
    for place, tally in enumerate(tallies):
        rate = tally.counts.get("a second", 0) if place == 0 else rate
        for state, number in tally.counts.items():
            if state != "a second":
                family.add_metric([tally.day.isoformat(), state.replace(" ", "_")], number)
    yield family
    yield _gauge(
        "sent_per_second", "How many digests of the newest edition went out per second, at the last count.", rate
    )
    newest = Edition.objects.published().values_list("published_at", flat=True).first()
    moment = newest.timestamp() if newest else 0
    yield _gauge("edition_published_timestamp_seconds", "When the newest edition was published; 0 if none was.", moment)


def _sources() -> Iterator[Metric]:
    success = GaugeMetricFamily(
        "daily_papers_source_success_timestamp_seconds",
        "When a source last finished a run; 0 if it never did.",
        labels=["source"],
    )
    failing = GaugeMetricFamily("daily_papers_source_failing", "1 if the source's last run failed.", labels=["source"])
    runs = SourceRun.objects.order_by()
    for source in runs.values_list("source", flat=True).distinct():
        own = SourceRun.objects.filter(source=source).order_by("-pk")
        ended = own.filter(status=SourceRun.Status.FINISHED).values_list("ended_at", flat=True).first()
        success.add_metric([source], ended.timestamp() if ended else 0)
        last = own.exclude(status=SourceRun.Status.RUNNING).values_list("status", flat=True).first()
        failing.add_metric([source], last == SourceRun.Status.FAILED)
    yield success
    yield failing


def _queues() -> Iterator[Metric]:
    waiting = queues.waiting()
    yield _gauge("broker_up", "1 if the broker answers.", waiting is not None)
    values = {name: float(number) for name, number in (waiting or {}).items()}
    yield _by("queue_tasks", "Queued tasks, by queue.", "queue", values)


def _beat() -> Iterator[Metric]:
    rang = pulse.last_pulse()
    moment = rang.timestamp() if rang else 0
    yield _gauge("beat_timestamp_seconds", "When beat last ran; 0 if it never did.", moment)
    last = Tally.objects.order_by("-counted_at").values_list("counted_at", flat=True).first()
    counted = last.timestamp() if last else 0
    yield _gauge("worker_timestamp_seconds", "When a worker last counted something; 0 if none ever did.", counted)


def _waiting_submissions() -> int:
    return Submission.objects.filter(status=Submission.Status.QUEUED).count()
