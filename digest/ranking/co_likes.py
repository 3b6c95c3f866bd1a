"""Co-likes, or item-based collaborative filtering: papers liked by the same users are alike, whatever their words."""

from __future__ import annotations

import numpy as np

from digest.ranking.arrays import Floats
from digest.ranking.sparse_matrix import SparseMatrix

# A paper with few likes says little: so many are added to its count.
SHRINKAGE = 5
# Of likes that are added up: so many are added to those of each user.
USER_SHRINKAGE = 300


def co_like_similarity(known_papers: SparseMatrix, others: SparseMatrix, likes_per_user: Floats) -> Floats:
    """Return the co-like similarity of each pair of papers, from 0 to 1: (known, others).

    known: (users, known papers), others: (users, other papers), 1 where liked. likes_per_user: (users,), how many
    papers each likes in all; who likes many says less with each. A cosine, with SHRINKAGE.
    """
    weight = 1 / np.log1p(np.maximum(likes_per_user, 1))
    weighted = others.with_values(others.values * weight[others.rows])
    shared = known_papers.transposed.times_transposed(weighted.transposed)
    return _shrunk_norm(known_papers)[:, None] * shared * _shrunk_norm(others)


def common_likes(known_papers: SparseMatrix, others: SparseMatrix, likes_per_user: Floats) -> Floats:
    """Return how many users like both papers of each pair, and who likes many counts less: (known, others).

    Shapes as in `co_like_similarity`, of which this is no cosine: what many like counts for more. It is what is left of
    EASE (Steck, WWW 2019), where the ridge is so high that likes of different users hardly explain each other.
    """
    weighted = others.with_values(others.values / (USER_SHRINKAGE + likes_per_user[others.rows]))
    return known_papers.transposed.times_transposed(weighted.transposed)


def _shrunk_norm(likes: SparseMatrix) -> Floats:
    """Return 1 over the root of the likes of each paper and SHRINKAGE: (papers,)."""
    norm: Floats = 1 / np.sqrt(likes.column_sums() + np.float32(SHRINKAGE))
    return norm
