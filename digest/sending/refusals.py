"""Refusals of our mail: how many an edition got from mail servers or providers, and their texts."""

import re
from collections import Counter
from typing import NamedTuple

from django.db.models import QuerySet

from digest.models import Delivery, Edition, Event

# How many different answers are shown, and how many answers are read.
MAX_REFUSALS_SHOWN, MAX_REFUSALS_READ = 5, 1000
# What differs from answer to answer: the ids of connections and queues, times, addresses of machines.
CHANGING = re.compile(r"\b[\w.:-]{8,}+")
_DIGIT = re.compile(r"\d")


class Refusal(NamedTuple):
    """One answer, and how often it was given."""

    detail: str
    times: int


def count_refused(edition: Edition) -> int:
    """Return how many digests of an edition were refused, not counting those that also bounced or drew a complaint."""
    counted_already = [Delivery.Status.BOUNCED, Delivery.Status.COMPLAINED]
    rows = _of(edition).exclude(delivery__status__in=counted_already)
    return rows.order_by().values("delivery").distinct().count()


def most_frequent(edition: Edition) -> list[Refusal]:
    """Return the answers that were given most often lately, the most frequent first, each with an example."""
    details = (
        _of(edition).exclude(detail="").order_by("-recorded_at").values_list("detail", flat=True)[:MAX_REFUSALS_READ]
    )
    examples: dict[str, str] = {}
    times: Counter[str] = Counter()
    for detail in details:
        alike = CHANGING.sub(lambda word: "" if _DIGIT.search(word[0]) else word[0], detail)
        examples.setdefault(alike, detail)
        times[alike] += 1
    return [Refusal(examples[alike], number) for alike, number in times.most_common(MAX_REFUSALS_SHOWN)]


def _of(edition: Edition) -> QuerySet[Event]:
    # By time first, because that is the order of the index.
    since = {"recorded_at__gte": edition.published_at} if edition.published_at else {}
    return Event.objects.filter(kind=Event.Kind.REFUSED, delivery__edition=edition, **since)
