"""Who is due, and what they get: decided and frozen in one transaction for each batch of subscribers."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from digest.models import Delivery, Edition, EditionPaper, PaperTopic
from digest.models.delivery import Frozen
from digest.ranking import scoring
from digest.ranking.reasons import reason
from subscriptions import schedule
from subscriptions.models import Follow, Subscriber, Topic
from subscriptions.models.subscriber import SubscriberQuerySet

logger = logging.getLogger(__name__)

# What the row of a skipped period says.
NO_EDITION = "no new edition came out"
NO_MATCH = "no paper of the new editions matched"


@dataclass
class Planned:
    """What one run of the planner did."""

    queued: int = 0
    skipped: int = 0

    def __add__(self, other: "Planned") -> "Planned":
        """Add up two batches."""
        return Planned(self.queued + other.queued, self.skipped + other.skipped)


class Due(NamedTuple):
    """What the planner needs of a subscriber: a plain row, for there may be a million."""

    pk: int
    next_digest_at: datetime
    seen_until: datetime | None
    time_zone: str
    local_time: time
    frequency: str
    weekday: int
    max_papers: int

    @property
    def period(self) -> date:
        """The day of the digest on the subscriber's own calendar."""
        return schedule.local_date(self.next_digest_at, self.time_zone)

    @property
    def rhythm(self) -> schedule.Rhythm:
        """When this subscriber wants mail."""
        return schedule.rhythm(self.time_zone, self.local_time, self.frequency, self.weekday)


@dataclass(frozen=True)
class Candidates:
    """The papers one group of subscribers can get, in the curator's order, newest edition first."""

    editions: list[Edition]
    papers: list[int]
    pinned: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    tags: scoring.Floats
    topics: list[Topic]

    @property
    def newest(self) -> Edition | None:
        """The latest of the editions, by day."""
        return self.editions[0] if self.editions else None

    @property
    def seen_until(self) -> datetime | None:
        """When the last of the editions was published."""
        return max((edition.published_at for edition in self.editions if edition.published_at), default=None)


def plan(now: datetime) -> Planned:
    """Make a delivery for every subscriber who is due, batch by batch; return what was done.

    Run twice, or by two planners at once, nothing changes: a period has one row, and the subscriber's next moment
    moves on in the same transaction.
    """
    planned = Planned()
    while step := plan_batch(now):
        planned += step
    if planned.queued or planned.skipped:
        logger.info("planned %d digests, skipped %d", planned.queued, planned.skipped)
    return planned


def plan_batch(now: datetime) -> Planned | None:
    """Plan at most PLAN_BATCH subscribers in one transaction; return None when nobody is left."""
    latest = Edition.objects.published().aggregate(latest=Max("published_at"))["latest"]
    with transaction.atomic():
        rows = _worth_deciding(now, latest).select_for_update(skip_locked=True).values_list(*Due._fields)
        due = [Due(*row) for row in rows[: settings.PLAN_BATCH]]
        if not due:
            return None
        groups = defaultdict(list)
        for subscriber in _without_delivery(due):
            groups[subscriber.seen_until].append(subscriber)
        deliveries: list[Frozen] = []
        seen: dict[int, datetime | None] = {}
        for seen_until, subscribers in groups.items():
            offer = candidates(seen_until)
            deliveries += freeze(subscribers, offer, now)
            seen |= dict.fromkeys((subscriber.pk for subscriber in subscribers), offer.seen_until)
        # The constraint is the last word on "one digest a period"; the check above only saves the work.
        Delivery.objects.enter(deliveries)
        _move_on(due, seen, now)
    queued = sum(delivery.status == Delivery.Status.QUEUED for delivery in deliveries)
    return Planned(queued, len(deliveries) - queued)


def _worth_deciding(now: datetime, latest: datetime | None) -> SubscriberQuerySet:
    """Those who are due, save those who still wait for an edition that is late."""
    nothing_waited_for = Q(next_digest_at__lte=now - settings.EDITION_GRACE)
    if latest:
        nothing_waited_for |= Q(seen_until=None) | Q(seen_until__lt=latest)
    return Subscriber.objects.due(now).filter(nothing_waited_for)


def _without_delivery(due: Sequence[Due]) -> list[Due]:
    """Return those who have no digest yet in the period that is due; a period that was skipped is opened again."""
    period = {subscriber.pk: subscriber.period for subscriber in due}
    rows = Delivery.objects.filter(subscriber__any_of=period, period__in=set(period.values()))
    have = [
        (pk, subscriber, status)
        for pk, subscriber, day, status in rows.values_list("pk", "subscriber_id", "period", "status")
        if subscriber is not None and period[subscriber] == day
    ]
    Delivery.objects.filter(pk__in=[pk for pk, _, status in have if status == Delivery.Status.SKIPPED]).delete()
    served = {subscriber for _, subscriber, status in have if status != Delivery.Status.SKIPPED}
    return [subscriber for subscriber in due if subscriber.pk not in served]


def candidates(seen_until: datetime | None) -> Candidates:
    """Return what stands in the editions published since; the latest edition for someone new."""
    published = Edition.objects.published()
    editions = list(published.filter(published_at__gt=seen_until) if seen_until else published[:1])
    order = {edition.pk: index for index, edition in enumerate(editions)}
    shown = EditionPaper.objects.shown().filter(edition__in=editions, paper__withdrawn_at=None)
    rows = shown.values_list("edition_id", "paper_id", "placement")
    entries = sorted(rows, key=lambda row: order[row[0]])
    papers = [paper for _, paper, _ in entries]
    topics = list(Topic.objects.order_by("pk"))
    tags = np.zeros((len(papers), len(topics)), dtype=np.float32)
    row = {paper: index for index, paper in enumerate(papers)}
    column = {topic.pk: index for index, topic in enumerate(topics)}
    for paper, topic, value in PaperTopic.objects.filter(paper__in=papers).values_list("paper_id", "topic_id", "score"):
        tags[row[paper], column[topic]] = value
    pinned = np.array([placement == EditionPaper.Placement.PINNED for *_, placement in entries], dtype=np.bool_)
    return Candidates(editions, papers, pinned, tags, topics)


def freeze(subscribers: Sequence[Due], offer: Candidates, now: datetime) -> Iterator[Frozen]:
    """Yield each subscriber's delivery with its papers and reasons."""
    follows = _follows(subscribers, offer.topics)
    # Who follows nothing reads the whole edition.
    matches = scoring.match(follows, offer.tags)
    matches[~follows.any(axis=1)] = 1
    most = max(subscriber.max_papers for subscriber in subscribers)
    chosen = scoring.best(scoring.score(matches, offer.pinned), most)
    topics = scoring.strongest_topic(follows, offer.tags, chosen)

    @cache
    def line(paper: int, topic: int) -> str:
        name = offer.topics[topic].name if topic >= 0 else ""
        return json.dumps([offer.papers[paper], *reason(name, is_pinned=bool(offer.pinned[paper]))])

    edition = offer.newest.pk if offer.newest else None
    nothing = NO_MATCH if offer.editions else NO_EDITION
    for subscriber, papers, why in zip(subscribers, chosen.tolist(), topics.tolist(), strict=True):
        wanted = zip(papers[: subscriber.max_papers], why, strict=False)
        lines = ", ".join([line(paper, topic) for paper, topic in wanted if paper >= 0])
        yield Frozen(
            subscriber_id=subscriber.pk,
            period=subscriber.period,
            edition_id=edition,
            content=f'{{"papers": [{lines}], "of": {len(offer.papers)}}}',
            status=Delivery.Status.QUEUED if lines else Delivery.Status.SKIPPED,
            error="" if lines else nothing,
            not_before=now,
        )


def _follows(subscribers: Sequence[Due], topics: Sequence[Topic]) -> scoring.Floats:
    """Return (subscribers, topics), 1 where followed."""
    follows = np.zeros((len(subscribers), len(topics)), dtype=np.float32)
    row = {subscriber.pk: index for index, subscriber in enumerate(subscribers)}
    column = {topic.pk: index for index, topic in enumerate(topics)}
    pairs = list(Follow.objects.filter(subscriber__any_of=row).values_list("subscriber_id", "topic_id"))
    if pairs:
        follows[[row[subscriber] for subscriber, _ in pairs], [column[topic] for _, topic in pairs]] = 1
    return follows


def _move_on(due: Iterable[Due], seen: dict[int, datetime | None], now: datetime) -> None:
    """Set everybody's next moment and what they have seen. One UPDATE for all who share both: mostly everybody."""
    next_at = cache(schedule.next_at)
    together = defaultdict(list)
    for subscriber in due:
        seen_until = seen.get(subscriber.pk) or subscriber.seen_until
        together[next_at(subscriber.rhythm, now), seen_until].append(subscriber.pk)
    for (moment, seen_until), keys in together.items():
        Subscriber.objects.filter(pk__any_of=keys).update(
            next_digest_at=moment, seen_until=seen_until, paused_until=None
        )
