"""Why a paper is in a digest, as it is frozen there: a code and its argument."""

from enum import StrEnum

import numpy as np

from digest.ranking import scoring
from digest.ranking.arrays import CandidateFeatures, Indices, ScoredCandidates, Selection


class Reason(StrEnum):
    """What weighed most."""

    TOPIC = "topic"
    KEYWORD = "keyword"
    AUTHOR = "author"
    LIKED = "liked"
    # As LIKED, where what speaks most for it was opened and no word said about it.
    OPENED = "opened"
    # As LIKED, where what speaks most for it is what the user wrote of their interests.
    OWN_WORDS = "own words"
    PINNED = "pinned"
    VOTED = "voted"
    DIFFERENT = "different"
    EDITION = "edition"


# The score components that are about the user, in the order of `ScoreComponents`, and what each is called.
PERSONAL_REASONS = {"topic": Reason.TOPIC, "keyword": Reason.KEYWORD, "author": Reason.AUTHOR, "affinity": Reason.LIKED}
REASON_CODES = tuple(Reason)


def strongest_reasons(scored: ScoredCandidates, candidates: CandidateFeatures, selection: Selection) -> Indices:
    """Return which reason weighed most for each selected paper, as a place in REASON_CODES: (users, places)."""
    weights = [scoring.weighted_component(scored, name, selection.papers) for name in PERSONAL_REASONS]
    personal = np.argmax(weights, axis=0)
    # Nothing personal: the curator's pick, then what most voted for, then simply the edition.
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
