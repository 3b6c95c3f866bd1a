"""Of everything new only what fits: no whole editions, no curator's pick, nothing to explore. Arrays in, arrays out."""

import numpy as np
from numpy.typing import NDArray

from digest.ranking import diversity
from digest.ranking.choosing import TO_TASTE, Chosen, Offer, Ranked, Readers, rank


def rank_matching(readers: Readers, offer: Offer) -> Ranked:
    """Score every paper for every subscriber as `choosing.rank` does, and 0 where nothing of theirs is in it."""
    ranked = rank(readers, offer)
    parts = ranked.parts
    fits = (parts.topic > 0) | (parts.keyword > 0) | (parts.author > 0) | (parts.taste > TO_TASTE)
    return ranked._replace(scores=np.where(fits, ranked.scores, 0).astype(np.float32))


def choose_matching(ranked: Ranked, offer: Offer, most: NDArray[np.int64]) -> Chosen:
    """Choose each subscriber's papers, best first and unlike each other. most: (subscribers,), how many they want."""
    care = np.ones(len(ranked.scores), dtype=np.float32)
    papers = diversity.best(ranked.scores, offer.same, int(most.max(initial=0)), care)
    papers[np.arange(papers.shape[1]) >= most[:, None]] = -1
    return Chosen(papers, np.zeros(papers.shape, dtype=np.bool_))
