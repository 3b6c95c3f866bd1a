"""Metrics of a ranking, and their confidence intervals."""

from dataclasses import dataclass

import numpy as np

from digest.metrics.evaluation.readers import RELEVANT_PER_TRIAL
from digest.ranking.arrays import Floats, Indices

TOP = 10
RESAMPLES = 2000
_DISCOUNT: Floats = (1 / np.log2(np.arange(2, TOP + 2))).astype(np.float32)


@dataclass(frozen=True)
class Interval:
    """A mean over readers and its 95% confidence interval."""

    mean: float
    low: float
    high: float


def top(scores: Floats) -> Indices:
    """Return each reader's ten best candidates: (readers, 10). Ties are ordered at random, the same on every run."""
    noise = np.random.default_rng(1).random(scores.shape)
    return np.lexsort((noise, -scores), axis=1)[:, :TOP]


def ndcg(best: Indices) -> Floats:
    """Return nDCG@10 of each reader: 1 if the five relevant papers come first."""
    return np.asarray(
        (best < RELEVANT_PER_TRIAL) @ (_DISCOUNT / _DISCOUNT[:RELEVANT_PER_TRIAL].sum()), dtype=np.float32
    )


def hit(best: Indices) -> Floats:
    """Return 1 for each reader with at least one of the five relevant papers in the top ten, else 0."""
    return np.asarray((best < RELEVANT_PER_TRIAL).any(axis=1), dtype=np.float32)


def diversity(papers: Indices, vectors: Floats) -> Floats:
    """Return how different from each other each reader's ten papers are: the mean of 1 - cosine."""
    lists = vectors[papers]
    cosines = np.einsum("rid,rjd->rij", lists, lists)
    pairs = papers.shape[1] * (papers.shape[1] - 1)
    values: Floats = 1 - (cosines.sum(axis=(1, 2)) - np.trace(cosines, axis1=1, axis2=2)) / pairs
    return values


def coverage(papers: Indices, offered: Indices) -> float:
    """Return the share of all candidate papers that are in any reader's top ten."""
    return len(np.unique(papers)) / len(np.unique(offered))


def interval(values: Floats) -> Interval:
    """Return the mean with its 95% interval, by resampling readers (bootstrap)."""
    chance = np.random.default_rng(2)
    means = [values[chance.integers(len(values), size=len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))
