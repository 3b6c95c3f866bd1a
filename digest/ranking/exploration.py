"""Exploration: a small share of papers outside what a user asked for. Arrays in, arrays out."""

import numpy as np
from numpy.typing import NDArray

from digest.ranking.arrays import Floats, Indices

# A digest with fewer papers has no room for exploration.
MIN_DIGEST_SIZE = 5
# One paper is drawn from this many with the highest appeal.
POOL_SIZE = 5


def explore(
    papers: Indices,
    allowed: NDArray[np.bool_],
    appeal: Floats,
    limits: NDArray[np.int64],
    draws: NDArray[np.float64],
) -> tuple[Indices, NDArray[np.bool_]]:
    """Put an allowed paper at the end of each digest of MIN_DIGEST_SIZE or more; return papers and which were added.

    papers: (users, positions), -1 where nothing is left. allowed, appeal: (users, papers). limits, draws:
    (users,). A full digest gives up its last position.
    """
    papers = papers.copy()
    exploratory = np.zeros(papers.shape, dtype=np.bool_)
    filled = (papers >= 0).sum(axis=1)
    rows = np.flatnonzero((filled >= MIN_DIGEST_SIZE) & allowed.any(axis=1))
    if not len(rows):
        return papers, exploratory
    allowed_appeal = np.where(allowed[rows], appeal[rows], -1)
    size = min(POOL_SIZE, allowed_appeal.shape[1])
    best = np.argpartition(-allowed_appeal, size - 1, axis=1)[:, :size]
    best = np.take_along_axis(best, np.argsort(-np.take_along_axis(allowed_appeal, best, axis=1), axis=1), axis=1)
    pool_sizes = np.minimum(allowed[rows].sum(axis=1), size)
    drawn = best[np.arange(len(rows)), (draws[rows] * pool_sizes).astype(np.intp)]
    place = np.minimum(filled[rows], np.minimum(limits[rows], papers.shape[1]) - 1)
    papers[rows, place] = drawn
    exploratory[rows, place] = True
    return papers, exploratory
