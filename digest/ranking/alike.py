"""Readers alike: papers liked by the same readers belong together, whatever their words."""

import numpy as np
from scipy import sparse

from digest.ranking.scoring import Floats

# A paper with few likes says little: so many are added to its count.
CAUTION = 5


def liked_together(known: sparse.csr_array, others: sparse.csr_array, per_reader: Floats) -> Floats:
    """Return how much each pair of papers is liked by the same readers, from 0 to 1: (known, others).

    known: (readers, known papers), others: (readers, other papers), 1 where liked. per_reader: (readers,), how many
    papers each likes in all; who likes many says less with each. A cosine, with CAUTION.
    """
    weighted = sparse.diags_array(1 / np.log1p(np.maximum(per_reader, 1))) @ others
    both = (known.T @ weighted).toarray()
    return _cautious(known)[:, None] * both * _cautious(others)  # type: ignore[no-any-return]


def _cautious(likes: sparse.csr_array) -> Floats:
    """Return 1 over the root of how often each paper is liked."""
    return (1 / np.sqrt(np.asarray(likes.sum(axis=0)).ravel() + CAUTION)).astype(np.float32)  # type: ignore[no-any-return]
