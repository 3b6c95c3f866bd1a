"""Ranking: which candidates each user gets, and why. Pure functions on arrays; `rank` is the entry point.

This module exports what other packages use. The input features are made with `affinity`, `similarity`, `co_likes` and
`tfidf`, which are imported directly.

The formula and how it was found: docs/ranking.md.
"""

from digest.ranking.arrays import (
    NO_MASK,
    ZERO,
    Bools,
    CandidateFeatures,
    Floats,
    Indices,
    Limits,
    Ranking,
    ScoreComponents,
    ScoredCandidates,
    Selection,
    UserFeatures,
)
from digest.ranking.diversity import redundancy
from digest.ranking.interleaving import CHALLENGERS, Challenger, Ranker
from digest.ranking.pipeline import rank, rank_relevant
from digest.ranking.preference_learning import IMPLICIT_NEGATIVE, fit_weights
from digest.ranking.reasons import REASON_CODES, Reason
from digest.ranking.scoring import COMPONENTS, WEIGHTS, weighted_component
from digest.ranking.vote_decay import vote_score
from digest.ranking.weight_learning import learn_weights

__all__ = [
    "CHALLENGERS",
    "COMPONENTS",
    "IMPLICIT_NEGATIVE",
    "NO_MASK",
    "REASON_CODES",
    "WEIGHTS",
    "ZERO",
    "Bools",
    "CandidateFeatures",
    "Challenger",
    "Floats",
    "Indices",
    "Limits",
    "Ranker",
    "Ranking",
    "Reason",
    "ScoreComponents",
    "ScoredCandidates",
    "Selection",
    "UserFeatures",
    "fit_weights",
    "learn_weights",
    "rank",
    "rank_relevant",
    "redundancy",
    "vote_score",
    "weighted_component",
]
