"""Papers as vectors."""

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured

from digest.catalog import embedding
from digest.catalog.importing import import_seed_page
from digest.models import Paper
from tests.support.factories import make_paper

FROZEN = [[-0.058447, 0.036982, 0.071382, -0.072825], [-0.102369, 0.090179, -0.01092, -0.097461]]


class Tiny:
    """A model of three dimensions."""

    name = "tiny"
    dimensions = 3

    def vectors(self, texts):
        return np.tile(np.array([0, 3, 4], dtype=np.float32) / 5, (len(texts), 1))


def test_texts_become_unit_vectors_and_similar_texts_are_close():
    graphs, networks, bread = embedding.embedder().vectors(
        ["graph neural networks", "message passing on graphs", "baking sourdough bread at home"]
    )

    assert np.linalg.norm(graphs) == pytest.approx(1, abs=1e-5)
    assert graphs @ networks > graphs @ bread


def test_the_vectors_match_those_already_stored():
    """Frozen from wordllama's own code: a different reader of its files must not make the stored vectors worthless."""
    vectors = embedding.embedder().vectors(["Graph neural networks", "日本語 𝔼 <unk> " * 600])

    assert vectors[:, :4] == pytest.approx(np.array(FROZEN), abs=2e-6)


def test_a_missing_package_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(embedding, "find_spec", lambda _name: None)

    with pytest.raises(ImproperlyConfigured, match=r"wordllama package is missing; install requirements/run\.txt"):
        embedding.WordLlama256().vectors(["text"])


def test_a_text_without_words_gives_finite_values():
    assert np.isfinite(embedding.embedder().vectors(["", " "])).all()


@pytest.mark.django_db
def test_papers_are_embedded_when_they_are_imported():
    import_seed_page()

    stored = list(Paper.objects.values_list("embedding", "embedding_model"))
    assert {(len(raw), name) for raw, name in stored} == {(512, "wordllama-256")}
    assert np.linalg.norm(embedding.stacked(stored), axis=1) == pytest.approx(1, abs=1e-3)


@pytest.mark.django_db
def test_another_model_can_be_set_and_the_old_models_vectors_count_as_none(settings):
    old, new = make_paper("Old"), make_paper("New")
    embedding.embed([old])
    settings.EMBEDDER = "tests.catalog.test_embedding.Tiny"
    embedding.embed([new])

    vectors = embedding.stacked([(paper.embedding, paper.embedding_model) for paper in (old, new)])

    assert vectors[0].tolist() == [0, 0, 0]
    assert vectors[1] == pytest.approx([0, 0.6, 0.8], abs=1e-3)


def test_bytes_of_the_wrong_length_count_as_no_vector():
    assert not embedding.stacked([(b"\x00\x3c", "wordllama-256"), (None, "")]).any()


def test_the_default_models_name_from_the_previous_release_works_and_is_logged(settings, caplog):
    settings.EMBEDDER = "digest.embedding.WordLlama256"

    assert isinstance(embedding.embedder(), embedding.WordLlama256)
    assert "digest.catalog.embedding.WordLlama256" in caplog.text
