"""Why a paper is in a digest, as it is frozen there: a code and its argument."""

from enum import StrEnum

import numpy as np

from digest.ranking import scoring
from digest.ranking.choosing import Chosen, Offer, Ranked
from digest.ranking.scoring import Indices


class Reason(StrEnum):
    """What weighed most."""

    TOPIC = "topic"
    KEYWORD = "keyword"
    AUTHOR = "author"
    LIKED = "liked"
    # As LIKED, where what speaks most for it was opened and no word said about it.
    OPENED = "opened"
    PINNED = "pinned"
    VOTED = "voted"
    DIFFERENT = "different"
    EDITION = "edition"


# The parts that are about the reader, in the order of `Parts`, and what each is called.
PERSONAL = {"topic": Reason.TOPIC, "keyword": Reason.KEYWORD, "author": Reason.AUTHOR, "taste": Reason.LIKED}
CODES = tuple(Reason)


def strongest(ranked: Ranked, offer: Offer, chosen: Chosen) -> Indices:
    """Return which reason weighed most for each chosen paper, as a place in CODES: (subscribers, places)."""
    rows = np.arange(len(chosen.papers))[:, None]
    weights = [
        scoring.WEIGHTS[name] * np.broadcast_to(getattr(ranked.parts, name), ranked.scores.shape)[rows, chosen.papers]
        for name in PERSONAL
    ]
    personal = np.argmax(weights, axis=0)
    # Nothing personal: the curator's pick, then what most voted for, then simply the edition.
    votes = np.broadcast_to(offer.votes, (1, len(offer.pinned)))[0]
    most_voted = (votes > 0) & (votes == votes.max(initial=0))
    impersonal = np.where(
        offer.pinned, CODES.index(Reason.PINNED), np.where(most_voted, CODES.index(Reason.VOTED), len(CODES) - 1)
    )
    codes = np.array([CODES.index(code) for code in PERSONAL.values()])[personal]
    codes = np.where(np.max(weights, axis=0) > 0, codes, impersonal[chosen.papers])
    return np.where(chosen.different, CODES.index(Reason.DIFFERENT), codes)
