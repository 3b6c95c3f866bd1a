"""What liking one paper says about the papers of an offer: closeness of the two, and readers who like both."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np
from scipy import sparse

from digest import embedding
from digest.models import Feedback, Paper
from digest.offers import LIKES, Candidates
from digest.ranking import words
from digest.ranking.alike import liked_together
from digest.ranking.closeness import Papers, Usual, closeness
from digest.ranking.scoring import Floats
from digest.ranking.taste import kernel

# The latest papers: on so many it is measured what is usual, and which words tell.
SAMPLE = 400
LATEST = 2000
# At most so many likes of an offer's papers are looked at, the newest first.
MOST_LIKES = 20_000
# So many figures stay in memory for an offer, unless one batch alone needs more; four bytes each.
MOST_KEPT = 20_000_000

_TEXT = ("title", "abstract", "embedding", "embedding_model")


class Says:
    """What known papers say about the papers of one offer; kept, for all readers of a day share it."""

    def __init__(self, offer: Candidates) -> None:
        self._offer = offer
        latest = list(Paper.objects.order_by("-pk").values_list(*_TEXT)[:LATEST])
        counted = words.counts([f"{title}\n{abstract}" for title, abstract, *_ in latest])
        self._lexicon = words.Lexicon.of(counted)
        step = max(len(latest) // SAMPLE, 1)
        self._sample = self._papers(latest[::step])
        self._candidates = self._measured(Papers(offer.vectors, self._lexicon.vectors(words.counts(offer.texts))))
        self._likes = _Likes(offer.papers)
        self._row: dict[int, int] = {}
        self._rows = np.zeros((0, len(offer.papers)), dtype=np.float32)

    def rows(self, known: Sequence[int]) -> Floats:
        """Return what these papers (keys) say: (known, papers). A paper that is gone says nothing."""
        new = [paper for paper in known if paper not in self._row]
        if (len(self._rows) + len(new)) * len(self._offer.papers) > MOST_KEPT:
            self._row, self._rows, new = {}, self._rows[:0], list(known)
        if new:
            found = {key: row for key, *row in Paper.objects.filter(pk__any_of=new).values_list("pk", *_TEXT)}
            present = [paper for paper in new if paper in found]
            said = np.zeros((len(new), len(self._offer.papers)), dtype=np.float32)
            if present:
                close = closeness(self._measured(self._papers([found[paper] for paper in present])), self._candidates)
                said[[paper in found for paper in new]] = kernel(close, self._likes.together(present))
            self._row |= {paper: len(self._rows) + place for place, paper in enumerate(new)}
            self._rows = np.vstack([self._rows, said])
        return self._rows[[self._row[paper] for paper in known]]

    def _papers(self, rows: Sequence[Sequence[object]]) -> Papers:
        texts = [f"{title}\n{abstract}" for title, abstract, *_ in rows]
        vectors = embedding.stacked([(raw, str(name)) for *_, raw, name in rows])  # type: ignore[misc]
        return Papers(vectors, self._lexicon.vectors(words.counts(texts)))

    def _measured(self, papers: Papers) -> tuple[Papers, Usual]:
        return papers, Usual.of(papers, self._sample)


class _Likes:
    """The likes of those readers who like a paper of the offer."""

    def __init__(self, offered: Sequence[int]) -> None:
        likes = Feedback.objects.filter(kind__in=LIKES).order_by("-at")
        newest = likes.filter(paper__in=offered).values_list("subscriber_id", flat=True)[:MOST_LIKES]
        voters = sorted(set(newest))
        pairs = likes.filter(subscriber__any_of=voters).values_list("subscriber_id", "paper_id")[: 10 * MOST_LIKES]
        row = {reader: index for index, reader in enumerate(voters)}
        self._pairs = sorted({(paper, row[reader]) for reader, paper in pairs})
        self._readers = len(voters)
        self._per_reader = np.bincount([reader for _, reader in self._pairs], minlength=self._readers).astype(
            np.float32
        )
        self._offered = self._matrix(offered)

    def together(self, known: Sequence[int]) -> Floats:
        """Return how much known and offered papers are liked by the same: (known, offered)."""
        return liked_together(self._matrix(known), self._offered, self._per_reader)

    def _matrix(self, papers: Sequence[int]) -> sparse.csr_array:
        column = {paper: index for index, paper in enumerate(papers)}
        found = [(reader, column[paper]) for paper, reader in self._pairs if paper in column]
        rows, columns = zip(*found, strict=True) if found else ((), ())
        shape = (self._readers, len(papers))
        return sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


class _Kept:
    """The key of an offer within an hour, after which new likes count."""

    def __init__(self, offer: Candidates, hour: datetime) -> None:
        self.offer = offer
        self._key = tuple(offer.papers), hour, embedding.embedder().name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=4)
def _says(kept: _Kept) -> Says:
    return Says(kept.offer)


def says_of(known: Sequence[int], offer: Candidates, now: datetime) -> Floats:
    """Return what known papers (keys) say about an offer's: (known, papers), with likes as of this hour."""
    return _says(_Kept(offer, now.replace(minute=0, second=0, microsecond=0))).rows(known)


def forget() -> None:
    """Read likes and papers anew for the next offer, within the hour too."""
    _says.cache_clear()
