"""Preference learning: the weights of one user's opinions, learned from all of them together."""

import numpy as np

from digest.ranking.arrays import Floats

# With fewer opinions, nothing is learned: each counts as it is.
MIN_OPINIONS = 4
# A paper next to a liked one that got no feedback: not liked, but far from disliked.
IMPLICIT_NEGATIVE = np.float32(-0.1)
# How far the other opinions may override one opinion, and how far a paper that was passed over.
RIDGE, RIDGE_IMPLICIT = np.float32(10.0), np.float32(100.0)


def fit_weights(vectors: Floats, opinions: Floats) -> Floats:
    """Return the weight of each paper: (papers,).

    vectors: (papers, dimensions), of length 1 or 0. opinions: (papers,), 1 for liked, -1 for disliked,
    IMPLICIT_NEGATIVE for the day's other papers, each times the share its age leaves. Ridge regression in its dual
    form: two liked papers that say the same share the weight of one, and an outlier that the others speak against
    weighs less. The absolute weights of papers with feedback add up to the same as their absolute opinions.
    """
    explicit = np.abs(opinions) > np.abs(IMPLICIT_NEGATIVE)
    if explicit.sum() < MIN_OPINIONS:
        return np.where(explicit, opinions, 0).astype(np.float32)
    ridge = np.where(explicit, RIDGE, RIDGE_IMPLICIT)
    weights = np.linalg.solve(vectors @ vectors.T + np.diag(ridge), opinions)
    # An opinion can lose its weight but never turn into its opposite.
    weights = np.where(weights * opinions > 0, weights, 0)
    same_size = np.abs(opinions[explicit]).sum() / max(np.abs(weights[explicit]).sum(), 1e-9)
    return np.asarray(weights * same_size, dtype=np.float32)
