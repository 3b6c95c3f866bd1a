"""Who gets what of an edition: the real ranking, run on a sample of the subscribers."""

import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min

from digest import planning
from digest.models import Delivery, Edition, Paper, Tally
from digest.offers import Candidates, offer_of
from digest.planning import Due
from digest.ranking.reasons import Reason
from subscriptions.models import Follow, Status, Subscriber, Topic, Weight

SAMPLE = 2000
# Up to so many keys, everybody is asked.
FEW = 4000

# What is said of a reason that names no topic.
WORDS = {
    Reason.KEYWORD: "words they follow",
    Reason.AUTHOR: "authors they follow",
    Reason.LIKED: "what they liked",
    Reason.OPENED: "what they opened",
    Reason.PINNED: "pinned",
    Reason.VOTED: "most voted",
    Reason.DIFFERENT: "something different",
    Reason.EDITION: "nothing better",
}


@dataclass(frozen=True)
class PaperShare:
    """Of the sample, how many get a paper, and why: reasons by weight, each with its count."""

    paper: Paper
    readers: int
    share: float
    why: list[tuple[str, int]]


@dataclass(frozen=True)
class TopicShare:
    """How many papers of the edition a topic has, and how many of the sample follow it."""

    topic: Topic
    papers: int
    followers: int
    share: float


@dataclass(frozen=True)
class Audience:
    """What an edition would bring to whom; counted in a sample of so many out of all active subscribers."""

    sample: int
    active: int
    papers: list[PaperShare]
    topics: list[TopicShare]
    nothing: int

    @property
    def nothing_share(self) -> float:
        """The share of readers who would get nothing, in percent."""
        return _percent(self.nothing, self.sample)

    @property
    def is_everybody(self) -> bool:
        """Whether the sample is all there are."""
        return self.sample >= self.active


def audience(edition: Edition, now: datetime) -> Audience:
    """Return who would get what if the edition came out now, and nothing else was new to anybody."""
    readers, active = sample()
    offer = offer_of([edition], now)
    frozen = list(planning.freeze(readers, offer, now)) if readers and offer.papers else []
    papers: Counter[int] = Counter()
    why: dict[int, Counter[str]] = {paper: Counter() for paper in offer.papers}
    for row in frozen:
        for paper, code, argument in json.loads(row.content)["papers"]:
            papers[paper] += 1
            why[paper][WORDS.get(code, argument)] += 1
    nothing = len(readers) - sum(row.status == Delivery.Status.QUEUED for row in frozen)
    loaded = Paper.objects.in_bulk(offer.papers)
    shares = [
        PaperShare(loaded[paper], papers[paper], _percent(papers[paper], len(readers)), why[paper].most_common(3))
        for paper in offer.papers
    ]
    return Audience(len(readers), active, shares, _topics(offer, readers), nothing)


def sample() -> tuple[list[Due], int]:
    """Return some of the active subscribers, each as likely as the other, and how many there are about.

    By random primary keys: sorting a million rows by chance takes seconds, looking up some thousand keys does not.
    """
    ends = Subscriber.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return [], 0
    rows = Subscriber.objects.active().order_by("pk").values_list(*Due._fields)
    keys = range(ends["first"], ends["last"] + 1)
    if len(keys) <= FEW:
        everybody = [Due(*row) for row in rows]
        return everybody[:SAMPLE], len(everybody)
    asked = random.sample(keys, min(2 * SAMPLE, len(keys)))
    found = [Due(*row) for row in rows.filter(pk__any_of=asked)]
    counted = Tally.objects.filter(kind=Tally.Kind.SUBSCRIBERS).first()
    estimate = round(len(found) / len(asked) * len(keys))
    return found[:SAMPLE], int(counted.counts.get(Status.ACTIVE, estimate)) if counted else estimate


def _topics(offer: Candidates, readers: list[Due]) -> list[TopicShare]:
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
