"""What a reader's likes say about other papers: arrays in, arrays out."""

import numpy as np
from scipy import sparse

from digest.ranking.scoring import Floats

# How much "liked by the same readers" counts beside closeness; found on one half of the readers of the evaluation.
TOGETHER = np.float32(60.0)
# What is so much closer than usual counts as three quarters of a full match.
FULL = np.float32(3.0)


def kernel(close: Floats, together: Floats | None = None) -> Floats:
    """Return what liking each known paper says about each other one: (known, others), both as in their modules."""
    return close if together is None else close + TOGETHER * together


def taste(weights: sparse.csr_array, says: Floats) -> Floats:
    """Return how much each paper is to each reader's taste, from -1 to 1; 0 for readers of whom nothing is known.

    weights: (readers, known), positive for liked, negative for disliked, smaller with age. says: see `kernel`.
    Out: (readers, papers).
    """
    size = np.abs(weights).sum(axis=1)
    # Weights fade with age. Where little is left of them, they say little.
    mean = (weights @ says) / np.maximum(size, 1)[:, None]
    return np.tanh(mean / FULL).astype(np.float32)  # type: ignore[no-any-return]


def nearest(weights: sparse.csr_array, says: Floats, reader: int, paper: int) -> int:
    """Return the known paper of a reader that speaks most for a paper, or -1."""
    first, last = weights.indptr[reader], weights.indptr[reader + 1]
    rows = weights.indices[first:last]
    spoken = weights.data[first:last] * says[rows, paper]
    return int(rows[spoken.argmax()]) if len(rows) and spoken.max() > 0 else -1
