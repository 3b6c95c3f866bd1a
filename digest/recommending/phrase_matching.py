"""Which papers contain the phrases that readers follow or mute."""

import re
from functools import lru_cache

import numpy as np

from digest.ranking import ZERO, Floats
from digest.recommending.candidates import CandidateSet

# Phrase (its key) → the papers (indices) that contain it.
PhraseHits = dict[str, list[int]]
# Row of a subscriber → the terms, as written and as searched for.
FollowedTerms = dict[int, list[tuple[str, str]]]


def phrase_hits(keys: set[str], candidates: CandidateSet) -> PhraseHits:
    """Return, for each phrase that occurs, the papers (indices) that have it as whole words in title or abstract.

    A phrase is plain text: characters that are special in patterns are not special here.
    """
    all_texts = "\n".join(candidates.phrase_texts)
    hits: PhraseHits = {}
    for key in keys:
        if not key or key not in all_texts:
            continue
        pattern = _whole_words(key)
        places = [place for place, text in enumerate(candidates.phrase_texts) if key in text and pattern.search(text)]
        if places:
            hits[key] = places
    return hits


@lru_cache(maxsize=4096)
def _whole_words(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(key)}(?!\w)")


def term_mask(terms_by_row: FollowedTerms, places: PhraseHits, shape: tuple[int, int]) -> Floats:
    """Return the mask of candidates that contain a term of each subscriber: of that shape, or (1, 1) if none do."""
    if not any(key in places for terms in terms_by_row.values() for _, key in terms):
        return ZERO
    marks = np.zeros(shape, dtype=np.float32)
    for user, terms in terms_by_row.items():
        for _, key in terms:
            marks[user, places.get(key, [])] = 1
    return marks
