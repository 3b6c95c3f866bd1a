"""Papers by meaning: related papers, and papers that a search finds though they do not contain its words."""

from datetime import timedelta

import pytest

from digest.catalog import embedding, vector_index
from digest.catalog.search import Query, search_papers
from digest.models import EditionPaper, Paper
from tests.support.factories import DAY, make_edition, make_paper, make_topic

pytestmark = pytest.mark.django_db

TEXTS = {
    "Graph neural networks": "We train neural networks on graphs and classify their nodes.",
    "Message passing on networks of nodes": "Node classification by neural message passing over the edges of a graph.",
    "Private statistics": "Differential privacy protects the records of users when a mean is published.",
}


def make_papers(texts=TEXTS, **fields):
    papers = [make_paper(title, abstract=abstract, **fields) for title, abstract in texts.items()]
    embed(papers)
    return papers


def embed(papers):
    embedding.embed(papers)
    Paper.objects.bulk_update(papers, ["embedding", "embedding_model"])


def titles(papers):
    return [paper.title for paper in papers]


def titles_found(text, **within):
    papers = Paper.objects.in_bulk(search_papers(Query(text, **within)))
    return [papers[key].title for key in search_papers(Query(text, **within))]


def test_related_papers_are_close_in_meaning_and_never_the_paper_itself():
    first, *_ = make_papers()
    make_edition(*Paper.objects.all())

    assert titles(vector_index.related(first, 5)) == ["Message passing on networks of nodes"]


def test_related_papers_are_only_those_readers_may_see():
    first, second, _ = make_papers()
    make_edition(first)
    assert vector_index.related(first, 5) == []

    make_edition(second, day=DAY + timedelta(days=1))
    EditionPaper.objects.filter(paper=second).update(placement=EditionPaper.Placement.HIDDEN)
    vector_index.cache.clear()
    assert vector_index.related(first, 5) == []


def test_a_paper_hidden_since_then_is_not_shown():
    first, second, _ = make_papers()
    make_edition(first, second)
    assert titles(vector_index.related(first, 5)) == [second.title]

    EditionPaper.objects.filter(paper=second).update(placement=EditionPaper.Placement.HIDDEN)

    assert vector_index.related(first, 5) == []


def test_a_paper_without_an_embedding_has_no_related_papers():
    make_edition(paper := make_paper(), *make_papers())

    assert vector_index.related(paper, 5) == []


def test_an_embedding_from_another_model_is_close_to_nothing():
    first, second, _ = make_papers()
    make_edition(first, second)
    Paper.objects.filter(pk=second.pk).update(embedding_model="another", embedding=b"12")

    assert vector_index.related(first, 5) == []


def test_the_page_of_a_paper_links_to_related_ones(client):
    first, second, third = make_papers()
    make_edition(first, second, third)

    html = client.get(f"/papers/{first.pk}").content.decode()

    assert "Related papers" in html
    assert f'<a href="/papers/{second.pk}"' in html
    assert f'<a href="/papers/{third.pk}"' not in html


def test_a_search_finds_what_is_meant():
    make_edition(*make_papers())

    assert titles_found("protecting personal data") == ["Private statistics"]
    assert titles_found("how to cook rice") == []


def test_a_paper_with_the_words_and_the_meaning_comes_first():
    make_edition(*make_papers())

    assert titles_found("graph neural networks")[0] == "Graph neural networks"
    assert "Private statistics" not in titles_found("graph neural networks")


def test_search_by_meaning_can_be_limited_to_a_topic_and_some_days():
    topic = make_topic()
    papers = make_papers()
    make_edition(*papers)
    [later] = make_papers({"Privacy of users": "The data of persons are kept private."}, about=topic)
    make_edition(later, day=DAY + timedelta(days=1))

    assert set(titles_found("protecting personal data")) == {"Private statistics", "Privacy of users"}
    assert titles_found("protecting personal data", topic="graph-learning") == ["Privacy of users"]
    assert titles_found("protecting personal data", until=DAY) == ["Private statistics"]


def test_new_and_changed_papers_are_found_after_a_minute(monkeypatch):
    make_edition(*make_papers())
    assert titles_found("quantum circuits and qubits") == []
    [new] = make_papers({"Noise in qubits": "Quantum computers with noisy circuits of qubits."})
    make_edition(new, day=DAY + timedelta(days=1))
    monkeypatch.setattr(vector_index, "LOOK_AGAIN", 0.0)

    assert vector_index.close_to_text("quantum computing", Paper.objects.all(), 5) == [new.pk]

    new.title, new.abstract = "Bread", "How to bake bread with yeast and flour in an oven."
    embed([new])
    new.save()
    assert vector_index.close_to_text("quantum computing", Paper.objects.all(), 5) == []


def test_without_any_paper_nothing_is_close():
    assert titles_found("graphs") == []


def test_more_papers_cost_no_more_queries(django_assert_max_num_queries):
    make_edition(*make_papers())
    search_papers(Query("graph"))
    papers = [paper for number in range(10) for paper in make_papers({f"Graph {number}": "Graph neural networks."})]
    make_edition(*papers, day=DAY + timedelta(days=1))

    with django_assert_max_num_queries(4):
        assert len(search_papers(Query("graph"))) > 3
