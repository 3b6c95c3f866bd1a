"""Audience: the readers a paper's words suit. Papers for the same readers are similar, even new ones.

Likes say nothing about a paper that no one has seen yet, but its words do: they are compared with what each of a set
of readers liked, and two papers are similar if they are close to the same readers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digest.ranking.arrays import Floats
from digest.ranking.sparse_matrix import SparseMatrix
from digest.ranking.tfidf import cosine_similarity

# Readers with fewer liked papers say too little.
MIN_LIKES = 3
# How many words are kept from the papers a reader liked: the heaviest.
TERMS_PER_READER = 500
# A paper suits a reader from this many standard deviations above the usual similarity.
AUDIENCE_THRESHOLD = np.float32(1.0)
# Added to a standard deviation, so that a reader close to nothing is not close to everything.
MIN_READER_SPREAD = np.float32(1e-4)


@dataclass(frozen=True)
class ReaderAudience:
    """Readers as the mean words of papers they liked, (readers, terms), and how close papers usually are to each."""

    tastes: SparseMatrix
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, likes: SparseMatrix, words: SparseMatrix, sample: SparseMatrix) -> ReaderAudience:
        """Learn it from likes (readers, papers), the papers' words (papers, terms) and those of papers in general."""
        chosen = np.flatnonzero(np.diff(likes.starts) >= MIN_LIKES)
        tastes = _mean_words(likes[chosen], words)
        close = cosine_similarity(sample, tastes)
        if not len(chosen) or not len(close):
            nothing = np.zeros(len(chosen), dtype=np.float32)
            return cls(tastes, nothing, nothing + 1)
        return cls(tastes, close.mean(axis=0), close.std(axis=0) + MIN_READER_SPREAD)

    def of_papers(self, words: SparseMatrix) -> Floats:
        """Return how well each paper suits each reader, as vectors of length 1, or 0 if none: (papers, readers)."""
        close = (cosine_similarity(words, self.tastes) - self.mean) / self.spread
        above = np.maximum(close - AUDIENCE_THRESHOLD, 0)
        length = np.linalg.norm(above, axis=1, keepdims=True)
        audience: Floats = (above / np.where(length > 0, length, 1)).astype(np.float32)
        return audience


def _mean_words(likes: SparseMatrix, words: SparseMatrix) -> SparseMatrix:
    """Return the mean words of the papers each reader liked, only the heaviest: (readers, terms)."""
    readers = len(likes.starts) - 1
    values, rows, columns = [np.zeros(0, np.float32)], [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for reader in range(readers):
        liked = words[likes.columns[likes.starts[reader] : likes.starts[reader + 1]]]
        terms, place = np.unique(liked.columns, return_inverse=True)
        weight = np.bincount(place, liked.values, minlength=len(terms)) / max(len(liked.starts) - 1, 1)
        heaviest = np.argsort(-weight, kind="stable")[:TERMS_PER_READER]
        values.append(weight[heaviest].astype(np.float32))
        rows.append(np.full(len(heaviest), reader))
        columns.append(terms[heaviest])
    shape = (readers, words.width)
    return SparseMatrix.of(np.concatenate(values), np.concatenate(rows), np.concatenate(columns), shape)
