"""User profiles: updated when there is new feedback, decaying with time."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import F, Max, Q

from digest.catalog import embedding
from digest.models import Delivery, Feedback, Paper, Profile
from digest.models.snapshot import all_papers_in
from digest.ranking import IMPLICIT_NEGATIVE, fit_weights

logger = logging.getLogger(__name__)

# The half-life of a like.
HALF_LIFE = timedelta(days=90)
# The weight of each kind of feedback. Opening a paper says little, and is only recorded for those who allow it.
SAYS: dict[str, float] = {
    Feedback.Kind.MORE: 1.0,
    Feedback.Kind.SAVED: 1.0,
    Feedback.Kind.WROTE: 1.0,
    Feedback.Kind.LESS: -1.0,
    Feedback.Kind.OPENED: 0.3,
}
# How many of each are learned from, newest first.
MOST_SAID = 300
MOST_OPENED = 100
MOST_DIGESTS = 20
MOST_PASSED_OVER = 40
LEARNING_BATCH = 500


def faded(since: datetime, now: datetime) -> float:
    """Return the share of a weight that is left after decay, from 0 to 1."""
    return float(0.5 ** (max(now - since, timedelta()) / HALF_LIFE))


def learn(subscriber: int, at: datetime) -> None:
    """Write the profile of a subscriber (by key) from their feedback; without any, there is no profile."""
    feedback_weights = _explicit_feedback(subscriber, at)
    if not feedback_weights:
        Profile.objects.filter(subscriber=subscriber).delete()
        return
    opinions = feedback_weights | dict.fromkeys(
        _implicit_negatives(subscriber, feedback_weights), float(IMPLICIT_NEGATIVE)
    )
    rows = Paper.objects.filter(pk__any_of=opinions).order_by("pk").values_list("pk", "embedding", "embedding_model")
    papers = list(rows)
    vectors = embedding.stacked([(raw, name) for _, raw, name in papers])
    values = np.array([opinions[key] for key, *_ in papers], dtype=np.float32)
    weights = fit_weights(vectors, values)
    Profile.keep(subscriber, zip([key for key, *_ in papers], weights.tolist(), strict=True), at)


def learn_new(at: datetime) -> int:
    """Write the profiles of those who gave feedback since theirs was written; return how many."""
    latest = Feedback.objects.values("subscriber").annotate(latest=Max("at"))
    stale = latest.filter(Q(subscriber__profile=None) | Q(latest__gt=F("subscriber__profile__as_of")))
    subscribers = list(stale.order_by("latest").values_list("subscriber", flat=True)[:LEARNING_BATCH])
    learned = 0
    for subscriber in subscribers:
        try:
            with transaction.atomic():
                learn(subscriber, at)
        except Exception:
            logger.exception("subscriber %d: the profile could not be updated", subscriber)
            # Tried again when they give more feedback.
            Profile.keep(subscriber, [], at)
        else:
            learned += 1
    return learned


def _explicit_feedback(subscriber: int, at: datetime) -> dict[int, float]:
    """Return the feedback on each paper, from -1 to 1, less with age; the strongest for each paper counts."""
    rows = Feedback.objects.filter(subscriber=subscriber).order_by("-at").values_list("paper_id", "kind", "at")
    opened = rows.filter(kind=Feedback.Kind.OPENED, subscriber__may_note_opens_since__isnull=False)
    opinions: dict[int, float] = {}
    # Queried separately, so that daily opens do not crowd out explicit feedback.
    for paper, kind, when in (*rows.exclude(kind=Feedback.Kind.OPENED)[:MOST_SAID], *opened[:MOST_OPENED]):
        value = SAYS.get(kind, 0.0) * faded(when, at)
        if value < 0 or (abs(value) > abs(opinions.get(paper, 0)) and opinions.get(paper, 0) >= 0):
            opinions[paper] = value
    return opinions


def _implicit_negatives(subscriber: int, rated: Iterable[int]) -> list[int]:
    """Return papers without feedback that were in the same digests as papers with feedback."""
    digests = Delivery.objects.filter(subscriber=subscriber).order_by("-period")
    rated_keys, others = set(rated), list[int]()
    for content in digests.values_list("content", flat=True)[:MOST_DIGESTS]:
        papers = all_papers_in(content)
        if rated_keys.intersection(papers):
            others += [paper for paper in papers if paper not in rated_keys]
    return list(dict.fromkeys(others))[:MOST_PASSED_OVER]
