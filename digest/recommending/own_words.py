"""Interests in a reader's own words, as opinions on texts: what they want is liked, what follows “but not” is not."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from digest.catalog.interests import split_own_words
from digest.models.profile import OPINION, Opinions

# A text weighs as much as a paper that its reader asked for more of, and does not fade. What is not wanted weighs half:
# else whatever is unlike it would come before what is just a little like what is wanted.
WANTED, UNWANTED = 1.0, -0.5


class TextOpinions(NamedTuple):
    """Opinions on texts, which stand among those on papers: their keys are below 0, where no paper has any."""

    # subscriber, texts and what they weigh, what age has left of that
    opinions: Sequence[tuple[int, Opinions, float]]
    # key → text
    texts: dict[int, str]


def text_opinions(own_words: Sequence[tuple[int, str]]) -> TextOpinions:
    """Return what subscribers (keys) wrote of their interests as opinions on texts."""
    keys: dict[str, int] = {}
    opinions = []
    for subscriber, words in own_words:
        sides = zip(split_own_words(words), (WANTED, UNWANTED), strict=True)
        rows = [(keys.setdefault(text, -1 - len(keys)), weight) for text, weight in sides if text]
        opinions.append((subscriber, np.array(rows, dtype=OPINION), 1.0))
    return TextOpinions(opinions, {key: text for text, key in keys.items()})
