"""Who would get which papers of an edition: the real ranking, run on a sample of the subscribers."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Subquery

from digest.models import Delivery, Edition, Paper, Tally
from digest.models.snapshot import entries_in, read_section
from digest.recommending import planning
from digest.recommending.candidates import CandidateSet, candidates_in
from digest.recommending.due import Due
from digest.recommending.wording import reason_for_curator
from subscriptions.models import Follow, Status, Subscriber, Topic, Weight

# With this many subscribers or fewer, the sample is all of them.
SAMPLE_SIZE = 2000


@dataclass(frozen=True)
class PaperShare:
    """How many readers in the sample get a paper, and why: the most frequent reasons, each with its count."""

    paper: Paper
    readers: int
    share: float
    why: list[tuple[str, int]]


@dataclass(frozen=True)
class TopicShare:
    """How many papers in the edition are about a topic, and how many readers in the sample follow it."""

    topic: Topic
    papers: int
    followers: int
    share: float


@dataclass(frozen=True)
class Audience:
    """Who would get which papers of an edition, counted in a sample of `sample` out of `active` subscribers."""

    sample: int
    active: int
    papers: list[PaperShare]
    topics: list[TopicShare]
    nothing: int

    @property
    def nothing_share(self) -> float:
        """The percentage of readers who would get nothing."""
        return _percent(self.nothing, self.sample)

    @property
    def is_everybody(self) -> bool:
        """Whether the sample includes all active subscribers."""
        return self.sample >= self.active


def audience(edition: Edition, now: datetime) -> Audience:
    """Return who would get what if the edition came out now and no other paper was new to anyone."""
    readers, active = sample_subscribers()
    offer = candidates_in([edition], now)
    frozen = list(planning.snapshot_digests(readers, offer, now)) if readers and offer.papers else []
    papers: Counter[int] = Counter()
    why: dict[int, Counter[str]] = {paper: Counter() for paper in offer.papers}
    for row in frozen:
        for paper, code, argument in entries_in(read_section(row.section)):
            papers[paper] += 1
            why[paper][reason_for_curator(code, argument)] += 1
    nothing = len(readers) - sum(row.status == Delivery.Status.QUEUED for row in frozen)
    shares = [
        PaperShare(row, papers[row.pk], _percent(papers[row.pk], len(readers)), why[row.pk].most_common(3))
        for row in offer.rows
    ]
    return Audience(len(readers), active, shares, _topics(offer, readers), nothing)


def sample_subscribers() -> tuple[list[Due], int]:
    """Return a uniform random sample of the active subscribers, and roughly how many there are.

    Picks random primary keys: sorting a million rows randomly takes seconds, looking up a few thousand keys does not.
    """
    rows = Subscriber.objects.active().order_by("pk").values_list(*Due.columns())
    everybody = [Due.of(row) for row in rows[: SAMPLE_SIZE + 1]]
    if len(everybody) <= SAMPLE_SIZE:
        return everybody, len(everybody)
    last = Subscriber.objects.order_by("-pk").values("pk")
    counted = Tally.objects.filter(kind=Tally.Kind.SUBSCRIBERS).annotate(last=Subquery(last[:1])).first()
    keys = range(everybody[0].pk, (counted.last if counted else last[0]["pk"]) + 1)
    sampled_keys = random.sample(keys, min(2 * SAMPLE_SIZE, len(keys)))
    subscribers = [Due.of(row) for row in rows.filter(pk__any_of=sampled_keys)]
    estimate = round(len(subscribers) / len(sampled_keys) * len(keys))
    return subscribers[:SAMPLE_SIZE], int(counted.counts.get(Status.ACTIVE, estimate)) if counted else estimate


def _topics(offer: CandidateSet, readers: list[Due]) -> list[TopicShare]:
    follows = Follow.objects.filter(subscriber__any_of=[reader.pk for reader in readers]).exclude(weight=Weight.NEVER)
    followers = Counter(follows.values_list("topic_id", flat=True))
    papers = (offer.tags > 0).sum(axis=0).tolist()
    shares = [
        TopicShare(topic, count, followers[topic.pk], _percent(followers[topic.pk], len(readers)))
        for topic, count in zip(offer.topics, papers, strict=True)
    ]
    return sorted(shares, key=lambda share: (-share.followers, -share.papers, share.topic.name))


def _percent(count: int, of: int) -> float:
    return 100 * count / of if of else 0.0
