"""Scoring: how well papers match users; arrays in, arrays out, deterministic."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from digest.ranking.arrays import Floats, Indices, ScoreComponents, ScoredCandidates

# A pinned paper comes before every paper that is not pinned; nothing else adds up to this.
PIN_BONUS = np.float32(8.0)
# The curator's order decides between equals; it never outweighs half a hundredth of a match.
ORDER_BONUS = np.float32(0.005)

# A full match of a topic the user wants more of.
MAX_TOPIC_MATCH = np.float32(2.0)
# The weight of each score component. The ratio of affinity to votes is the one the evaluation found best.
WEIGHTS = {"topic": 1.0, "keyword": 0.7, "author": 0.9, "affinity": 0.8, "votes": 0.15, "novelty": 0.02}

COMPONENTS = ScoreComponents._fields


def weighted_sum(components: ScoreComponents, weights: Mapping[str, float] = WEIGHTS) -> Floats:
    """Return the weighted sum of the components: (users, candidates)."""
    total: Any = sum(np.float32(weights[name]) * getattr(components, name) for name in COMPONENTS)
    return np.asarray(total, dtype=np.float32)


def weighted_component(scored: ScoredCandidates, name: str, papers: Indices) -> Floats:
    """Return what one component adds to the score of each of these papers, in the given order: (users, positions)."""
    component = np.broadcast_to(getattr(scored.components, name), scored.scores.shape)
    return np.asarray(WEIGHTS[name] * component[np.arange(len(papers))[:, None], papers])


def topic_match(follows: Floats, tags: Floats) -> Floats:
    """Return how well each paper matches what each user follows, from 0 to 1, up to 2 for more than usual.

    follows: (users, topics), 1 if followed, higher or lower for more or less of it. tags: (papers, topics), the
    score of each tag. The best followed topic counts in full and any other a tenth, so that a paper on two of them
    comes first. Out: (users, papers).
    """
    best = np.zeros((len(follows), len(tags)), dtype=np.float32)
    total = follows @ tags.T
    # Going topic by topic limits memory to users × papers.
    for topic in range(tags.shape[1]):
        np.maximum(best, np.outer(follows[:, topic], tags[:, topic]), out=best)
    return np.minimum(best + 0.1 * (total - best), MAX_TOPIC_MATCH).astype(np.float32)


def curator_order(papers: int) -> Floats:
    """Return what the curator's order adds to each score: (papers,)."""
    return (ORDER_BONUS * (1 - np.arange(papers) / max(papers, 1))).astype(np.float32)


def strongest_topic(follows: Floats, tags: Floats, papers: Indices) -> Indices:
    """Return the strongest followed topic of each selected paper, or -1. Shapes as in `topic_match`."""
    if 0 in (tags.size, follows.size):
        return np.full_like(papers, -1)
    weights: Any = follows[:, None, :] * tags[papers]
    return np.where(weights.max(axis=2) > 0, weights.argmax(axis=2), -1)
