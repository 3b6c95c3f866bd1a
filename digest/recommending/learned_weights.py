"""Learn the weights of the score components from readers' feedback on their digests."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from digest.models import Delivery, Feedback, LearnedWeights
from digest.models.snapshot import components_in, papers_in
from digest.ranking import COMPONENTS, WEIGHTS, learn_weights

logger = logging.getLogger(__name__)

LEARNED_FROM = timedelta(days=90)
# With fewer digests with opinions, nothing is learned.
FEWEST_DIGESTS = 50
# Pairs per digest, so that long ones do not take up more room; each digest counts the same anyway.
_MOST_PAIRS = 40
_MOST_DIGESTS = 50_000
_LIKED = (Feedback.Kind.SAVED, Feedback.Kind.MORE)
# How long a process uses what it read.
_REREAD_SECONDS = 60.0
_newest: tuple[float, dict[str, float] | None] | None = None


def learn_from_readers(now: datetime) -> LearnedWeights | None:
    """Learn from the last months' digests and save the result; None if too few readers gave feedback."""
    differences, counts, halves = [], [], []
    digests = 0
    for subscriber, pairs in _pairs_of_digests(now):
        digests += 1
        differences += pairs
        counts += [1 / len(pairs)] * len(pairs)
        halves += [_half_of(subscriber)] * len(pairs)
    if digests < FEWEST_DIGESTS:
        logger.info("weights: only %d digests have feedback, learning needs %d", digests, FEWEST_DIGESTS)
        return None
    lesson = learn_weights(np.array(differences) / 100, np.array(counts), np.array(halves))
    row = LearnedWeights.objects.create(
        learned_at=now,
        weights=lesson.weights,
        digests=digests,
        pairs=len(counts),
        right_before=lesson.right_before,
        right_after=lesson.right_after,
    )
    logger.info("weights: learned from %d digests", digests)
    return row


def newest_weights() -> dict[str, float] | None:
    """Return the last learned weights, or None if there are none; each process checks once a minute."""
    global _newest  # noqa: PLW0603 - one value per process, like a cache
    if _newest is None or time.monotonic() - _newest[0] > _REREAD_SECONDS:
        weights = LearnedWeights.objects.values_list("weights", flat=True).first()
        _newest = time.monotonic(), _readable(weights)
    return _newest[1]


def forget_newest() -> None:
    """Make the next call read the database."""
    global _newest  # noqa: PLW0603 - see above
    _newest = None


def weights_in_force() -> Mapping[str, float]:
    """Return the current weights of the score components: the usual ones, unless set to use learned ones."""
    if settings.RANKING_WEIGHTS == "learned":
        return newest_weights() or WEIGHTS
    return WEIGHTS


def _readable(weights: Any) -> dict[str, float] | None:
    """Return stored weights if each component has one and none is negative, otherwise None."""
    if not isinstance(weights, dict) or set(weights) != set(COMPONENTS):
        return None
    if not all(isinstance(weight, int | float) and 0 <= weight < float("inf") for weight in weights.values()):
        return None
    return {name: float(weights[name]) for name in COMPONENTS}


def _half_of(subscriber: int) -> bool:
    # Knuth's multiplicative hash: neighbouring keys end up in both halves.
    return bool((subscriber * 2_654_435_761) & 0x80000000)


def _pairs_of_digests(now: datetime) -> Iterator[tuple[int, list[list[int]]]]:
    """Yield, for each digest with a paper its reader liked, the reader and the `pairs_of` the digest.

    A paper counts as seen if it is above the liked one or right below it; those further down may not have been looked
    at (Joachims et al., TOIS 2007). Differences are in hundredths of a score.
    """
    since = now - LEARNED_FROM
    liked: dict[int, set[int]] = defaultdict(set)
    disliked: dict[int, set[int]] = defaultdict(set)
    rows = Feedback.objects.filter(at__gte=since, kind__in=[*_LIKED, Feedback.Kind.LESS])
    for subscriber, paper, kind in rows.values_list("subscriber_id", "paper_id", "kind").iterator():
        (liked if kind in _LIKED else disliked)[subscriber].add(paper)
    readers = sorted(liked)
    for start in range(0, len(readers), 1000):
        deliveries = Delivery.objects.filter(
            subscriber__any_of=readers[start : start + 1000], created_at__gte=since, status=Delivery.Status.SENT
        ).order_by("-pk")
        for subscriber, content in deliveries.values_list("subscriber_id", "content")[:_MOST_DIGESTS].iterator():
            if pairs := pairs_of(content, liked[subscriber], disliked[subscriber]):
                yield subscriber, pairs


def pairs_of(content: Mapping[str, Any], liked: set[int], disliked: set[int]) -> list[list[int]]:
    """Return the difference in components for each pair of a liked paper and another paper seen in the same digest."""
    papers, parts = papers_in(content), components_in(content)
    if len(parts) != len(papers):
        return []
    # The position of a paper that a curator pinned says nothing; old digests have no components.
    rows = [
        [part[name] for name in COMPONENTS] if part.keys() >= set(COMPONENTS) and not part.get("pinned") else None
        for part in parts
    ]
    pairs = []
    for place, paper in enumerate(papers):
        better = rows[place]
        if paper not in liked or paper in disliked or better is None:
            continue
        for other, worse in list(zip(papers, rows, strict=True))[: place + 2]:
            if worse is not None and (other not in liked or other in disliked):
                pairs.append([first - second for first, second in zip(better, worse, strict=True)])
    return pairs[:_MOST_PAIRS]
