"""Affinity: how much users may like papers, from their opinions on other papers. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from digest.ranking.arrays import Floats, Indices
from digest.ranking.sparse_matrix import SparseMatrix

# Tuned on one half of the evaluation's users: see docs/ranking.md.
CO_LIKE_WEIGHT = np.float32(90.0)
AUDIENCE_WEIGHT = np.float32(7.5)
WHITENED_WEIGHT = np.float32(23.0)
COMMON_LIKES_WEIGHT = np.float32(35.0)
# With this many opinions, whitened similarity counts as much as the plain one; with more, it counts more.
OPINIONS_FOR_HALF = np.float32(20.0)
# A similarity this far above the baseline counts as half of a full match; twice as far counts as two thirds.
FULL_MATCH = np.float32(4.0)


@dataclass(frozen=True)
class ItemSimilarities:
    """Item-item similarities, each (known, others): plain for few opinions, whitened for many."""

    plain: Floats
    whitened: Floats

    def __getitem__(self, rows: Indices) -> ItemSimilarities:
        """Return the similarities of some of the known papers."""
        return ItemSimilarities(self.plain[rows], self.whitened[rows])

    def followed_by(self, more: ItemSimilarities) -> ItemSimilarities:
        """Return these similarities followed by those of more known papers."""
        return ItemSimilarities(np.vstack([self.plain, more.plain]), np.vstack([self.whitened, more.whitened]))


class LikeSimilarities(NamedTuple):
    """What other users' likes say about each pair, each (known, others): see `co_likes` and `audience`."""

    co_likes: Floats
    common_likes: Floats
    audience: Floats


def item_similarities(
    standardized: Floats, whitened: Floats, likes: LikeSimilarities | None = None
) -> ItemSimilarities:
    """Combine what texts and likes say about each pair of papers."""
    if likes is None:
        return ItemSimilarities(standardized, WHITENED_WEIGHT * whitened)
    plain = standardized + CO_LIKE_WEIGHT * likes.co_likes + AUDIENCE_WEIGHT * likes.audience
    return ItemSimilarities(plain, WHITENED_WEIGHT * (whitened + COMMON_LIKES_WEIGHT * likes.common_likes))


def affinity(weights: SparseMatrix, similarities: ItemSimilarities) -> Floats:
    """Return the affinity of each user to each paper, from -1 to 1; 0 for users without opinions.

    weights: (users, known), positive for liked, negative for disliked, smaller with age. Out: (users, papers).
    """
    size = weights.with_values(np.abs(weights.values)).row_sums()
    # Weights fade with age. When little is left of them, they say little.
    per_opinion = 1 / np.maximum(size, 1)
    share = whitened_share(size)
    plain, whitened = ((per_opinion * part)[weights.rows] * weights.values for part in (1 - share, share))
    match = weights.with_values(plain) @ similarities.plain
    match += weights.with_values(whitened) @ similarities.whitened
    # Different matches stay different, however strong both are: the hyperbolic tangent would run out of digits.
    return np.asarray(match / (np.abs(match) + FULL_MATCH), dtype=np.float32)


def whitened_share(size: Floats) -> Floats:
    """Return the share of the whitened similarity, from 0 to 1, for users whose opinions have these total sizes."""
    return np.asarray(size / (size + OPINIONS_FOR_HALF), dtype=np.float32)


def strongest_known_paper(weights: SparseMatrix, similarities: ItemSimilarities, user: int, paper: int) -> int:
    """Return the user's liked paper that speaks most for a paper, or -1: a disliked paper is never the reason."""
    cells = slice(weights.starts[user], weights.starts[user + 1])
    share = float(whitened_share(np.abs(weights.values[cells]).sum()))
    liked = weights.values[cells] > 0
    rows, values = weights.columns[cells][liked], weights.values[cells][liked]
    if not len(rows):
        return -1
    support = values * ((1 - share) * similarities.plain[rows, paper] + share * similarities.whitened[rows, paper])
    return int(rows[support.argmax()]) if support.max() > 0 else -1
