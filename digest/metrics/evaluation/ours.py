"""Our ranking for an evaluation's readers, with the same functions that rank a digest's papers."""

from dataclasses import dataclass

import numpy as np

from digest.metrics.evaluation.readers import Library, Trial
from digest.ranking import ScoreComponents, preference_learning, scoring, tfidf, vote_score
from digest.ranking.affinity import ItemSimilarities, LikeSimilarities, affinity, item_similarities
from digest.ranking.arrays import Floats, Indices
from digest.ranking.audience import ReaderAudience
from digest.ranking.co_likes import co_like_similarity, common_likes
from digest.ranking.similarity import Baseline, PaperVectors, standardized_similarity
from digest.ranking.sparse_matrix import SparseMatrix
from digest.ranking.whitening import Whitening

# This many papers are enough to know what is usual.
EVALUATION_SAMPLE = 400
# This many are enough to know what papers have in common.
WHITENING_SAMPLE = 2000


@dataclass(frozen=True)
class Community:
    """What the other half of the readers saved: (papers, readers), and the totals per reader and per paper."""

    likes: SparseMatrix
    per_reader: Floats
    per_paper: Floats

    @classmethod
    def of(cls, library: Library, half: int) -> "Community":
        """Return what readers of one half may use: data about the other half, and none about their own."""
        others = [saved for reader, saved in enumerate(library.saved) if reader % 2 != half]
        columns = np.concatenate(others) if others else np.zeros(0, dtype=np.intp)
        rows = np.repeat(np.arange(len(others)), [len(saved) for saved in others])
        likes = SparseMatrix.of(np.ones(len(rows)), columns, rows, (len(library.texts), len(others)))
        return cls(likes, likes.column_sums(), likes.row_sums())


@dataclass(frozen=True)
class Ours:
    """What our ranking knows about all papers and, for each half, about the other half's readers."""

    papers: PaperVectors
    usual: Baseline
    whitening: Whitening
    # What the whitening's sample explains of each paper: (sample, papers).
    explained: Floats
    communities: tuple[Community, Community]
    # How well each paper suits readers of the other half: (papers, readers).
    audiences: tuple[Floats, Floats]

    @classmethod
    def of(cls, library: Library, vectors: Floats) -> "Ours":
        """Prepare it for a library."""
        counted = tfidf.term_counts(library.texts)
        papers = PaperVectors(vectors, tfidf.TermWeights.of(counted).vectors(counted))
        chance = np.random.default_rng(7)
        sample = papers[chance.choice(len(papers), min(EVALUATION_SAMPLE, len(papers)), replace=False)]
        apart = papers[chance.choice(len(papers), min(WHITENING_SAMPLE, len(papers)), replace=False)]
        communities = Community.of(library, 0), Community.of(library, 1)
        first, second = (
            ReaderAudience.of(community.likes.transposed, papers.words, sample.words).of_papers(papers.words)
            for community in communities
        )
        whitening = Whitening.of(apart)
        explained = whitening.explained(papers)
        return cls(papers, Baseline.of(papers, sample), whitening, explained, communities, (first, second))

    def scores(self, trial: Trial, numbers: list[int]) -> dict[int, dict[str, Floats]]:
        """Return the candidates' scores for each number of known papers, with and without the other readers."""
        profile, candidates = trial.profile[: max(numbers)], trial.candidates
        known_papers, others = self.papers[profile], self.papers[candidates]
        close = standardized_similarity((known_papers, self.usual[profile]), (others, self.usual[candidates]))
        whitened = self.whitening.similarity(known_papers, others, self.explained[:, candidates])
        votes = self.communities[trial.half].per_paper[candidates]
        with_others = item_similarities(close, whitened, self._likes(trial, profile))
        without_others = item_similarities(close, whitened)
        return {
            number: {
                "ours": self._scores(trial, number, with_others, votes),
                "ours_without_others": self._scores(trial, number, without_others, np.zeros_like(votes)),
            }
            for number in numbers
        }

    def _likes(self, trial: Trial, profile: Indices) -> LikeSimilarities:
        """Return what the likes of the other half say."""
        community, audience = self.communities[trial.half], self.audiences[trial.half]
        likes = (
            community.likes[profile].transposed,
            community.likes[trial.candidates].transposed,
            community.per_reader,
        )
        return LikeSimilarities(
            co_like_similarity(*likes), common_likes(*likes), audience[profile] @ audience[trial.candidates].T
        )

    def _scores(self, trial: Trial, number: int, says: ItemSimilarities, votes: Floats) -> Floats:
        """Return the candidates' scores: the reader's affinity, and the votes."""
        vectors = self.papers.vectors[trial.profile[:number]]
        fitted = preference_learning.fit_weights(vectors, np.ones(number, dtype=np.float32))
        weights = SparseMatrix.of(fitted, np.zeros(number), np.arange(number), (1, len(says.plain)))
        parts = ScoreComponents(affinity=affinity(weights, says), votes=vote_score(votes, np.zeros_like(votes)))
        return scoring.weighted_sum(parts)[0]  # type: ignore[no-any-return]
