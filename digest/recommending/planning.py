"""Planning: lock due subscribers, recommend, save, reschedule; one transaction per batch of subscribers."""

import logging
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, transaction

from config.garbage_collection import without_cyclic_collection
from config.overload import back_off
from digest.models import Delivery, Edition, Paper
from digest.models.bulk_values import values_by_pk
from digest.models.delivery import PlannedDelivery
from digest.models.snapshot import papers_in, read_section, section_json
from digest.recommending import extra_section, selection
from digest.recommending.candidates import CandidateSet, candidates_from_editions, recent_candidates, settled_until
from digest.recommending.due import Due, lock_due
from digest.recommending.saved_news import with_news
from subscriptions import schedule
from subscriptions.models import Breadth, Channel, KeyArray, Subscriber

logger = logging.getLogger(__name__)

# The error text of a skipped period's delivery.
NO_EDITION = "no new edition was published"
NO_MATCH = "no paper in the new editions matched"
# The error text of a delivery that the reader's own preferences made impossible.
PREPARATION_FAILED = "the digest couldn’t be built from this reader’s settings"
NO_PAPERS = section_json((), 0)
# If more than this many fail and no one has been served, the cause is not the subscribers.
MAX_FAILED = 5


@dataclass
class PlanSummary:
    """What one run of the planner did."""

    queued: int = 0
    skipped: int = 0
    # For readers who only want the feed, no mail.
    kept_for_feeds: int = 0

    def __add__(self, other: "PlanSummary") -> "PlanSummary":
        """Add up two batches."""
        return PlanSummary(
            self.queued + other.queued, self.skipped + other.skipped, self.kept_for_feeds + other.kept_for_feeds
        )


class PlannedBatch(NamedTuple):
    """The deliveries of a batch, and up to when each subscriber (by key) will then have seen what was published."""

    deliveries: list[PlannedDelivery]
    seen_until: dict[int, datetime | None]


def plan(now: datetime) -> PlanSummary:
    """Make a delivery for every subscriber who is due, batch by batch; return a summary.

    Running it twice, or in two planners at once, changes nothing: a period has one row, and the subscriber's next
    digest time moves on in the same transaction.
    """
    planned, began = PlanSummary(), time.monotonic()
    while step := plan_batch(now):
        planned += step
        back_off(time.monotonic() - began)
        began = time.monotonic()
    if planned != PlanSummary():
        logger.info("planned %d digests, skipped %d, kept %d", planned.queued, planned.skipped, planned.kept_for_feeds)
    return planned


def plan_batch(now: datetime) -> PlanSummary | None:
    """Plan at most PLAN_BATCH subscribers in one transaction; return None when no one is left."""
    with without_cyclic_collection(), transaction.atomic():
        unapproved = Edition.objects.changed_unseen().versions()
        due = lock_due(now, unapproved)
        if not due:
            return None
        batch = recommend_digests(due, now)
        # The constraint guarantees "one digest per period"; that `recommend_digests` leaves some out only saves work.
        Delivery.objects.enter(batch.deliveries)
        reschedule(due, batch.seen_until, now)
        if unapproved != Edition.objects.changed_unseen().versions():
            # Someone changed an edition meanwhile, and it may be in these digests: plan again, without it.
            transaction.set_rollback(True)
            return PlanSummary()
    open_pages(batch.deliveries, now)
    return summarize(batch.deliveries)


def recommend_digests(due: Sequence[Due], now: datetime) -> PlannedBatch:
    """Return a delivery for each subscriber who does not have one yet in the period that is due."""
    by_seen_until = defaultdict(list)
    for subscriber in _without_delivery(due):
        by_seen_until[subscriber.seen_until].append(subscriber)
    batch = PlannedBatch([], {})
    for seen_until, subscribers in by_seen_until.items():
        candidates = candidates_from_editions(seen_until, now)
        batch.deliveries.extend(_deliveries(subscribers, candidates, now))
        batch.seen_until.update(dict.fromkeys((subscriber.pk for subscriber in subscribers), candidates.seen_until))
    return batch._replace(deliveries=with_news(_mark_for_feeds(batch.deliveries, due), now))


def reschedule(due: Iterable[Due], seen_until: Mapping[int, datetime | None], now: datetime) -> None:
    """Set next digest times and what was seen. One UPDATE for all who saw the same, which is usually everyone."""
    next_at = cache(schedule.next_at)
    moments: dict[datetime | None, dict[int, datetime]] = defaultdict(dict)
    for subscriber in due:
        moments[seen_until.get(subscriber.pk) or subscriber.seen_until][subscriber.pk] = next_at(
            subscriber.digest_schedule, now
        )
    for seen, next_digest_at in moments.items():
        rows = Subscriber.objects.filter(pk__any_of=next_digest_at)
        rows.update(next_digest_at=values_by_pk(next_digest_at), seen_until=seen, paused_until=None)


def open_pages(deliveries: Iterable[PlannedDelivery], now: datetime) -> None:
    """Mark the papers that digests contain outside of an edition: their links must work whatever happens to them.

    One statement after the transaction, because two planners with papers in common would wait for each other.
    """
    sections = (read_section(delivery.extra) for delivery in deliveries if delivery.extra)
    if papers := {paper for section in sections for paper in papers_in(section)}:
        Paper.objects.uncurated().filter(pk__any_of=papers, sent_at=None).update(sent_at=now)


def summarize(deliveries: Iterable[PlannedDelivery]) -> PlanSummary:
    """Return how many deliveries there are of each kind."""
    states = Counter(delivery.status for delivery in deliveries)
    kinds = Delivery.Status.QUEUED, Delivery.Status.SKIPPED, Delivery.Status.KEPT
    return PlanSummary(*(states[kind] for kind in kinds))


def _without_delivery(due: Sequence[Due]) -> list[Due]:
    """Return those without a digest in the period that is due; a skipped period is opened again."""
    period = {subscriber.pk: subscriber.period for subscriber in due}
    rows = Delivery.objects.filter(subscriber__any_of=KeyArray(period), period__in=set(period.values()))
    in_period = [
        (pk, subscriber, status)
        for pk, subscriber, day, status in rows.values_list("pk", "subscriber_id", "period", "status")
        if subscriber is not None and period[subscriber] == day
    ]
    Delivery.objects.filter(pk__in=[pk for pk, _, status in in_period if status == Delivery.Status.SKIPPED]).delete()
    served = {subscriber for _, subscriber, status in in_period if status != Delivery.Status.SKIPPED}
    return [subscriber for subscriber in due if subscriber.pk not in served]


def _deliveries(subscribers: list[Due], candidates: CandidateSet, now: datetime) -> list[PlannedDelivery]:
    """Return each subscriber's delivery. One that cannot be made is set aside as failed and stops no others."""
    try:
        return _with_extra_sections(subscribers, candidates, now)
    except (OperationalError, InterfaceError):
        # An error of the database itself: no subscriber is to blame.
        raise
    except Exception as error:
        _check_candidates(candidates)
        planned: list[PlannedDelivery] = []
        failed: list[PlannedDelivery] = []
        step = math.isqrt(len(subscribers)) or 1
        for some in (subscribers[begin : begin + step] for begin in range(0, len(subscribers), step)):
            try:
                planned += _with_extra_sections(some, candidates, now)
            except Exception:  # noqa: BLE001 - trying one by one shows whose it is
                for subscriber in some:
                    delivery = _delivery(subscriber, candidates, now)
                    (failed if delivery.status == Delivery.Status.FAILED else planned).append(delivery)
            if len(failed) > MAX_FAILED and not planned:
                # What fails for everyone is a fault of the papers, or ours.
                raise error
        return planned + failed


def _delivery(subscriber: Due, candidates: CandidateSet, now: datetime) -> PlannedDelivery:
    """Return the delivery of one subscriber, or a failed one with the reason."""
    try:
        (delivery,) = _with_extra_sections([subscriber], candidates, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("subscriber %d: the digest could not be built", subscriber.pk)
        reason = f"{PREPARATION_FAILED}: {type(error).__name__}"
        edition = candidates.newest.pk if candidates.newest else None
        failed = Delivery.Status.FAILED
        return PlannedDelivery(subscriber.pk, subscriber.period, edition, NO_PAPERS, failed, reason, now)
    return delivery


def _check_candidates(candidates: CandidateSet) -> None:
    """Raise if the papers themselves cannot be ranked: then no subscriber is the cause."""
    _ = candidates.arrays, candidates.phrase_texts, candidates.by_author, candidates.minutes


@transaction.atomic
def _with_extra_sections(subscribers: list[Due], candidates: CandidateSet, now: datetime) -> list[PlannedDelivery]:
    """Return each subscriber's delivery, with an extra section for those who want everything new, if there is one."""
    deliveries = list(snapshot_digests(subscribers, candidates, now))
    by_seen_until = defaultdict(list)
    for subscriber in subscribers:
        if subscriber.breadth == Breadth.EVERYTHING:
            by_seen_until[subscriber.more_seen_until].append(subscriber)
    if not by_seen_until:
        return deliveries
    first = {delivery.subscriber_id: papers_in(read_section(delivery.section)) for delivery in deliveries}
    extra: dict[int, str] = {}
    for since, readers in by_seen_until.items():
        requests = [extra_section.extra_request(reader, reader.max_more) for reader in readers]
        extra |= extra_section.extra_sections(requests, first, recent_candidates(since, candidates.papers, now), now)
        Subscriber.objects.filter(pk__any_of=[reader.pk for reader in readers]).update(
            more_seen_until=settled_until(now)
        )
    return [
        delivery.with_extra(extra[delivery.subscriber_id]) if delivery.subscriber_id in extra else delivery
        for delivery in deliveries
    ]


def snapshot_digests(subscribers: Sequence[Due], candidates: CandidateSet, now: datetime) -> Iterator[PlannedDelivery]:
    """Yield each subscriber's delivery with its snapshot: papers, their reasons and their score components."""
    digests = selection.digest_snapshots(subscribers, candidates, now)
    edition = candidates.newest.pk if candidates.newest else None
    no_papers = NO_MATCH if candidates.editions else NO_EDITION
    # Plain strings: an enum's members are slow to look up and to write.
    queued, skipped = Delivery.Status.QUEUED.value, Delivery.Status.SKIPPED.value
    for subscriber, digest in zip(subscribers, digests, strict=True):
        status, error = (queued, "") if digest.is_worth_sending else (skipped, digest.why_not or no_papers)
        yield PlannedDelivery(subscriber.pk, subscriber.period, edition, digest.section, status, error, now)


def _mark_for_feeds(deliveries: list[PlannedDelivery], due: Iterable[Due]) -> list[PlannedDelivery]:
    """Return the deliveries, with those to readers who want no mail marked as kept for their feeds."""
    feeds = {subscriber.pk for subscriber in due if subscriber.channel == Channel.FEED}
    status = {Delivery.Status.QUEUED: Delivery.Status.KEPT}
    return [
        row._replace(status=status.get(Delivery.Status(row.status), row.status)) if row.subscriber_id in feeds else row
        for row in deliveries
    ]
