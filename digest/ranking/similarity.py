"""How close papers are to each other, by embedding and by words, relative to how close they are to any paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digest.ranking.arrays import Floats, Indices
from digest.ranking.sparse_matrix import SparseMatrix
from digest.ranking.tfidf import cosine_similarity

# Tuned on one half of the evaluation's readers: see docs/ranking.md.
EMBEDDING_WEIGHT = np.float32(0.75)
TFIDF_WEIGHT = np.float32(0.5)
# Added to a standard deviation, so that a paper close to nothing at all is not close to everything.
MIN_SPREAD = np.float32(0.02)


@dataclass(frozen=True)
class PaperVectors:
    """Papers in comparable form: `vectors` (papers, dimensions), of length 1 or 0; `words` (papers, terms)."""

    vectors: Floats
    words: SparseMatrix

    def __getitem__(self, rows: Indices) -> PaperVectors:
        """Return some of the papers."""
        return PaperVectors(self.vectors[rows], self.words[rows])

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self.vectors)


@dataclass(frozen=True)
class Baseline:
    """How close each paper is to papers in general: mean and spread, by embedding and by words; each (papers,)."""

    # (2, papers): by embedding, by words.
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, papers: PaperVectors, sample: PaperVectors) -> Baseline:
        """Measure it on a sample of papers.

        Some papers are close to all others, and so would be recommended to everyone ("hubs": Radovanović, Nanopoulos
        and Ivanović, JMLR 11, 2010). What counts is how much closer a paper is than usual.
        """
        raw = [papers.vectors @ sample.vectors.T, cosine_similarity(papers.words, sample.words)]
        mean = np.array([matrix.mean(axis=1) for matrix in raw], dtype=np.float32)
        spread = np.array([matrix.std(axis=1) + MIN_SPREAD for matrix in raw], dtype=np.float32)
        return cls(mean, spread)

    def __getitem__(self, rows: Indices) -> Baseline:
        """Return some of the papers."""
        return Baseline(self.mean[:, rows], self.spread[:, rows])


def standardized_similarity(
    known_papers: tuple[PaperVectors, Baseline], others: tuple[PaperVectors, Baseline]
) -> Floats:
    """Return how much closer than usual each pair is, in standard deviations, 0 for usual: (known, others)."""
    (left, left_baseline), (right, right_baseline) = known_papers, others
    raw = [left.vectors @ right.vectors.T, cosine_similarity(left.words, right.words)]
    total = np.zeros((len(left), len(right)), dtype=np.float32)
    for weight, matrix, kind in zip((EMBEDDING_WEIGHT, TFIDF_WEIGHT), raw, (0, 1), strict=True):
        mean = (left_baseline.mean[kind][:, None] + right_baseline.mean[kind]) / 2
        spread = np.sqrt(left_baseline.spread[kind][:, None] * right_baseline.spread[kind])
        total += weight * (matrix - mean) / spread
    return total
