"""One reader's model: what each paper they have an opinion on weighs, learned from all of them at once."""

import numpy as np

from digest.ranking.scoring import Floats

# With fewer opinions nothing is learned: each counts as it is.
ENOUGH = 4
# What was beside a liked paper and drew no word: not liked, and far from disliked.
PASSED_OVER = np.float32(-0.1)
# How far one opinion may be doubted for the sake of the others, and how far a paper that was passed over.
DOUBT, DOUBT_PASSED_OVER = np.float32(2.0), np.float32(20.0)


def learn(vectors: Floats, opinions: Floats) -> Floats:
    """Return the weight of each paper: (papers,).

    vectors: (papers, dimensions), of length 1 or 0. opinions: (papers,), 1 for liked, -1 for disliked, PASSED_OVER for
    the day's other papers, each times its age's share. Ridge regression in its dual form: two liked papers that say the
    same share what one would weigh, and an odd one that the others speak against weighs less. The weights of what
    drew a word sum up, in size, to what the opinions do.
    """
    said = np.abs(opinions) > np.abs(PASSED_OVER)
    if said.sum() < ENOUGH:
        return np.where(said, opinions, 0).astype(np.float32)
    doubt = np.where(said, DOUBT, DOUBT_PASSED_OVER)
    weights = np.linalg.solve(vectors @ vectors.T + np.diag(doubt), opinions)
    # An opinion can lose its weight, and never turn into its opposite.
    weights = np.where(weights * opinions > 0, weights, 0)
    same_size = np.abs(opinions[said]).sum() / max(np.abs(weights[said]).sum(), 1e-9)
    return np.asarray(weights * same_size, dtype=np.float32)
