"""Learns the weights of score components from an installation's own readers: pure and deterministic.

A pairwise logistic regression (RankNet without a net: Burges et al., ICML 2005) over pairs of papers from one digest:
one the reader liked and one they saw next to it. No weight is negative. The prior is the proportions of today's
weights, so that few opinions change little, and a component that never differs changes nothing.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digest.ranking.scoring import COMPONENTS, WEIGHTS

# How many digests' worth of opinions the prior counts for: with about this many, a weight moves halfway.
_PRIOR_DIGESTS = 20.0
# A score that is higher by 1 multiplies the odds that a paper is liked by e to the power of this.
_TYPICAL_SLOPE = 4.0
_MOST_STEPS, _SMALLEST_STEP = 2000, 1e-9
# However clear the data, a component counts at most this many times as much as before.
_MOST_TIMES = 4.0

PairArray = NDArray[np.float64]


class LearnedScale(NamedTuple):
    """The weights, and the share of pairs in the right order on held-out readers, before and after."""

    weights: dict[str, float]
    right_before: float
    right_after: float


def learn_weights(differences: PairArray, counts: PairArray, halves: NDArray[np.bool_]) -> LearnedScale:
    """Return weights that put liked papers before the others.

    differences: (pairs, components), what each component of COMPONENTS gives the liked paper at WEIGHTS, less what it
    gives the other one. counts: (pairs,), how much each pair counts; the pairs of one digest add up to 1. halves:
    (pairs,), which half of the readers it belongs to: each half is tested with the weights learned from the other.
    """
    usual = np.ones(len(COMPONENTS))
    right_before = right_after = 0.0
    for half in (True, False):
        apart = halves == half
        multiples = _multiples(differences[~apart], counts[~apart])
        right_before += _right(differences[apart], counts[apart], usual)
        right_after += _right(differences[apart], counts[apart], multiples)
    total = max(float(counts.sum()), 1e-12)
    return LearnedScale(_weights_from(_multiples(differences, counts)), right_before / total, right_after / total)


def _weights_from(multiples: NDArray[np.float64], prior: Mapping[str, float] = WEIGHTS) -> dict[str, float]:
    """Return the weight of each component, given as a multiple of the prior: (components,)."""
    return {name: round(prior[name] * float(times), 4) for name, times in zip(COMPONENTS, multiples, strict=True)}


def _multiples(differences: PairArray, counts: PairArray) -> NDArray[np.float64]:
    """Return how many times as much each component counts as before: (components,)."""
    slopes = np.full(differences.shape[1], _TYPICAL_SLOPE)
    if not len(differences):
        return np.ones(len(slopes))
    step, loss = 1.0, _loss(slopes, differences, counts)
    for _ in range(_MOST_STEPS):
        gradient = _gradient(slopes, differences, counts)
        # Step along the gradient, no weight below 0, as far as the loss keeps improving (Armijo).
        while step > _SMALLEST_STEP:
            tried = np.maximum(slopes - step * gradient, 0)
            tried_loss = _loss(tried, differences, counts)
            if tried_loss <= loss - 1e-4 * float(gradient @ (slopes - tried)):
                break
            step /= 2
        else:
            break
        if loss - tried_loss < _SMALLEST_STEP * (1 + loss):
            slopes = tried
            break
        slopes, loss, step = tried, tried_loss, step * 2
    # Only proportions matter for the order; the components' total contribution stays the same, so that thresholds hold.
    usual_share = np.abs(differences).mean(axis=0)
    scale = float(slopes @ usual_share) / float(usual_share.sum()) if usual_share.any() else float(slopes.mean())
    return np.asarray(np.clip(slopes / scale, 0, _MOST_TIMES)) if scale > 0 else np.ones(len(slopes))


def _loss(slopes: NDArray[np.float64], differences: PairArray, counts: PairArray) -> float:
    margins = differences @ slopes
    return float(counts @ np.logaddexp(0, -margins)) + _PRIOR_DIGESTS / 2 * float(np.square(_departure(slopes)).sum())


def _gradient(slopes: NDArray[np.float64], differences: PairArray, counts: PairArray) -> Any:
    margins = differences @ slopes
    # 1 / (1 + e^margin) without overflow.
    wrong = np.exp(-np.logaddexp(0, margins))
    return -(counts * wrong) @ differences + _PRIOR_DIGESTS * _departure(slopes) / _TYPICAL_SLOPE


def _departure(slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each slope's distance from their mean, in typical slopes: the mean may be as steep as the data says."""
    return np.asarray(slopes - slopes.mean()) / _TYPICAL_SLOPE


def _right(differences: PairArray, counts: PairArray, multiples: NDArray[np.float64]) -> float:
    margins = differences @ multiples
    return float(counts @ ((margins > 0) + 0.5 * (margins == 0)))
