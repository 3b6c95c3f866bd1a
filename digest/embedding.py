"""Texts → vectors of length 1, by a model that can be changed: see EMBEDDER in docs/settings.md."""

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string

from digest.models import Paper
from digest.ranking.scoring import Floats

BATCH = 256
# float16 keeps a cosine to three digits, in half the room.
STORED = np.dtype("<f2")


class Embedder(Protocol):
    """A model that turns texts into vectors."""

    name: str
    dimensions: int

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return a vector for each text, of length 1, or 0 for a text without words: (texts, dimensions)."""


class WordLlama256:
    """The model that comes with wordllama: 256 dimensions, no graphics card, nothing downloaded."""

    name = "wordllama-256"
    dimensions = 256

    @cached_property
    def _model(self) -> Any:
        # Loaded when first needed: most processes never embed anything.
        import wordllama  # noqa: PLC0415

        # Its own look-up misses the tokenizer that lies in the package.
        folder = Path(wordllama.__file__).parent
        return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """See Embedder."""
        return unit(np.asarray(self._model.embed(list(texts), norm=False), dtype=np.float32))


@lru_cache(maxsize=1)
def _embedder(path: str) -> Embedder:
    model: Embedder = import_string(path)()
    return model


def embedder() -> Embedder:
    """Return the model that is set, loaded once."""
    return _embedder(settings.EMBEDDER)


def unit(vectors: Floats) -> Floats:
    """Return vectors with length 1; what has no length, or none that is a number, becomes 0."""
    clean = np.nan_to_num(vectors)
    length = np.linalg.norm(clean, axis=-1, keepdims=True)
    return (clean / np.where(length > 0, length, 1)).astype(np.float32)


def embed(papers: Iterable[Paper]) -> None:
    """Set the embedding of papers from title and abstract, batch by batch. Does not save."""
    model = embedder()
    left = iter(papers)
    while batch := list(islice(left, BATCH)):
        vectors = model.vectors([f"{paper.title}\n{paper.abstract}" for paper in batch])
        for paper, vector in zip(batch, vectors, strict=True):
            paper.embedding, paper.embedding_model = vector.astype(STORED).tobytes(), model.name


def stacked(stored: Sequence[tuple[bytes | memoryview | None, str]]) -> Floats:
    """Return stored embeddings (bytes, model) as vectors: (papers, dimensions).

    One of another model, or of another size than its model says, is 0: close to nothing, until it is made anew.
    """
    model = embedder()
    out = np.zeros((len(stored), model.dimensions), dtype=np.float32)
    for row, (raw, name) in enumerate(stored):
        if raw is not None and name == model.name and len(bytes(raw)) == model.dimensions * STORED.itemsize:
            out[row] = np.frombuffer(bytes(raw), dtype=STORED)
    return unit(out)
