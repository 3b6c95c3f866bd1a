"""Who is due, and what they get: decided and frozen in one transaction for each batch of subscribers."""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from digest import freezing, second_part
from digest.curation import uncurated_papers
from digest.everything import everything, settled
from digest.models import Delivery, Edition
from digest.models.delivery import Frozen, papers_in
from digest.models.looked_up import looked_up
from digest.offers import Candidates, candidates
from subscriptions import schedule
from subscriptions.models import Breadth, Channel, Subscriber
from subscriptions.models.subscriber import SubscriberQuerySet

__all__ = ["Candidates", "Planned", "candidates", "freeze", "plan", "plan_batch"]

logger = logging.getLogger(__name__)

# What the row of a skipped period says.
NO_EDITION = "no new edition came out"
NO_MATCH = "no paper of the new editions matched"


@dataclass
class Planned:
    """What one run of the planner did."""

    queued: int = 0
    skipped: int = 0
    # For readers who want no mail, only the feed.
    kept: int = 0

    def __add__(self, other: "Planned") -> "Planned":
        """Add up two batches."""
        return Planned(self.queued + other.queued, self.skipped + other.skipped, self.kept + other.kept)


class Due(NamedTuple):
    """What the planner needs of a subscriber: a plain row, for there may be a million."""

    pk: int
    next_digest_at: datetime
    seen_until: datetime | None
    time_zone: str
    local_time: time
    frequency: str
    weekday: int
    chosen_days: int
    month_day: int
    channel: str
    max_papers: int
    reading_minutes: int | None
    least_match: int
    breadth: str
    max_more: int
    more_seen_until: datetime | None

    @property
    def period(self) -> date:
        """The day of the digest on the subscriber's own calendar."""
        return schedule.local_date(self.next_digest_at, self.time_zone)

    @property
    def rhythm(self) -> schedule.Rhythm:
        """When this subscriber wants mail."""
        chosen = self.time_zone, self.local_time, self.frequency, self.weekday, self.chosen_days, self.month_day
        return schedule.rhythm(schedule.Chosen(*chosen))


def plan(now: datetime) -> Planned:
    """Make a delivery for every subscriber who is due, batch by batch; return what was done.

    Run twice, or by two planners at once, nothing changes: a period has one row, and the subscriber's next moment
    moves on in the same transaction.
    """
    planned = Planned()
    while step := plan_batch(now):
        planned += step
    if planned != Planned():
        logger.info("planned %d digests, skipped %d, kept %d", planned.queued, planned.skipped, planned.kept)
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
            offer = candidates(seen_until, now)
            deliveries += _with_more(list(freeze(subscribers, offer, now)), subscribers, offer, now)
            seen |= dict.fromkeys((subscriber.pk for subscriber in subscribers), offer.seen_until)
        deliveries = _kept_for_feeds(deliveries, due)
        # The constraint is the last word on "one digest a period"; the check above only saves the work.
        Delivery.objects.enter(deliveries)
        _move_on(due, seen, now)
    _open_pages(deliveries, now)
    states = Counter(delivery.status for delivery in deliveries)
    return Planned(
        *[states[state] for state in (Delivery.Status.QUEUED, Delivery.Status.SKIPPED, Delivery.Status.KEPT)]
    )


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


def freeze(subscribers: Sequence[Due], offer: Candidates, now: datetime) -> Iterator[Frozen]:
    """Yield each subscriber's delivery with its papers, their reasons and the parts of their scores."""
    digests = freezing.digests(subscribers, offer, now)
    edition = offer.newest.pk if offer.newest else None
    nothing = NO_MATCH if offer.editions else NO_EDITION
    for subscriber, digest in zip(subscribers, digests, strict=True):
        yield Frozen(
            subscriber_id=subscriber.pk,
            period=subscriber.period,
            edition_id=edition,
            content=digest.content,
            status=Delivery.Status.QUEUED if digest.is_worth_sending else Delivery.Status.SKIPPED,
            error="" if digest.is_worth_sending else (digest.why_not or nothing),
            not_before=now,
        )


def _with_more(rows: list[Frozen], subscribers: list[Due], offer: Candidates, now: datetime) -> list[Frozen]:
    """Return the deliveries, those of readers who want everything new with their second part, where they have one."""
    wide = defaultdict(list)
    for subscriber in subscribers:
        if subscriber.breadth == Breadth.EVERYTHING:
            wide[subscriber.more_seen_until].append(subscriber)
    if not wide:
        return rows
    first = {row.subscriber_id: papers_in(json.loads(row.content)) for row in rows}
    more: dict[int, str] = {}
    for since, readers in wide.items():
        asked = [second_part.asking(reader, reader.max_more) for reader in readers]
        more |= second_part.second_parts(asked, first, everything(since, offer.papers, now), now)
        Subscriber.objects.filter(pk__any_of=[reader.pk for reader in readers]).update(more_seen_until=settled(now))
    return [row.with_more(more[row.subscriber_id]) if row.subscriber_id in more else row for row in rows]


def _kept_for_feeds(deliveries: list[Frozen], due: Iterable[Due]) -> list[Frozen]:
    """Return the deliveries, those to readers who want no mail kept for their feeds."""
    feeds = {subscriber.pk for subscriber in due if subscriber.channel == Channel.FEED}
    kept = {Delivery.Status.QUEUED: Delivery.Status.KEPT}
    return [
        row._replace(status=kept.get(Delivery.Status(row.status), row.status)) if row.subscriber_id in feeds else row
        for row in deliveries
    ]


def _open_pages(deliveries: Iterable[Frozen], now: datetime) -> None:
    """Note which papers digests brought outside of an edition: whatever becomes of them, their links must lead there.

    One statement after the transaction, for two planners with papers in common would wait for each other.
    """
    parts = (json.loads(row.content).get("more", {}) for row in deliveries if row.has_more)
    if brought := {paper for part in parts for paper in papers_in(part)}:
        uncurated_papers().filter(pk__any_of=brought, sent_at=None).update(sent_at=now)


def _move_on(due: Iterable[Due], seen: dict[int, datetime | None], now: datetime) -> None:
    """Set everybody's next moment and what they have seen. One UPDATE for all who saw the same: mostly everybody."""
    next_at = cache(schedule.next_at)
    together: dict[datetime | None, dict[int, datetime]] = defaultdict(dict)
    for subscriber in due:
        seen_until = seen.get(subscriber.pk) or subscriber.seen_until
        together[seen_until][subscriber.pk] = next_at(subscriber.rhythm, now)
    for seen_until, moments in together.items():
        moved_on = Subscriber.objects.filter(pk__any_of=moments)
        moved_on.update(next_digest_at=looked_up(moments), seen_until=seen_until, paused_until=None)
