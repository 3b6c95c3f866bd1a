"""Ten papers, and not ten times the same: arrays in, arrays out."""

import numpy as np

from digest.ranking.scoring import Floats, Indices

# What a paper loses for being the same as one that stands before it, by the cosine of their embeddings above ALIKE.
PENALTY = np.float32(0.6)
ALIKE = np.float32(0.5)
# Of a long offer, only the best are looked at: so many times the papers that are wanted.
SHORTLIST = 3
NOT_WANTED = np.float32(-1e9)


def sameness(vectors: Floats) -> Floats:
    """Return what each paper takes from each other one that comes after it: (papers, papers), from 0 to PENALTY."""
    same: Floats = vectors @ vectors.T
    # In place: of thousands of papers it is a hundred megabytes.
    same -= ALIKE
    same *= PENALTY / (1 - ALIKE)
    return np.clip(same, 0, PENALTY, out=same)


def best(scores: Floats, same: Floats, most: int, care: Floats) -> Indices:
    """Return the papers of each subscriber, best first: (subscribers, at most `most`), -1 where nothing is left.

    scores: (subscribers, papers), at most 0 for what is not wanted. same: see `sameness`. care: (subscribers,), how
    much it counts for each: 0 leaves the order of the scores. Each place goes to the paper with the highest score after
    what the papers before it take (maximal marginal relevance: Carbonell and Goldstein, SIGIR 1998). Of equals the
    earlier one comes first. A paper is moved down, and never out.
    """
    most = min(most, scores.shape[1])
    left = np.where(scores > 0, scores, NOT_WANTED)
    short = _shortlist(left, most)
    left = np.take_along_axis(left, short, axis=1)
    rows = np.arange(len(scores))
    chosen = np.full((len(scores), most), -1, dtype=np.intp)
    taken = np.zeros_like(left)
    for place in range(most):
        pick = (left - taken).argmax(axis=1)
        paper = short[rows, pick]
        chosen[:, place] = np.where(left[rows, pick] > 0, paper, -1)
        left[rows, pick] = NOT_WANTED
        if place + 1 < most:
            np.maximum(taken, same[paper[:, None], short] * care[:, None], out=taken)
    return chosen


def _shortlist(scores: Floats, most: int) -> Indices:
    """Return the best papers of each subscriber, in the order of the offer: (subscribers, shortlist)."""
    size = max(most * SHORTLIST, 30)
    if scores.shape[1] <= size:
        return np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    short = np.argpartition(-scores, size - 1, axis=1)[:, :size]
    short.sort(axis=1)
    return short
