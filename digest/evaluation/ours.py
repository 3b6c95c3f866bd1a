"""Our ranking on an evaluation's readers, by the functions that rank a digest's papers."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from digest.evaluation.readers import Library, Trial
from digest.ranking import learning, scoring, words
from digest.ranking.alike import liked_together
from digest.ranking.closeness import Papers, Usual, closeness
from digest.ranking.scoring import Floats
from digest.ranking.taste import kernel, taste

# So many papers are enough to know what is usual.
SAMPLE = 400


@dataclass(frozen=True)
class Community:
    """What the other half of the readers saved: (readers, papers), and how much each reader and paper has."""

    likes: sparse.csc_array
    per_reader: Floats
    per_paper: Floats

    @classmethod
    def of(cls, library: Library, half: int) -> "Community":
        """Return what readers of one half may know of: the other half, and nothing of their own."""
        others = [saved for reader, saved in enumerate(library.saved) if reader % 2 != half]
        columns = np.concatenate(others) if others else np.zeros(0, dtype=np.intp)
        rows = np.repeat(np.arange(len(others)), [len(saved) for saved in others])
        shape = (len(others), len(library.texts))
        likes = sparse.csc_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
        return cls(likes, np.asarray(likes.sum(axis=1)).ravel(), np.asarray(likes.sum(axis=0)).ravel())


@dataclass(frozen=True)
class Ours:
    """What our ranking knows of all papers and, for each half, of the other half's readers."""

    papers: Papers
    usual: Usual
    communities: tuple[Community, Community]

    @classmethod
    def of(cls, library: Library, vectors: Floats) -> "Ours":
        """Prepare it for a library."""
        counted = words.counts(library.texts)
        papers = Papers(vectors, words.Lexicon.of(counted).vectors(counted))
        chance = np.random.default_rng(7)
        sample = chance.choice(len(papers), min(SAMPLE, len(papers)), replace=False)
        communities = Community.of(library, 0), Community.of(library, 1)
        return cls(papers, Usual.of(papers, papers[sample]), communities)

    def scores(self, trial: Trial, numbers: list[int]) -> dict[int, dict[str, Floats]]:
        """Return the candidates' scores with so many papers known, with the other readers and without them."""
        known, candidates = trial.known[: max(numbers)], trial.candidates
        close = closeness((self.papers[known], self.usual[known]), (self.papers[candidates], self.usual[candidates]))
        community = self.communities[trial.half]
        together = liked_together(
            community.likes[:, known].tocsr(), community.likes[:, candidates].tocsr(), community.per_reader
        )
        votes = community.per_paper[candidates]
        return {
            number: {
                "ours": self._scores(trial, number, kernel(close, together), votes),
                "ours_without_others": self._scores(trial, number, close, np.zeros_like(votes)),
            }
            for number in numbers
        }

    def _scores(self, trial: Trial, number: int, says: Floats, votes: Floats) -> Floats:
        """Return the candidates' scores: the reader's taste, and the votes."""
        vectors = self.papers.vectors[trial.known[:number]]
        weights = np.zeros((1, len(says)), dtype=np.float32)
        weights[0, :number] = learning.learn(vectors, np.ones(number, dtype=np.float32))
        parts = scoring.Parts(
            taste=taste(sparse.csr_array(weights), says), votes=scoring.votes(votes, np.zeros_like(votes))
        )
        return scoring.total(parts)[0]  # type: ignore[no-any-return]
