"""How much votes weigh in digests, and how that fades; on the trending page: digest.community.votes."""

import numpy as np

from digest.ranking.arrays import Floats

# This many votes reach the full score; a vote counts half after this many days.
SATURATING_VOTES = 100
VOTE_HALF_LIFE = 3.0


def vote_score(count: Floats, age: Floats) -> Floats:
    """Return the weight of this many votes, from 0 to 1: (1, papers).

    count: (papers,). age: (papers,), in days. The first votes count most (a logarithm), and old votes count less.
    """
    fresh = np.maximum(count, 0) * 0.5 ** (np.maximum(age, 0) / VOTE_HALF_LIFE)
    return np.asarray(np.minimum(np.log1p(fresh) / np.log1p(SATURATING_VOTES), 1), dtype=np.float32)[None, :]
