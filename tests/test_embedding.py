"""Papers as vectors."""

import numpy as np
import pytest

from digest import embedding
from digest.importing import import_seed_page
from digest.models import Paper
from tests.make import make_paper


class Tiny:
    """A model of three dimensions."""

    name = "tiny"
    dimensions = 3

    def vectors(self, texts):
        return np.tile(np.array([0, 3, 4], dtype=np.float32) / 5, (len(texts), 1))


def test_texts_become_vectors_of_length_one_and_like_texts_are_close():
    graphs, networks, bread = embedding.embedder().vectors(
        ["graph neural networks", "message passing on graphs", "baking sourdough bread at home"]
    )

    assert np.linalg.norm(graphs) == pytest.approx(1, abs=1e-5)
    assert graphs @ networks > graphs @ bread


def test_a_text_without_words_is_no_vector_and_no_error():
    assert np.isfinite(embedding.embedder().vectors(["", " "])).all()


@pytest.mark.django_db
def test_papers_are_embedded_when_they_are_imported():
    import_seed_page()

    stored = list(Paper.objects.values_list("embedding", "embedding_model"))
    assert {(len(raw), name) for raw, name in stored} == {(512, "wordllama-256")}
    assert np.linalg.norm(embedding.stacked(stored), axis=1) == pytest.approx(1, abs=1e-3)


@pytest.mark.django_db
def test_another_model_can_be_set_and_what_the_old_one_made_does_no_harm(settings):
    old, new = make_paper("Old"), make_paper("New")
    embedding.embed([old])
    settings.EMBEDDER = "tests.test_embedding.Tiny"
    embedding.embed([new])

    vectors = embedding.stacked([(paper.embedding, paper.embedding_model) for paper in (old, new)])

    assert vectors[0].tolist() == [0, 0, 0]
    assert vectors[1] == pytest.approx([0, 0.6, 0.8], abs=1e-3)


def test_bytes_of_another_length_than_the_model_says_count_as_none():
    assert not embedding.stacked([(b"\x00\x3c", "wordllama-256"), (None, "")]).any()
