"""Co-likes, or item-based collaborative filtering: papers liked by the same users are similar, whatever their words."""

from __future__ import annotations

import numpy as np

from digest.ranking.arrays import Floats
from digest.ranking.sparse_matrix import SparseMatrix

# A paper with few likes says little, so this many are added to its count.
SHRINKAGE = 5
# For `common_likes`: this many are added to each user's likes.
USER_SHRINKAGE = 300


def co_like_similarity(known_papers: SparseMatrix, others: SparseMatrix, likes_per_user: Floats) -> Floats:
    """Return the co-like similarity of each pair of papers, from 0 to 1: (known, others).

    known: (users, known papers), others: (users, other papers), 1 where liked. likes_per_user: (users,), how many
    papers each likes in all; each like of a user with many says less. A cosine, with SHRINKAGE.
    """
    weight = 1 / np.log1p(np.maximum(likes_per_user, 1))
    weighted = others.with_values(others.values * weight[others.rows])
    shared = known_papers.transposed.times_transposed(weighted.transposed)
    return _shrunk_norm(known_papers)[:, None] * shared * _shrunk_norm(others)


def common_likes(known_papers: SparseMatrix, others: SparseMatrix, likes_per_user: Floats) -> Floats:
    """Return how many users like both papers of each pair, with less weight for users with many likes: (known, others).

    Shapes as in `co_like_similarity`, but this is not a cosine: papers that many like count for more. It is what is
    left of EASE (Steck, WWW 2019) when the ridge is so high that likes of different users hardly explain each other.
    """
    weighted = others.with_values(others.values / (USER_SHRINKAGE + likes_per_user[others.rows]))
    return known_papers.transposed.times_transposed(weighted.transposed)


def _shrunk_norm(likes: SparseMatrix) -> Floats:
    """Return 1 / sqrt(likes + SHRINKAGE) of each paper: (papers,)."""
    norm: Floats = 1 / np.sqrt(likes.column_sums() + np.float32(SHRINKAGE))
    return norm
