"""The reference for how close two papers are: papers in general, and readers; fixed for a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np

from digest.catalog import embedding
from digest.models import Feedback, Paper
from digest.ranking import Floats, tfidf
from digest.ranking.audience import MIN_LIKES, ReaderAudience
from digest.ranking.similarity import Baseline, PaperVectors
from digest.ranking.sparse_matrix import SparseMatrix
from digest.ranking.whitening import Whitening
from digest.recommending.candidates import LIKE_KINDS

# How many of the latest papers are measured: for what is usual, and for term weights and what papers have in common.
BASELINE_SAMPLE = 400
VOCABULARY_PAPERS = 2000
# Once the catalogue has grown by this many papers, it is measured again within the day.
GROWTH = 100
# The readers with the most recent likes: limits on likes read, readers, likes per reader, and papers in all.
MAX_NEWEST_LIKES = 20_000
MAX_AUDIENCE = 1000
MAX_LIKES_EACH = 50
MAX_LIKED_PAPERS = 5000

TEXT_FIELDS = ("title", "abstract", "embedding", "embedding_model")


@dataclass(frozen=True)
class ComparedPapers:
    """Papers with everything needed to compare others with them."""

    papers: PaperVectors
    baseline: Baseline
    explained: Floats
    audience: Floats


@dataclass(frozen=True)
class SimilarityReference:
    """What is usual for papers, what sets them apart, and which readers they suit."""

    term_weights: tfidf.TermWeights
    baseline_sample: PaperVectors
    whitening: Whitening
    audience: ReaderAudience

    @classmethod
    def of(cls, day: datetime) -> SimilarityReference:
        """Measure it on the latest papers and on the likes from before the day began."""
        latest = list(Paper.objects.order_by("-pk").values_list(*TEXT_FIELDS)[:VOCABULARY_PAPERS])
        counted = tfidf.term_counts(_texts(latest))
        term_weights = tfidf.TermWeights.of(counted)
        papers = PaperVectors(_embeddings(latest), term_weights.vectors(counted))
        step = max(len(latest) // BASELINE_SAMPLE, 1)
        sample = papers[np.arange(0, len(papers), step)]
        return cls(term_weights, sample, Whitening.of(papers), _audience(day, term_weights, sample.words))

    def read(self, rows: Sequence[Sequence[object]]) -> PaperVectors:
        """Return papers, given as rows of TEXT_FIELDS, in the form used for comparison."""
        return PaperVectors(_embeddings(rows), self.term_weights.vectors(tfidf.term_counts(_texts(rows))))

    def read_texts(self, texts: Sequence[str]) -> PaperVectors:
        """Return texts in the form used to compare papers."""
        words = self.term_weights.vectors(tfidf.term_counts(texts))
        return PaperVectors(embedding.embedder().vectors(texts), words)

    def compared(self, papers: PaperVectors) -> ComparedPapers:
        """Return papers with everything that does not depend on what they are compared with."""
        return ComparedPapers(
            papers,
            Baseline.of(papers, self.baseline_sample),
            self.whitening.explained(papers),
            self.audience.of_papers(papers.words),
        )


def similarity_reference(now: datetime) -> SimilarityReference:
    """Return the day's reference for comparing papers: the same for all its digests, unless the catalogue grows."""
    size = Paper.objects.order_by()[:VOCABULARY_PAPERS].count()
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return _reference(day, size // GROWTH, embedding.embedder().name)


@lru_cache(maxsize=2)
def _reference(day: datetime, growth: int, embedder: str) -> SimilarityReference:  # noqa: ARG001 - for the cache key
    return SimilarityReference.of(day)


def clear_similarity_reference() -> None:
    """Clear the cache, so that the next digest measures again, even within the day."""
    _reference.cache_clear()


def _audience(day: datetime, term_weights: tfidf.TermWeights, sample: SparseMatrix) -> ReaderAudience:
    """Return the readers with the most recent likes, as the words of the papers they liked."""
    likes = Feedback.objects.filter(kind__in=LIKE_KINDS, at__lt=day).order_by("-at", "-pk")
    liked_by: dict[int, list[int]] = defaultdict(list)
    for reader, paper in likes.values_list("subscriber_id", "paper_id")[:MAX_NEWEST_LIKES]:
        if paper not in liked_by[reader] and len(liked_by[reader]) < MAX_LIKES_EACH:
            liked_by[reader].append(paper)
    readers = sorted(liked_by, key=lambda reader: (-len(liked_by[reader]), reader))[:MAX_AUDIENCE]
    rows, keys = list[int](), dict[int, int]()
    columns = list[int]()
    for row, reader in enumerate(reader for reader in readers if len(liked_by[reader]) >= MIN_LIKES):
        for paper in liked_by[reader]:
            if paper in keys or len(keys) < MAX_LIKED_PAPERS:
                columns.append(keys.setdefault(paper, len(keys)))
                rows.append(row)
    texts = dict.fromkeys(keys, "")
    for key, title, abstract in Paper.objects.filter(pk__any_of=list(keys)).values_list("pk", "title", "abstract"):
        texts[key] = f"{title}\n{abstract}"
    words = term_weights.vectors(tfidf.term_counts(texts.values()))
    matrix = SparseMatrix.of(np.ones(len(rows)), rows, columns, (len(readers), len(keys)))
    return ReaderAudience.of(matrix, words, sample)


def _texts(rows: Sequence[Sequence[object]]) -> list[str]:
    return [f"{title}\n{abstract}" for title, abstract, *_ in rows]


def _embeddings(rows: Sequence[Sequence[object]]) -> Floats:
    return embedding.stacked([(raw, str(name)) for *_, raw, name in rows])  # type: ignore[misc]
