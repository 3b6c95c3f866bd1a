"""The known ways of ranking, to measure ours against."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from digest.evaluation.readers import Trial
from digest.ranking.scoring import Floats, Indices

# Random papers stand for what a reader does not want.
NEGATIVES = 1000
# Of reciprocal ranks (Cormack, Clarke and Büttcher, SIGIR 2009).
RANK_CONSTANT = 60
WORD, TAG = r"(?u)\b\w+\b", r"\S+"
# How many tags somebody ticks as topics.
TICKED = 5


@dataclass(frozen=True)
class KnownMethods:
    """What the known methods need of all papers."""

    words: sparse.csr_matrix
    tags: sparse.csr_matrix
    rarity: Floats
    vectors: Floats
    negatives: Indices

    @classmethod
    def of(cls, texts: list[str], vectors: Floats) -> "KnownMethods":
        """Prepare them for a catalogue."""
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, token_pattern=WORD)
        tags = CountVectorizer(binary=True, token_pattern=TAG).fit_transform(texts)
        rarity = np.log(len(texts) / np.asarray(tags.sum(axis=0)).ravel())
        negatives = np.random.default_rng(5).choice(len(texts), min(NEGATIVES, len(texts) // 2), replace=False)
        return cls(words.fit_transform(texts).tocsr(), tags.tocsr(), rarity, vectors, negatives)

    def scores(self, trial: Trial, number: int) -> dict[str, Floats]:
        """Return the candidates' scores by each method, with so many papers known."""
        known, candidates = trial.known[:number], trial.candidates
        if not number:
            nothing = np.zeros(len(candidates), dtype=np.float32)
            return dict.fromkeys(("topics_only", "tfidf_svm", "embedding_logistic", "both_joined"), nothing)
        svm = LinearSVC(C=0.01, class_weight="balanced", tol=1e-4, max_iter=10_000)
        logistic = LogisticRegression(C=1.0, class_weight="balanced", max_iter=500)
        by_words = self._learned(svm, self.words, known, candidates)
        by_vectors = self._learned(logistic, self.vectors, known, candidates)
        return {
            "topics_only": self._topics_only(known, candidates),
            "tfidf_svm": by_words,
            "embedding_logistic": by_vectors,
            "both_joined": _reciprocal_rank(by_words) + _reciprocal_rank(by_vectors),
        }

    def _topics_only(self, known: Indices, candidates: Indices) -> Floats:
        """Follow the tags that tell most of the known papers; count how many of them a paper carries."""
        telling = np.asarray(self.tags[known].sum(axis=0)).ravel() * self.rarity
        ticked = np.argsort(-telling, kind="stable")[:TICKED]
        return np.asarray(self.tags[candidates][:, ticked].sum(axis=1)).ravel()

    def _learned(self, model: Any, features: Any, known: Indices, candidates: Indices) -> Floats:
        """Fit a classifier of known papers against random ones, and return how sure it is of the candidates.

        As arxiv-sanity-lite does with an SVM, and Scholar Inbox with logistic regression.
        """
        others = np.setdiff1d(self.negatives, known)
        rows = np.concatenate([known, others])
        model.fit(features[rows], np.arange(len(rows)) < len(known))
        return np.asarray(model.decision_function(features[candidates]), dtype=np.float32)


def _reciprocal_rank(scores: Floats) -> Floats:
    """Return 1 / (60 + rank) of each score."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return (1 / (RANK_CONSTANT + ranks)).astype(np.float32)
