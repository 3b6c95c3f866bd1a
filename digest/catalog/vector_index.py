"""Vector index: the papers closest in meaning to a text or another paper, among those readers may see.

All embeddings are in the memory of the process: 1 kB per paper, so a hundred thousand take 100 MB. Comparing a text
with all of them is one matrix-vector product.
"""

import time
from datetime import datetime, timedelta
from functools import cache as once
from threading import Lock

import numpy as np
from django.core.cache import cache
from django.db.models import QuerySet
from numpy.typing import NDArray

from digest.catalog import embedding
from digest.models import Paper
from digest.ranking import Floats

# Anything less similar is about another subject. Chosen by looking at the seed papers, with the model that is shipped.
CLOSE_TO_TEXT, CLOSE_TO_PAPER = 0.3, 0.55
# How many of the closest are looked up: readers may not be allowed to see some, or a filter may leave them out.
LOOKED_UP = 400
# How long new papers may be missing.
LOOK_AGAIN = 60.0
# How long related papers are cached.
INDEX_LIFETIME = timedelta(hours=1)


class EmbeddingIndex:
    """The embeddings of all papers, read once; later only those that changed since."""

    def __init__(self) -> None:
        self.keys = np.zeros(0, dtype=np.int64)
        self.vectors: Floats = np.zeros((0, embedding.embedder().dimensions), dtype=np.float32)
        self._until: datetime | None = None
        self._looked_at = -np.inf
        self._lock = Lock()

    def closest(self, vector: Floats, least: float) -> list[int]:
        """Return the keys of the papers that are at least this close to a vector of length 1, closest first."""
        keys, vectors = self._refreshed()
        closeness = vectors @ vector
        near = np.flatnonzero(closeness >= least)
        order = near[np.argsort(-closeness[near], kind="stable")][:LOOKED_UP]
        return [int(key) for key in keys[order]]

    def _refreshed(self) -> "tuple[NDArray[np.int64], Floats]":
        with self._lock:
            if time.monotonic() - self._looked_at < LOOK_AGAIN:
                return self.keys, self.vectors
            changed = Paper.objects.exclude(embedding=None)
            if self._until:
                changed = changed.filter(updated_at__gt=self._until)
            rows = list(changed.values_list("pk", "embedding", "embedding_model", "updated_at"))
            if rows:
                keys = np.array([row[0] for row in rows], dtype=np.int64)
                unchanged = ~np.isin(self.keys, keys)
                new = embedding.stacked([(bytes(row[1] or b""), row[2]) for row in rows])
                self.keys = np.concatenate([self.keys[unchanged], keys])
                self.vectors = np.vstack([self.vectors[unchanged], new])
                self._until = max(row[3] for row in rows)
            self._looked_at = time.monotonic()
            return self.keys, self.vectors


@once
def memory() -> EmbeddingIndex:
    """Return the one index of this process."""
    return EmbeddingIndex()


def close_to_text(text: str, papers: QuerySet[Paper], depth: int) -> list[int]:
    """Return the keys of those papers whose meaning is close to the text's, closest first."""
    [vector] = embedding.embedder().vectors([text])
    return _among(memory().closest(vector, CLOSE_TO_TEXT), papers)[:depth]


def related(paper: Paper, number: int) -> list[Paper]:
    """Return the papers that readers may see and that are closest to this one: `number`, or fewer if few are close."""
    if paper.embedding is None:
        return []
    name = f"related.{paper.pk}.{paper.updated_at.timestamp()}.{number}"
    keys = cache.get(name)
    if keys is None:
        [vector] = embedding.stacked([(bytes(paper.embedding), paper.embedding_model)])
        close = memory().closest(vector, CLOSE_TO_PAPER)
        keys = [key for key in _among(close, Paper.objects.public()) if key != paper.pk][:number]
        cache.set(name, keys, INDEX_LIFETIME.total_seconds())
    # Queried again, because what is cached may have been hidden since.
    papers = Paper.objects.public().in_bulk(keys) if keys else {}
    return [papers[key] for key in keys if key in papers]


def _among(keys: list[int], papers: QuerySet[Paper]) -> list[int]:
    allowed = set(papers.order_by().filter(pk__any_of=keys).values_list("pk", flat=True)) if keys else set()
    return [key for key in keys if key in allowed]
