"""Diversity by maximal marginal relevance: ten papers, not the same one ten times. Arrays in, arrays out."""

import numpy as np

from digest.ranking.arrays import Floats, Indices

# What a paper loses if it is the same as one before it; the penalty starts at this cosine of embeddings.
MAX_PENALTY = np.float32(0.6)
REDUNDANCY_THRESHOLD = np.float32(0.5)
# Only the best of many candidates are considered: this many times the limit.
SHORTLIST_FACTOR = 3
EXCLUDED = np.float32(-1e9)


def redundancy(vectors: Floats) -> Floats:
    """Return the redundancy penalty of each paper for those after it: (papers, papers), from 0 to MAX_PENALTY."""
    penalties: Floats = vectors @ vectors.T
    # In place: with thousands of papers this is a hundred megabytes.
    penalties -= REDUNDANCY_THRESHOLD
    penalties *= MAX_PENALTY / (1 - REDUNDANCY_THRESHOLD)
    return np.clip(penalties, 0, MAX_PENALTY, out=penalties)


def select_diverse(scores: Floats, penalties: Floats, limit: int, diversity_weight: Floats) -> Indices:
    """Return the papers of each user, best first: (users, at most `limit`), -1 where nothing is left.

    scores: (users, papers), 0 or less for papers that are not eligible. penalties: see `redundancy`. diversity_weight:
    (users,), how much the penalties count for each: 0 keeps the order of the scores. Each position goes to the paper
    with the highest score after the penalties for the papers before it (maximal marginal relevance: Carbonell and
    Goldstein, SIGIR 1998). Of equals, the earlier one comes first; mostly `scoring.curator_order` has decided before.
    A paper can be moved down but never out.
    """
    limit = min(limit, scores.shape[1])
    remaining = np.where(scores > 0, scores, EXCLUDED)
    shortlist = _shortlist(remaining, limit)
    remaining = np.take_along_axis(remaining, shortlist, axis=1)
    rows = np.arange(len(scores))
    selected = np.full((len(scores), limit), -1, dtype=np.intp)
    penalty = np.zeros_like(remaining)
    for place in range(limit):
        pick = (remaining - penalty).argmax(axis=1)
        paper = shortlist[rows, pick]
        selected[:, place] = np.where(remaining[rows, pick] > 0, paper, -1)
        remaining[rows, pick] = EXCLUDED
        if place + 1 < limit:
            np.maximum(penalty, penalties[paper[:, None], shortlist] * diversity_weight[:, None], out=penalty)
    return selected


def _shortlist(scores: Floats, limit: int) -> Indices:
    """Return the best papers of each user, in the order of the candidates: (users, shortlist)."""
    size = max(limit * SHORTLIST_FACTOR, 30)
    if scores.shape[1] <= size:
        return np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    shortlist = np.argpartition(-scores, size - 1, axis=1)[:, :size]
    shortlist.sort(axis=1)
    return shortlist
