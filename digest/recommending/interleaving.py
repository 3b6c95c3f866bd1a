"""Interleaving: chooses the digests in which a second ranker takes turns, at random but the same on every run."""

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from digest.ranking import CHALLENGERS, Challenger
from digest.recommending.learned_weights import newest_weights


def challenger_for(draws: NDArray[np.float64]) -> Challenger | None:
    """Return the ranker to compare with the usual one; None while no reader takes part, or nothing was learned.

    draws: (subscribers,), from 0 to 1. Who takes part is independent of what else the draws decide.
    """
    if settings.INTERLEAVE_SHARE <= 0:
        return None
    weights = newest_weights() if settings.INTERLEAVE_WITH == "learned" else CHALLENGERS[settings.INTERLEAVE_WITH]
    if weights is None:
        return None
    chance = np.modf(draws * 7919)[0]
    return Challenger(weights, chance < settings.INTERLEAVE_SHARE, chance)
