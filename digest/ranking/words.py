"""Papers as weighted words and pairs of words: what they share exactly, where an embedding sees only the drift."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.ranking.scoring import Floats

# Terms are told apart by a hash: no vocabulary has to be kept, and nothing grows old.
SIZE = 1 << 20
# Above 1, rare words count for more than in plain TF-IDF; found on one half of the readers of the evaluation.
RARITY = 1.5

_WORD = re.compile(r"\w+")


def counts(texts: Iterable[str]) -> sparse.csr_array:
    """Return how often each word and each pair of neighbouring words stands in each text: (texts, SIZE)."""
    values: list[int] = []
    columns: list[int] = []
    ends = [0]
    for text in texts:
        words = _WORD.findall(text.casefold())
        found = Counter(words)
        found.update(map(" ".join, pairwise(words)))
        columns += [crc32(term.encode()) % SIZE for term in found]
        values += found.values()
        ends.append(len(columns))
    shape = (len(ends) - 1, SIZE)
    matrix = sparse.csr_array((np.array(values, np.float32), np.array(columns, np.int32), np.array(ends)), shape=shape)
    matrix.sum_duplicates()
    return matrix


@dataclass(frozen=True)
class Lexicon:
    """How telling each term is among the papers of a catalogue."""

    weight: NDArray[np.float32]

    @classmethod
    def of(cls, catalogue: sparse.csr_array) -> "Lexicon":
        """Return the weights of terms, from `counts` of the catalogue. A term of one paper alone tells nothing."""
        papers = np.bincount(catalogue.indices, minlength=SIZE)
        rarity = np.log(max(catalogue.shape[0], 2) / np.maximum(papers, 1)) ** RARITY
        return cls(np.where(papers > 1, rarity, 0).astype(np.float32))

    def vectors(self, counted: sparse.csr_array) -> sparse.csr_array:
        """Return texts as vectors of length 1, or 0 for one without a telling term: (texts, SIZE)."""
        vectors = counted.copy()
        vectors.data = (1 + np.log(vectors.data)) * self.weight[vectors.indices]
        rows = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
        length = np.sqrt(np.bincount(rows, vectors.data**2, minlength=vectors.shape[0]))
        vectors.data = (vectors.data / np.maximum(length, 1e-9)[rows]).astype(np.float32)
        vectors.eliminate_zeros()
        return vectors


def shared(left: sparse.csr_array, right: sparse.csr_array) -> Floats:
    """Return the cosine of each pair, from `Lexicon.vectors`: (left, right)."""
    product: Floats = (left @ right.T).toarray().astype(np.float32)
    return product


def texts_of(titles: Sequence[str], abstracts: Sequence[str]) -> list[str]:
    """Return what of papers is compared."""
    return [f"{title}\n{abstract}" for title, abstract in zip(titles, abstracts, strict=True)]
