"""Interests in a reader's own words, as opinions on texts: the text is liked, the part after “but not” disliked."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from digest.catalog.interests import split_own_words
from digest.models.profile import OPINION, Opinions

# A text weighs as much as a paper with “more like this”, and does not fade. The “but not” part weighs half: otherwise
# papers that are merely unlike it would rank above papers that are a little like the wanted text.
WANTED, UNWANTED = 1.0, -0.5


class TextOpinions(NamedTuple):
    """Opinions on texts, mixed with those on papers: their keys are below 0, which no paper has."""

    # subscriber, texts with their weights, the share of the weight left after fading with age
    opinions: Sequence[tuple[int, Opinions, float]]
    # key → text
    texts: dict[int, str]


def text_opinions(own_words: Sequence[tuple[int, str]]) -> TextOpinions:
    """Return what subscribers (keys) wrote about their interests as opinions on texts."""
    keys: dict[str, int] = {}
    opinions = []
    for subscriber, words in own_words:
        sides = zip(split_own_words(words), (WANTED, UNWANTED), strict=True)
        rows = [(keys.setdefault(text, -1 - len(keys)), weight) for text, weight in sides if text]
        opinions.append((subscriber, np.array(rows, dtype=OPINION), 1.0))
    return TextOpinions(opinions, {key: text for text, key in keys.items()})
