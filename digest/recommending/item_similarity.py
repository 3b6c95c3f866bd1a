"""Item-item similarity of known papers and candidates: by their texts, and by the users who like both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np

from digest.catalog import embedding
from digest.models import Feedback, Paper
from digest.ranking import Floats, tfidf
from digest.ranking.affinity import ItemSimilarities, LikeSimilarities, item_similarities
from digest.ranking.co_likes import co_like_similarity, common_likes
from digest.ranking.similarity import Baseline, PaperVectors, standardized_similarity
from digest.ranking.sparse_matrix import SparseMatrix
from digest.recommending.candidates import LIKE_KINDS, CandidateSet
from digest.recommending.similarity_reference import TEXT_FIELDS, clear_similarity_reference, similarity_reference

# At most this many likes of the candidates are read, newest first.
MAX_LIKES = 20_000
# This many numbers stay in memory for a set of candidates, unless a single batch needs more; four bytes each.
MAX_CACHED_FIGURES = 20_000_000
# For each pair, the plain similarity and the whitened one.
FIGURES_PER_PAIR = 2


class ItemSimilarity:
    """Item-item similarity of known papers and one set of candidates; cached because all users of a day share it."""

    def __init__(self, candidates: CandidateSet, now: datetime) -> None:
        self._reference = similarity_reference(now)
        words = self._reference.term_weights.vectors(tfidf.term_counts(candidates.texts))
        self._candidates = self._reference.compared(PaperVectors(candidates.vectors, words))
        self._co_likes = _CoLikes(candidates.papers)
        self._row: dict[int, int] = {}
        nothing = np.zeros((0, len(candidates.papers)), dtype=np.float32)
        self._rows = ItemSimilarities(nothing, nothing)

    def rows(self, known_papers: Sequence[int]) -> ItemSimilarities:
        """Return the similarities of these papers (keys) and the candidates; 0 for a deleted paper."""
        new = [paper for paper in known_papers if paper not in self._row]
        figures = (len(self._rows.plain) + len(new)) * self._rows.plain.shape[1] * FIGURES_PER_PAIR
        if figures > MAX_CACHED_FIGURES:
            self._row, self._rows, new = {}, self._rows[np.zeros(0, dtype=np.intp)], list(known_papers)
        if new:
            self._row |= {paper: len(self._rows.plain) + place for place, paper in enumerate(new)}
            self._rows = self._rows.followed_by(self._similarities(new))
        return self._rows[np.array([self._row[paper] for paper in known_papers], dtype=np.intp)]

    def of_texts(self, texts: Sequence[str]) -> ItemSimilarities:
        """Return the similarities of the candidates and texts that are not papers, and so have no likes."""
        return self._compare(self._reference.read_texts(texts), range(-len(texts), 0))

    def _similarities(self, papers: Sequence[int]) -> ItemSimilarities:
        stored = {key: row for key, *row in Paper.objects.filter(pk__any_of=papers).values_list("pk", *TEXT_FIELDS)}
        present = [paper for paper in papers if paper in stored]
        shape = len(papers), self._rows.plain.shape[1]
        plain, whitened = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
        if present:
            similarities = self._compare(self._reference.read([stored[paper] for paper in present]), present)
            rows = [paper in stored for paper in papers]
            plain[rows], whitened[rows] = similarities.plain, similarities.whitened
        return ItemSimilarities(plain, whitened)

    def _compare(self, papers: PaperVectors, keys: Sequence[int]) -> ItemSimilarities:
        others, reference = self._candidates, self._reference
        standardized = standardized_similarity(
            (papers, Baseline.of(papers, reference.baseline_sample)), (others.papers, others.baseline)
        )
        whitened = reference.whitening.similarity(papers, others.papers, others.explained)
        alike = reference.audience.of_papers(papers.words) @ others.audience.T
        return item_similarities(standardized, whitened, LikeSimilarities(*self._co_likes.similarities(keys), alike))


class _CoLikes:
    """Likes of the users who like a candidate."""

    def __init__(self, candidates: Sequence[int]) -> None:
        likes = Feedback.objects.filter(kind__in=LIKE_KINDS).order_by("-at")
        newest = likes.filter(paper__in=candidates).values_list("subscriber_id", flat=True)[:MAX_LIKES]
        voters = sorted(set(newest))
        pairs = likes.filter(subscriber__any_of=voters).values_list("subscriber_id", "paper_id")[: 10 * MAX_LIKES]
        row = {user: index for index, user in enumerate(voters)}
        self._pairs = sorted({(paper, row[user]) for user, paper in pairs})
        self._users = len(voters)
        self._likes_per_user = np.bincount([user for _, user in self._pairs], minlength=self._users).astype(np.float32)
        self._candidate_likes = self._matrix(candidates)

    def similarities(self, known_papers: Sequence[int]) -> tuple[Floats, Floats]:
        """Return the co-like similarity and common likes of known papers and candidates, each (known, candidates)."""
        likes = self._matrix(known_papers)
        return (
            co_like_similarity(likes, self._candidate_likes, self._likes_per_user),
            common_likes(likes, self._candidate_likes, self._likes_per_user),
        )

    def _matrix(self, papers: Sequence[int]) -> SparseMatrix:
        column = {paper: index for index, paper in enumerate(papers)}
        cells = [(user, column[paper]) for paper, user in self._pairs if paper in column]
        rows, columns = zip(*cells, strict=True) if cells else ((), ())
        shape = (self._users, len(papers))
        return SparseMatrix.of(np.ones(len(rows)), rows, columns, shape)


class _CacheKey:
    """The cache key of candidates within an hour, after which new likes are read."""

    def __init__(self, candidates: CandidateSet, hour: datetime) -> None:
        self.candidates, self.hour = candidates, hour
        self._key = tuple(candidates.papers), hour, embedding.embedder().name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _CacheKey) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=4)
def _item_similarity(key: _CacheKey) -> ItemSimilarity:
    return ItemSimilarity(key.candidates, key.hour)


def similarity_to_known(
    known_papers: Sequence[int], candidates: CandidateSet, now: datetime, texts: Sequence[str] = ()
) -> ItemSimilarities:
    """Return the item-item similarities of texts and known papers (keys) with candidates, as of this hour.

    Out: (texts + known, candidates).
    """
    similarity = _item_similarity(_CacheKey(candidates, now.replace(minute=0, second=0, microsecond=0)))
    of_papers = similarity.rows(known_papers)
    return similarity.of_texts(texts).followed_by(of_papers) if texts else of_papers


def clear_item_similarity() -> None:
    """Clear the cache, so that likes and papers are read again for the next candidates, even within the hour."""
    _item_similarity.cache_clear()
    clear_similarity_reference()
