"""Turn texts into vectors of length 1, with a model that can be changed: see EMBEDDER in docs/settings.md."""

import json
import logging
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from digest.models import Paper
from digest.ranking import Floats

logger = logging.getLogger(__name__)

EMBEDDING_BATCH = 256
# float16 keeps a cosine to three digits, in half the space.
STORED = np.dtype("<f2")


class Embedder(Protocol):
    """A model that turns texts into vectors."""

    name: str
    dimensions: int

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return a vector for each text, of length 1, or 0 for a text without words: (texts, dimensions)."""


class WordLlama256:
    """The model in the package wordllama: 256 dimensions, no graphics card, nothing downloaded.

    A text is the mean of its tokens' vectors. Only the package's files are read, because its code would bring in a
    client for downloading models, and pads texts to one length.
    """

    name = "wordllama-256"
    dimensions = 256

    @cached_property
    def _folder(self) -> Path:
        package = find_spec("wordllama")
        if package is None or package.origin is None:
            raise ImproperlyConfigured("EMBEDDER: the wordllama package is missing; install requirements/run.txt")
        return Path(package.origin).parent

    @cached_property
    def _tokenizer(self) -> Any:
        # Loaded when first needed: most processes never embed anything.
        from tokenizers import Tokenizer  # noqa: PLC0415

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def load(self) -> None:
        """Read the tokenizer, which takes a tenth of a second and fifteen megabytes."""
        _ = self._tokenizer

    @cached_property
    def _weights(self) -> NDArray[np.float16]:
        """A vector for each token, (tokens, dimensions), read from the file as needed."""
        path = self._folder / "weights" / "l2_supercat_256.safetensors"
        # The format: the length of a JSON header, the header, the numbers.
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            entry = json.loads(file.read(length))["embedding.weight"]
        begin = 8 + length + entry["data_offsets"][0]
        return np.memmap(path, dtype=STORED, mode="r", offset=begin, shape=tuple(entry["shape"]))

    def vectors(self, texts: Sequence[str]) -> Floats:
        """See Embedder."""
        means = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, encoded in enumerate(self._tokenizer.encode_batch(list(texts), add_special_tokens=False)):
            tokens = self._weights[encoded.ids].astype(np.float32)
            means[row] = tokens.sum(axis=0) / max(len(tokens), 1)
        return normalised(means)


# Old locations of models, which an environment may still name: 0.1.0 → now. To be removed after 0.2.0.
MOVED = {"digest.embedding.WordLlama256": "digest.catalog.embedding.WordLlama256"}


@lru_cache(maxsize=1)
def _embedder(path: str) -> Embedder:
    if path in MOVED:
        logger.warning("EMBEDDER: %s is now called %s; use the new name, or leave EMBEDDER unset", path, MOVED[path])
        path = MOVED[path]
    model: Embedder = import_string(path)()
    return model


def embedder() -> Embedder:
    """Return the configured model, loaded once."""
    return _embedder(settings.EMBEDDER)


def preload() -> None:
    """Load what the model reads, so that processes forked later share it; without `load`, on its first text."""
    if load := getattr(embedder(), "load", None):
        load()


def normalised(vectors: Floats) -> Floats:
    """Return vectors with length 1; one without a length, or whose length is not a number, becomes 0."""
    clean = np.nan_to_num(vectors)
    length = np.linalg.norm(clean, axis=-1, keepdims=True)
    return (clean / np.where(length > 0, length, 1)).astype(np.float32)


def embed(papers: Iterable[Paper]) -> None:
    """Set the embedding of papers from title and abstract, batch by batch. Does not save."""
    model = embedder()
    remaining = iter(papers)
    while batch := list(islice(remaining, EMBEDDING_BATCH)):
        vectors = model.vectors([f"{paper.title}\n{paper.abstract}" for paper in batch])
        for paper, vector in zip(batch, vectors, strict=True):
            paper.embedding, paper.embedding_model = vector.astype(STORED).tobytes(), model.name


def stacked(stored: Sequence[tuple[bytes | memoryview | None, str]]) -> Floats:
    """Return stored embeddings (bytes, model) as vectors: (papers, dimensions).

    One from another model, or of a different size than its model says, is 0: close to nothing until it is recomputed.
    """
    model = embedder()
    out = np.zeros((len(stored), model.dimensions), dtype=np.float32)
    for row, (raw, name) in enumerate(stored):
        if raw is not None and name == model.name and len(bytes(raw)) == model.dimensions * STORED.itemsize:
            out[row] = np.frombuffer(bytes(raw), dtype=STORED)
    return normalised(out)
