"""Known methods that rank by what other readers saved: popularity, item-kNN and EASE."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.metrics.evaluation.readers import Library, Trial
from digest.ranking.arrays import Floats, Indices

# Shrinks the cosine between papers, so that one reader in common says little.
KNN_SHRINKAGE = 5
# How many neighbours of a paper count.
KNN_NEIGHBOURS = 200
# The ridge of EASE (Steck, WWW 2019).
EASE_RIDGE = 50.0
_BLOCK = 500


@dataclass(frozen=True)
class OtherReaders:
    """What one half of the readers may know about the other half: their likes, (papers, readers), and EASE's terms.

    EASE's item-item weights are B = -P / diag(P) with P = (X'X + λ)⁻¹, X (readers, papers). With fewer readers than
    papers, P is (1 - X'(XX' + λ)⁻¹X) / λ (Woodbury): `inverse` is the middle factor, `diagonal` is diag(P) times λ.
    """

    likes: sparse.csr_matrix
    popularity: Floats
    inverse: NDArray[np.float64]
    diagonal: NDArray[np.float64]

    @classmethod
    def of(cls, library: Library, half: int) -> "OtherReaders":
        """Return what readers of one half may use: data about the other half, and none about their own."""
        others = [saved for reader, saved in enumerate(library.saved) if reader % 2 != half]
        papers = np.concatenate(others) if others else np.zeros(0, dtype=np.intp)
        readers = np.repeat(np.arange(len(others)), [len(saved) for saved in others])
        shape = len(library.texts), len(others)
        likes = sparse.csr_matrix((np.ones(len(papers), np.float32), (papers, readers)), shape=shape)
        inverse = np.linalg.inv((likes.T @ likes).toarray().astype(np.float64) + EASE_RIDGE * np.eye(len(others)))
        diagonal = np.ones(len(library.texts))
        for begin in range(0, len(diagonal), _BLOCK):
            block = likes[begin : begin + _BLOCK].toarray()
            diagonal[begin : begin + _BLOCK] -= ((block @ inverse) * block).sum(axis=1)
        return cls(likes, np.asarray(likes.sum(axis=1), dtype=np.float32).ravel(), inverse, diagonal)

    def scores(self, trial: Trial, number: int) -> dict[str, Floats]:
        """Return the candidates' scores by each method, with this many known papers."""
        profile, candidates = trial.profile[:number], trial.candidates
        return {
            "most_saved": self.popularity[candidates],
            "item_knn": self._item_knn(profile, candidates),
            "ease": self._ease(profile, candidates),
        }

    def _item_knn(self, profile: Indices, candidates: Indices) -> Floats:
        """Add up the shrunk cosines to the known papers that have the candidate among their nearest neighbours."""
        shared = (self.likes[profile] @ self.likes.T).toarray()
        norm = np.sqrt(self.popularity)
        cosines = shared / (norm[profile][:, None] * norm + KNN_SHRINKAGE)
        cosines[np.arange(len(profile)), profile] = 0
        if len(profile):
            neighbours = min(KNN_NEIGHBOURS, cosines.shape[1])
            least = np.partition(cosines, -neighbours, axis=1)[:, -neighbours]
            cosines[cosines < least[:, None]] = 0
        return np.asarray(cosines[:, candidates].sum(axis=0), dtype=np.float32)

    def _ease(self, profile: Indices, candidates: Indices) -> Floats:
        """Add up EASE's weights from the known papers to each candidate."""
        readers_of_profile = np.asarray(self.likes[profile].sum(axis=0), dtype=np.float64).ravel()
        weights = self.likes[candidates] @ (self.inverse @ readers_of_profile) / self.diagonal[candidates]
        return np.asarray(weights, dtype=np.float32)
