"""Why a paper is in a digest, as stored with it: a code and its argument."""

from enum import StrEnum

import numpy as np

from digest.ranking import scoring
from digest.ranking.arrays import CandidateFeatures, Indices, ScoredCandidates, Selection


class Reason(StrEnum):
    """What weighed most for a paper."""

    TOPIC = "topic"
    KEYWORD = "keyword"
    AUTHOR = "author"
    LIKED = "liked"
    # Like LIKED, but the paper that speaks most for it was only opened, with no other feedback.
    OPENED = "opened"
    # Like LIKED, but what speaks most for it is what the user wrote about their interests.
    OWN_WORDS = "own words"
    PINNED = "pinned"
    VOTED = "voted"
    DIFFERENT = "different"
    EDITION = "edition"


# The score components that are about the user, in the order of `ScoreComponents`, and their reasons.
PERSONAL_REASONS = {"topic": Reason.TOPIC, "keyword": Reason.KEYWORD, "author": Reason.AUTHOR, "affinity": Reason.LIKED}
REASON_CODES = tuple(Reason)


def strongest_reasons(scored: ScoredCandidates, candidates: CandidateFeatures, selection: Selection) -> Indices:
    """Return the strongest reason for each selected paper, as an index into REASON_CODES: (users, positions)."""
    weights = [scoring.weighted_component(scored, name, selection.papers) for name in PERSONAL_REASONS]
    personal = np.argmax(weights, axis=0)
    # Nothing personal: the curator's pick, then the most voted, then the edition.
    votes = np.broadcast_to(candidates.votes, (1, len(candidates.pinned)))[0]
    most_voted = (votes > 0) & (votes == votes.max(initial=0))
    impersonal = np.where(
        candidates.pinned,
        REASON_CODES.index(Reason.PINNED),
        np.where(most_voted, REASON_CODES.index(Reason.VOTED), len(REASON_CODES) - 1),
    )
    codes = np.array([REASON_CODES.index(code) for code in PERSONAL_REASONS.values()])[personal]
    codes = np.where(np.max(weights, axis=0) > 0, codes, impersonal[selection.papers])
    return np.where(selection.exploratory, REASON_CODES.index(Reason.DIFFERENT), codes)
