"""How well papers fit subscribers: arrays in, arrays out, the same for the same input."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

# A pinned paper comes before every paper that is not; nothing else adds up to this.
PINNED = np.float32(8.0)
# The curator's order decides among equals, and never over half a hundredth of a match.
ORDER = np.float32(0.005)

# A match in full of a topic of which one wants more.
MOST_WANTED = np.float32(2.0)
# What each part of a score weighs. Taste and votes stand to each other as the evaluation found best.
WEIGHTS = {"topic": 1.0, "keyword": 0.7, "author": 0.9, "taste": 0.8, "votes": 0.15, "novelty": 0.02}

# So many votes count in full, and a vote half after so many days.
MANY_VOTES = 100
VOTE_HALF_LIFE = 3.0

NOTHING = np.zeros((1, 1), dtype=np.float32)


class Parts(NamedTuple):
    """What speaks for and against papers: each (subscribers, papers), or 1 where it is the same for all.

    From 0 to 1, but: a topic can count up to 2 for who wants more of it, and taste goes down to -1.
    """

    topic: Floats = NOTHING
    keyword: Floats = NOTHING
    author: Floats = NOTHING
    taste: Floats = NOTHING
    votes: Floats = NOTHING
    novelty: Floats = NOTHING


NAMES = Parts._fields


def total(parts: Parts, weights: Mapping[str, float] = WEIGHTS) -> Floats:
    """Return what the parts add up to: (subscribers, papers)."""
    weighted: Any = sum(np.float32(weights[name]) * getattr(parts, name) for name in NAMES)
    return np.asarray(weighted, dtype=np.float32)


def votes(count: Floats, age: Floats) -> Floats:
    """Return what so many votes weigh, from 0 to 1: (1, papers).

    count: (papers,). age: (papers,), in days. The first votes count most (a logarithm), and old ones less.
    """
    fresh = np.maximum(count, 0) * 0.5 ** (np.maximum(age, 0) / VOTE_HALF_LIFE)
    return np.asarray(np.minimum(np.log1p(fresh) / np.log1p(MANY_VOTES), 1), dtype=np.float32)[None, :]


def match(follows: Floats, tags: Floats) -> Floats:
    """Return how well each paper matches what each subscriber follows, from 0 to 1, up to 2 for more than usual.

    follows: (subscribers, topics), 1 where followed, more or less for more or less of it. tags: (papers, topics), the
    score of each tag. The best followed topic counts in full and a second one a tenth, so that a paper on two of them
    comes first. Out: (subscribers, papers).
    """
    best = np.zeros((len(follows), len(tags)), dtype=np.float32)
    total = follows @ tags.T
    # Topic by topic keeps the memory at subscribers × papers.
    for topic in range(tags.shape[1]):
        np.maximum(best, np.outer(follows[:, topic], tags[:, topic]), out=best)
    return np.minimum(best + 0.1 * (total - best), MOST_WANTED).astype(np.float32)


def order(papers: int) -> Floats:
    """Return what the curator's order adds: (papers,)."""
    return (ORDER * (1 - np.arange(papers) / max(papers, 1))).astype(np.float32)


def strongest_topic(follows: Floats, tags: Floats, chosen: Indices) -> Indices:
    """Return, for each chosen paper, the followed topic that weighed most, or -1. Shapes as in `match` and `best`."""
    if 0 in (tags.size, follows.size):
        return np.full_like(chosen, -1)
    weights: Any = follows[:, None, :] * tags[chosen]
    return np.where(weights.max(axis=2) > 0, weights.argmax(axis=2), -1)
