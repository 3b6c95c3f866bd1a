"""Whitened similarity: how close papers are in what sets them apart from papers in general. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digest.ranking.arrays import Floats
from digest.ranking.similarity import PaperVectors
from digest.ranking.tfidf import cosine_similarity

# Before whitening, words count for more than embeddings; tuned on one half of the evaluation's readers.
WORDS_IN_KERNEL = np.float32(9.0)
# How little a direction may vary among the sample's papers and still count in full.
WHITENING_RIDGE = np.float32(15.0)


@dataclass(frozen=True)
class Whitening:
    """What a sample of papers has in common, which therefore says nothing about what anyone likes.

    With many likes, it pays to look at what few papers share: a plain sum of similarities counts a theme that they all
    share again and again. Texts are compared by the kernel k(i, j) = 9 · cosine of words + cosine of embeddings,
    whitened by the sample's covariance. In its dual form that is k(i, j) - k(i, S) (k(S, S) + ridge)⁻¹ k(S, j), the
    posterior covariance of a Gaussian process that has seen the sample.
    """

    sample: PaperVectors
    mean: Floats
    # (sample, sample).
    inverse: Floats

    @classmethod
    def of(cls, sample: PaperVectors) -> Whitening:
        """Measure it on a sample of papers."""
        mean = sample.vectors.mean(axis=0) if len(sample) else np.float32(0)
        unfitted = cls(sample, np.asarray(mean, dtype=np.float32), np.zeros((0, 0), dtype=np.float32))
        kernel = unfitted._kernel(sample, sample)
        kernel[np.diag_indices_from(kernel)] += WHITENING_RIDGE
        return cls(sample, unfitted.mean, np.linalg.inv(kernel).astype(np.float32))

    def explained(self, others: PaperVectors) -> Floats:
        """Return what the sample explains of the papers, for `similarity`: (sample, others)."""
        return np.asarray(self.inverse @ self._kernel(self.sample, others), dtype=np.float32)

    def similarity(self, known_papers: PaperVectors, others: PaperVectors, explained: Floats) -> Floats:
        """Return how close each pair is: (known, others); about 0 for papers with nothing that sets them apart."""
        shared = self._kernel(known_papers, self.sample) @ explained
        return self._kernel(known_papers, others) - np.asarray(shared, dtype=np.float32)

    def _kernel(self, left: PaperVectors, right: PaperVectors) -> Floats:
        # A paper without a vector is close to nothing, rather than as far as possible from the mean.
        rows, columns = (
            np.where(np.any(papers.vectors, axis=1, keepdims=True), papers.vectors - self.mean, 0)
            for papers in (left, right)
        )
        kernel: Floats = WORDS_IN_KERNEL * cosine_similarity(left.words, right.words)
        kernel += rows @ columns.T
        return kernel
