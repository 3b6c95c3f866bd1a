"""Baselines: known ranking methods to compare ours with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.stats import rankdata
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from digest.metrics.evaluation.other_readers import OtherReaders
from digest.metrics.evaluation.readers import Library, Trial
from digest.ranking.arrays import Floats, Indices

# Random papers stand in for what a reader does not want.
NEGATIVES = 1000
# For reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009).
RANK_CONSTANT = 60
# How soon repeating a word stops adding weight, and how much the length of a text counts against it.
BM25_K1, BM25_B = 1.2, 0.75
SMALL = 1e-9
WORD, TAG = r"(?u)\b\w+\b", r"\S+"
# How many tags a reader ticks as topics.
TICKED = 5


@dataclass(frozen=True)
class KnownMethods:
    """What the known methods need to know about all papers."""

    words: sparse.csr_matrix
    tags: sparse.csr_matrix
    rarity: Floats
    # BM25's weight of each word in each text: (papers, words).
    bm25: sparse.csr_matrix
    vectors: Floats
    negatives: Indices
    # What readers of each half may know about the other.
    others: tuple[OtherReaders, OtherReaders]

    @classmethod
    def of(cls, library: Library, vectors: Floats) -> "KnownMethods":
        """Prepare them for a library."""
        texts = library.texts
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, token_pattern=WORD)
        tags = CountVectorizer(binary=True, token_pattern=TAG).fit_transform(texts)
        rarity = np.log(len(texts) / np.asarray(tags.sum(axis=0)).ravel())
        negatives = np.random.default_rng(5).choice(len(texts), min(NEGATIVES, len(texts) // 2), replace=False)
        tfidf = words.fit_transform(texts).tocsr()
        others = OtherReaders.of(library, 0), OtherReaders.of(library, 1)
        return cls(tfidf, tags.tocsr(), rarity, _bm25(texts), vectors, negatives, others)

    def scores(self, trial: Trial, number: int) -> dict[str, Floats]:
        """Return the candidates' scores by each method, with this many known papers."""
        profile, candidates = trial.profile[:number], trial.candidates
        others = self.others[trial.half].scores(trial, number)
        if number:
            svm = LinearSVC(C=0.01, class_weight="balanced", tol=1e-4, max_iter=10_000)
            logistic = LogisticRegression(C=1.0, class_weight="balanced", max_iter=500)
            by_text = {
                "topics_only": self._topics_only(profile, candidates),
                "bm25": np.asarray(self.bm25[candidates] @ self._queried(profile), dtype=np.float32),
                "tfidf_svm": self._learned(svm, self.words, profile, candidates),
                "embedding_logistic": self._learned(logistic, self.vectors, profile, candidates),
            }
        else:
            nothing = np.zeros(len(candidates), dtype=np.float32)
            by_text = dict.fromkeys(("topics_only", "bm25", "tfidf_svm", "embedding_logistic"), nothing)
        texts = by_text["tfidf_svm"], by_text["embedding_logistic"]
        return (
            by_text
            | others
            | {
                "both_joined": _joined(*texts),
                "ranks_joined": _joined(*texts, others["ease"]),
                "all_ranks_joined": _joined(*texts, others["ease"], others["most_saved"]),
                "hybrid": _summed(*texts, others["ease"]),
                "hybrid_with_votes": _summed(*texts, others["ease"], np.log1p(others["most_saved"])),
            }
        )

    def _topics_only(self, profile: Indices, candidates: Indices) -> Floats:
        """Follow the most distinctive tags of the known papers; count how many of them a paper has."""
        telling = np.asarray(self.tags[profile].sum(axis=0)).ravel() * self.rarity
        ticked = np.argsort(-telling, kind="stable")[:TICKED]
        return np.asarray(self.tags[candidates][:, ticked].sum(axis=1)).ravel()

    def _queried(self, profile: Indices) -> Floats:
        """Return in how many known papers each word occurs, as a query: (words,)."""
        return np.asarray((self.bm25[profile] > 0).sum(axis=0), dtype=np.float32).ravel()

    def _learned(self, model: Any, features: Any, profile: Indices, candidates: Indices) -> Floats:
        """Fit a classifier of known papers against random ones, and return its decision values for the candidates.

        arxiv-sanity-lite does this with an SVM, Scholar Inbox with logistic regression.
        """
        others = np.setdiff1d(self.negatives, profile)
        rows = np.concatenate([profile, others])
        model.fit(features[rows], np.arange(len(rows)) < len(profile))
        return np.asarray(model.decision_function(features[candidates]), dtype=np.float32)


def _bm25(texts: list[str]) -> sparse.csr_matrix:
    """Return what each word of each text adds to the score for a query with it (Robertson and Zaragoza, 2009)."""
    counts = CountVectorizer(token_pattern=WORD, dtype=np.float32).fit_transform(texts).tocsr()
    length = np.asarray(counts.sum(axis=1)).ravel()
    papers = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log1p((len(texts) - papers + 0.5) / (papers + 0.5))
    rows = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
    damping = BM25_K1 * (1 - BM25_B + BM25_B * length / max(length.mean(), 1))
    counts.data = rarity[counts.indices] * counts.data * (BM25_K1 + 1) / (counts.data + damping[rows])
    return counts


def _joined(*rankings: Floats) -> Floats:
    """Combine rankings by reciprocal rank: add up 1 / (60 + rank) of each score."""
    joined: Floats = np.sum([_reciprocal_rank(scores) for scores in rankings], axis=0, dtype=np.float32)
    return joined


def _summed(*rankings: Floats) -> Floats:
    """Combine rankings by adding up their scores, each in standard deviations from its mean."""
    standardised = [(scores - scores.mean()) / (scores.std() + SMALL) for scores in rankings]
    joined: Floats = np.sum(standardised, axis=0, dtype=np.float32)
    return joined


def _reciprocal_rank(scores: Floats) -> Floats:
    """Return 1 / (60 + rank) of each score; equals share the mean of their ranks."""
    return np.asarray(1 / (RANK_CONSTANT + rankdata(-scores)), dtype=np.float32)
