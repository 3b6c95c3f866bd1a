"""A small, honest share of papers outside of what a reader asked for: arrays in, arrays out."""

import numpy as np
from numpy.typing import NDArray

from digest.ranking.scoring import Floats, Indices

# A digest with fewer papers of its own has no room for anything else.
LEAST = 5
# Of so many papers that speak for themselves most, one is drawn.
DRAWN_FROM = 5


def explore(
    papers: Indices,
    allowed: NDArray[np.bool_],
    appeal: Floats,
    most: NDArray[np.int64],
    draws: NDArray[np.float64],
) -> tuple[Indices, NDArray[np.bool_]]:
    """Put one allowed paper at the end of each digest of LEAST or more; return papers, and where such a one stands.

    papers: (subscribers, places), -1 where nothing is left. allowed, appeal: (subscribers, papers). most, draws:
    (subscribers,). A digest that is full gives up its last place.
    """
    papers = papers.copy()
    different = np.zeros(papers.shape, dtype=np.bool_)
    filled = (papers >= 0).sum(axis=1)
    rows = np.flatnonzero((filled >= LEAST) & allowed.any(axis=1))
    if not len(rows):
        return papers, different
    tempting = np.where(allowed[rows], appeal[rows], -1)
    size = min(DRAWN_FROM, tempting.shape[1])
    best = np.argpartition(-tempting, size - 1, axis=1)[:, :size]
    best = np.take_along_axis(best, np.argsort(-np.take_along_axis(tempting, best, axis=1), axis=1), axis=1)
    number = np.minimum(allowed[rows].sum(axis=1), size)
    drawn = best[np.arange(len(rows)), (draws[rows] * number).astype(np.intp)]
    place = np.minimum(filled[rows], np.minimum(most[rows], papers.shape[1]) - 1)
    papers[rows, place] = drawn
    different[rows, place] = True
    return papers, different
