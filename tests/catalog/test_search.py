"""Search: from words to papers, on either database."""

import re
from datetime import timedelta

import pytest

from digest.catalog.search import Query, fuse_rankings, search_papers
from digest.models import EditionPaper, Paper
from tests.support.factories import DAY, make_edition, make_paper, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers():
    by_title = {
        title: make_paper(title, abstract=abstract, authors=authors)
        for title, abstract, authors in (
            ("Learning on graphs", "Neural networks that learn.", ["Ada Lovelace"]),
            ("Private optimization", "Graph methods keep data private.", ["Emmy Noether"]),
            ("Diffusion", "Images out of noise.", ["José Ñuñez", "Ada Byron"]),
        )
    }
    make_edition(*by_title.values())
    return by_title


def titles_found(text, **within):
    titles = dict(Paper.objects.values_list("pk", "title"))
    return [titles[key] for key in search_papers(Query(text, **within))]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("diffusion", "Diffusion"),
        ("DIFFUSION noise", "Diffusion"),
        ("diff", "Diffusion"),
        ("noether", "Private optimization"),
        ("Ñuñez", "Diffusion"),
        ("networks learning", "Learning on graphs"),
        ("optimizing private", "Private optimization"),
        ("ada byr", "Diffusion"),
        ("out of noise", "Diffusion"),
    ],
)
def test_words_are_found_in_title_abstract_and_names(papers, text, first):
    assert titles_found(text)[:1] == [first]


def test_the_title_counts_more_than_the_abstract(papers):
    assert titles_found("graph") == ["Learning on graphs", "Private optimization"]


def test_all_words_must_match(papers):
    assert titles_found("graph images") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "!!!",
        "'",
        '"',
        "a'b",
        '"graph',
        "graph*",
        "NOT",
        "AND OR",
        "title:x",
        "(",
        "\\",
        "a & b",
        "x:*",
        "\x00",
    ],
)
def test_database_query_syntax_is_treated_as_text(papers, text):
    assert isinstance(titles_found(text), list)


def test_a_very_long_query_is_cut(papers):
    assert titles_found("graph " * 10_000) == ["Learning on graphs", "Private optimization"]


def test_search_can_be_limited_to_a_topic_and_some_days(papers):
    topic = make_topic()
    make_edition(make_paper("Newer graphs", about=topic), day=DAY + timedelta(days=1))

    assert len(titles_found("graph")) == 3
    assert titles_found("graph", topic="graph-learning") == ["Newer graphs"]
    assert titles_found("graph", since=DAY + timedelta(days=1)) == ["Newer graphs"]
    assert len(titles_found("graph", until=DAY)) == 2


def test_only_papers_that_readers_may_see_are_found(papers):
    make_paper("Graph in no edition")
    make_edition(make_paper("Graph in a draft"), day=DAY + timedelta(days=1), published=False)
    EditionPaper.objects.filter(paper=papers["Learning on graphs"]).update(placement=EditionPaper.Placement.HIDDEN)

    assert titles_found("graph") == ["Private optimization"]


def test_the_index_follows_changes(papers):
    paper = papers["Diffusion"]
    paper.title, paper.abstract, paper.authors = "Flows", "Maps of measures.", ["Sofia Kovalevskaya"]
    paper.save()

    assert (titles_found("diffusion"), titles_found("noise"), titles_found("josé")) == ([], [], [])
    assert titles_found("kovalevskaya measures") == ["Flows"]
    Paper.objects.filter(pk=paper.pk).update(title="Flux")
    assert titles_found("flux") == ["Flux"]
    paper.delete()
    assert titles_found("flux") == []


def test_rankings_are_joined_by_reciprocal_rank():
    assert fuse_rankings([[1, 2, 3], [3, 4]]) == [3, 1, 2, 4]
    assert fuse_rankings([[], [7]]) == [7]
    assert fuse_rankings([]) == []


def test_an_abstract_of_any_length_is_accepted():
    make_edition(make_paper("Endless", abstract="measure theory " * 200_000))

    assert titles_found("endless measure") == ["Endless"]


def titles(html):
    return re.findall(r'<a href="/papers/\d+">([^<]+?)\s*</a>', html)


def test_the_page_searches_without_javascript(client, papers):
    html = client.get("/search", {"q": "graph"}).content.decode()

    assert titles(html) == ["Learning on graphs", "Private optimization"]
    assert 'value="graph"' in html
    assert 'href="/search/feed.atom?q=graph"' in html
    assert 'href="/subscribe?q=graph"' in html


def test_htmx_gets_only_the_results(client, papers):
    response = client.get("/search", {"q": "graph"}, headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert titles(response.content.decode()) == ["Learning on graphs", "Private optimization"]
    assert "HX-Request" in response["Vary"]


def test_without_words_the_page_searches_nothing(client, papers, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        html = client.get("/search").content.decode()

    assert titles(html) == []
    assert "Nothing found" not in html


def test_the_page_says_that_nothing_was_found(client, papers):
    assert "Nothing found" in client.get("/search", {"q": "xyzzy"}).content.decode()


@pytest.mark.parametrize("within", [{"topic": "none"}, {"since": "2025-13-01"}, {"until": "x"}, {"q": "x" * 300}])
def test_fields_that_the_form_cannot_read_are_ignored(client, papers, within):
    assert client.get("/search", {"q": "graph", **within}).status_code == 200


def test_typed_text_never_becomes_html(client, papers):
    html = client.get("/search", {"q": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert(1)" not in html


def test_more_papers_cost_no_more_queries(client, django_assert_max_num_queries):
    for number, day in ((5, DAY), (40, DAY + timedelta(days=1))):
        make_edition(*(make_paper("A graph", about=make_topic(f"T{day}{n}")) for n in range(number)), day=day)
        with django_assert_max_num_queries(7):
            client.get("/search", {"q": "graph"})
