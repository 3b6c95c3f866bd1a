"""Baselines: known methods of choosing one sentence. Each takes the sentences and the title and returns scores."""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from digest.metrics.key_sentences.summaries import Summarised

Scores = NDArray[np.float64]

_WORD = re.compile(r"[a-z0-9]+")
# LexRank (Erkan and Radev 2004): the least similarity for an edge; the chance that the walk follows an edge; its steps.
MIN_EDGE, DAMPING, WALK_STEPS = 0.1, 0.85, 50
# Take the first sentence with one of these: the strongest rule that is not learned.
_CUE = re.compile(
    r"\bwe (?:\w+ly |then |also |first |here |further )?(?:propose|present|introduce|develop|design|describe|show|"
    r"demonstrate|prove|find|study|investigate|analy[sz]e|explore|provide|establish|derive)\b|"
    r"\b(?:in|for) (?:this|our) (?:paper|work|article|study)\b|"
    r"\b(?:this|our) (?:paper|work|article|study) (?:proposes|presents|introduces|develops|describes|shows|studies)\b",
    re.I,
)


class Rivals:
    """The known methods, with the rarity of words in these abstracts."""

    def __init__(self, abstracts: Sequence[Summarised]) -> None:
        counts = Counter(word for one in abstracts for word in set(_WORD.findall(one.abstract.lower())))
        self._rarity = {word: float(np.log(len(abstracts) / count)) + 1 for word, count in counts.items()}
        self._chance = random.Random(1)  # noqa: S311 - nothing secret # nosec B311
        self.methods: dict[str, Callable[[Summarised], Scores]] = {
            "first": lambda one: -np.arange(len(one.sentences), dtype=np.float64),
            "random": lambda one: np.array([self._chance.random() for _ in one.sentences]),
            "lexrank": self._lexrank,
            "title": self._nearest_to_title,
            "cue": self._cue,
        }

    def _vectors(self, texts: Sequence[str]) -> Scores:
        """Return TF-IDF vectors of length 1: (texts, words)."""
        counts = [Counter(_WORD.findall(text.lower())) for text in texts]
        columns = {word: place for place, word in enumerate(sorted(set().union(*counts)))}
        vectors = np.zeros((len(texts), max(len(columns), 1)))
        for row, words in enumerate(counts):
            for word, count in words.items():
                vectors[row, columns[word]] = count * self._rarity.get(word, 1.0)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9))

    def _lexrank(self, one: Summarised) -> Scores:
        vectors = self._vectors(one.sentences)
        edges = vectors @ vectors.T
        edges[edges < MIN_EDGE] = 0
        steps = edges / np.maximum(edges.sum(axis=1, keepdims=True), 1e-9)
        number = len(one.sentences)
        rank = np.full(number, 1 / number)
        for _ in range(WALK_STEPS):
            rank = (1 - DAMPING) / number + DAMPING * rank @ steps
        return rank

    def _nearest_to_title(self, one: Summarised) -> Scores:
        title, *sentences = self._vectors([one.title, *one.sentences])
        return np.array([sentence @ title for sentence in sentences])

    def _cue(self, one: Summarised) -> Scores:
        """Prefer the first sentence with a cue; if there is none, the one most similar to the whole abstract."""
        cues = [place for place, sentence in enumerate(one.sentences) if _CUE.search(sentence)]
        if cues:
            return -np.abs(np.arange(len(one.sentences)) - cues[0]).astype(np.float64)
        whole, *sentences = self._vectors([one.abstract, *one.sentences])
        return np.array([sentence @ whole for sentence in sentences])
