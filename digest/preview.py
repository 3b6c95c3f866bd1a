"""What a digest would look like: the latest edition, chosen for wishes that need not be saved."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from digest import planning
from digest.composing.plain import public_papers_by_id
from digest.models import Edition, Feedback, Paper
from digest.planning import Candidates
from digest.ranking import scoring
from digest.ranking.reasons import reason
from subscriptions import wishes
from subscriptions.models import Subscriber, Weight
from subscriptions.wishes import Wishes


@dataclass(frozen=True)
class Taste:
    """All that a choice of papers follows from."""

    wishes: Wishes
    # What was said about papers, by their keys: see digest.models.Feedback.Kind.
    said: dict[int, str] = field(default_factory=dict)
    max_papers: int = 10


class Line(NamedTuple):
    """One paper of a digest, and why it is there: the code of the reason and its argument."""

    paper: Paper
    code: str
    argument: str


@dataclass(frozen=True)
class Preview:
    """The papers of a digest, best first, out of how many of which edition; no edition is out at first."""

    edition: Edition | None
    lines: list[Line]
    of: int


def taste_of(subscriber: Subscriber) -> Taste:
    """Return the taste of a subscriber, as it is saved."""
    return Taste(wishes.read(subscriber), said_by(subscriber), subscriber.max_papers)


def said_by(subscriber: Subscriber) -> dict[int, str]:
    """Return what a subscriber said for or against papers."""
    return dict(Feedback.objects.opinions().filter(subscriber=subscriber).values_list("paper", "kind"))


def preview(taste: Taste) -> Preview:
    """Return the digest that the latest edition would make for a taste."""
    offer = planning.candidates(None)
    chosen = choose(taste, offer)
    papers = public_papers_by_id({key for key, *_ in chosen})
    lines = [Line(papers[key], code, argument) for key, code, argument in chosen if key in papers]
    return Preview(offer.newest, lines, len(offer.papers))


def choose(taste: Taste, offer: Candidates) -> list[tuple[int, str, str]]:
    """Return what a taste is given of an offer, best first: key of the paper, code of the reason, its argument."""
    column = {topic.pk: index for index, topic in enumerate(offer.topics)}
    follows = np.zeros((1, len(column)), dtype=np.float32)
    for topic, weight in taste.wishes.weights.items():
        if topic in column and weight != Weight.NEVER:
            follows[0, column[topic]] = weight
    matches = scoring.match(follows, offer.tags) if follows.any() else np.ones((1, len(offer.papers)), np.float32)
    refused = [
        column[topic] for topic, weight in taste.wishes.weights.items() if weight == Weight.NEVER and topic in column
    ]
    never = offer.tags[:, refused].any(axis=1)
    scores = np.where(never, 0, scoring.score(matches, offer.pinned)).astype(np.float32)
    best = scoring.best(scores, taste.max_papers)
    topics = scoring.strongest_topic(follows, offer.tags, best)
    return [
        (
            offer.papers[paper],
            *reason(offer.topics[topic].name if topic >= 0 else "", is_pinned=bool(offer.pinned[paper])),
        )
        for paper, topic in zip(best[0].tolist(), topics[0].tolist(), strict=True)
        if paper >= 0
    ]
