"""How close papers are to each other: by embedding and by words, measured against how close they are to any paper."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from digest.ranking.scoring import Floats, Indices
from digest.ranking.words import shared

# Found on one half of the readers of the evaluation: see docs/ranking.md.
EMBEDDING = np.float32(0.5)
WORDS = np.float32(1.0)
# Added to a standard deviation, so that a paper close to nothing at all is not close to everything.
LEAST_SPREAD = np.float32(0.02)


@dataclass(frozen=True)
class Papers:
    """Papers as they are compared: `vectors` (papers, dimensions), of length 1 or 0; `words` (papers, terms)."""

    vectors: Floats
    words: sparse.csr_array

    def __getitem__(self, rows: Indices) -> "Papers":
        """Return some of the papers."""
        return Papers(self.vectors[rows], self.words[rows])

    def __len__(self) -> int:
        """Return how many."""
        return len(self.vectors)


@dataclass(frozen=True)
class Usual:
    """How close each paper is to papers in general: mean and spread, by embedding and by words; each (papers,)."""

    # (2, papers): by embedding, by words.
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, papers: Papers, sample: Papers) -> "Usual":
        """Measure it on a sample of papers.

        Some papers are close to all others, and so would be recommended to everybody ("hubs": Radovanović, Nanopoulos
        and Ivanović, JMLR 11, 2010). What counts is how much closer a paper is than usual.
        """
        raw = [papers.vectors @ sample.vectors.T, shared(papers.words, sample.words)]
        mean = np.array([matrix.mean(axis=1) for matrix in raw], dtype=np.float32)
        spread = np.array([matrix.std(axis=1) + LEAST_SPREAD for matrix in raw], dtype=np.float32)
        return cls(mean, spread)

    def __getitem__(self, rows: Indices) -> "Usual":
        """Return some of the papers."""
        return Usual(self.mean[:, rows], self.spread[:, rows])


def closeness(known: tuple[Papers, Usual], others: tuple[Papers, Usual]) -> Floats:
    """Return how much closer than usual each pair is, in standard deviations, 0 for usual: (known, others)."""
    (left, left_usual), (right, right_usual) = known, others
    raw = [left.vectors @ right.vectors.T, shared(left.words, right.words)]
    total = np.zeros((len(left), len(right)), dtype=np.float32)
    for weight, matrix, kind in zip((EMBEDDING, WORDS), raw, (0, 1), strict=True):
        usual = (left_usual.mean[kind][:, None] + right_usual.mean[kind]) / 2
        spread = np.sqrt(left_usual.spread[kind][:, None] * right_usual.spread[kind])
        total += weight * (matrix - usual) / spread
    return total
