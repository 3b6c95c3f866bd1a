"""Search to the letter, on either database: accents, names, phrases, IDs, typos."""

import pytest

from digest.catalog import full_text
from digest.catalog.search import Query, results
from digest.models import Paper
from tests.support.factories import DAY, make_edition, make_paper, on_arxiv

pytestmark = pytest.mark.django_db


def titles_found(text, **within):
    titles = dict(Paper.objects.values_list("pk", "title"))
    return [titles[key] for key in results(Query(text, **within)).keys]


def published(*papers):
    make_edition(*papers)
    return papers


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Hoàng Nguyễn", "hoang nguyen"),
        ("Thị Đặng", "Thi Dang"),
        ("Šimić", "simic"),
        ("Jürgen Müller", "muller"),
        ("Lars Jørgensen", "Jorgensen"),
        ("Łukasz Żak", "lukasz zak"),
        ("Carl Gauß", "gauss"),
        ("Ærø Bæk", "aero baek"),
        ("Işıl Yıldız", "isil yildiz"),
        ("Cœur Lefèvre", "coeur lefevre"),
        ("Þóra Guðrún", "thora gudrun"),
        ("JØRGEN ŁĘCKI", "jorgen lecki"),
        ("Jo\u0301zsef", "jozsef"),
        ("Connor O'Brien", "OBrien"),
        ("Connor O’Brien", "obrien"),
        ("Connor O’Brien", "O'Brien"),
        ("Connor O'Brien", "brien"),
        ("Wei-Lun Chao", "wei-lun"),
        ("Wei-Lun Chao", "wei lun chao"),
        ("Will The", "will the"),
        ("Will Smith", "will"),
        ("Ben Rosing", "rosing"),
        ("Ben Rosing", "rosin"),
        ("Сергей Королёв", "королёв"),
        ("李 明", "李"),
    ],
)
def test_a_name_is_found_however_it_is_typed(name, typed):
    published(
        make_paper("Theirs", abstract="", authors=[name]), make_paper("Another", abstract="", authors=["Eve Doe"])
    )

    assert titles_found(typed)[:1] == ["Theirs"]
    assert titles_found(name)[:1] == ["Theirs"]


def test_names_are_not_stemmed():
    published(
        make_paper("Theirs", abstract="", authors=["Ann Jones"]), make_paper("Other", abstract="", authors=["Ann Jone"])
    )

    assert titles_found("jones ann") == ["Theirs"]


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("Erdős graphs", "erdos"),
        ("naïve Bayes", "naive"),
        ("Weiß noise", "weiss"),
        ("GPT-4 at work", "gpt-4"),
        ("The end", "the"),
    ],
)
def test_words_of_a_title_are_found_without_their_accents(word, typed):
    published(make_paper(word, abstract=""))

    assert titles_found(typed) == [word]


def test_a_phrase_in_quotation_marks_is_matched_as_it_is():
    published(
        make_paper("Graph neural networks", abstract=""),
        make_paper("Neural search on a graph", abstract=""),
        make_paper("Other", abstract="", authors=["Ada Neural"]),
    )

    assert titles_found('"graph neural"') == ["Graph neural networks"]
    assert titles_found("“graph neural”") == ["Graph neural networks"]
    assert titles_found('"ada neural"') == ["Other"]
    assert titles_found('"graph neural') == ["Graph neural networks"]


def test_a_word_with_a_minus_is_excluded():
    published(
        make_paper("Graph of a protein", abstract=""), make_paper("Graph of words", abstract="", authors=["Eve Doe"])
    )

    assert titles_found("graph -protein") == ["Graph of words"]
    assert titles_found("graph -doe") == ["Graph of a protein"]
    assert titles_found('graph -"of words"') == ["Graph of a protein"]
    assert titles_found("-protein") == []
    assert sorted(titles_found("graph - of")) == ["Graph of a protein", "Graph of words"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("protien folding", "protein folding"),
        ("Kovalevskya", "kovalevskaya"),
        ("protein fold", ""),
        ("folbing", "folding"),
        ("lovelcae", "lovelace"),
        ("zzzzzz", ""),
        ("-protien folding", ""),
    ],
)
def test_a_typo_gets_a_suggestion(typed, expected):
    published(make_paper("Protein folding", abstract="", authors=["Sofia Kovalevskaya", "Ada Lovelace"]))

    assert results(Query(typed)).suggestion == expected


def test_two_swapped_letters_are_likelier_than_a_missing_one():
    published(make_paper("Modèles and models of diffusion"))

    assert results(Query("modles diffusion")).suggestion == "models diffusion"


def test_suggestions_do_not_reveal_unpublished_papers():
    make_edition(make_paper("Protein secrets", abstract=""), published=False)

    assert results(Query("protien")).suggestion == ""


def test_all_papers_are_counted(monkeypatch):
    published(*(make_paper(f"Graph {number}", abstract="") for number in range(5)))

    assert (len(results(Query("graph")).keys), results(Query("graph")).has_more) == (5, False)
    monkeypatch.setattr(full_text, "COMPARED", 3)
    assert (len(results(Query("graph")).keys), results(Query("graph")).has_more) == (3, True)


def test_hidden_rows_of_any_shape_are_indexed():
    for authors in ([], ["'"], ['a "quoted" name'], ["x" * 5000], [f"Name{n} O'Such{n}" for n in range(5000)]):
        make_paper("Odd", authors=authors)

    assert Paper.objects.count() == 5


IDS = [
    "2511.00586",
    "2511.00586v2",
    "arXiv:2511.00586",
    "arxiv: 2511.00586v1",
    "https://arxiv.org/abs/2511.00586",
    "https://arxiv.org/pdf/2511.00586v2.pdf",
    "https://arxiv.org/html/2511.00586v1",
    "https://www.alphaxiv.org/abs/2511.00586",
    "https://huggingface.co/papers/2511.00586",
    "10.48550/arXiv.2511.00586",
    "10.1145/3292500.3330925",
    "doi:10.1145/3292500.3330925",
    "https://doi.org/10.1145/3292500.3330925",
    "https://github.com/example/graphs",
    "http://localhost:8000/papers/2511.00586",
]


@pytest.fixture
def paper():
    paper = on_arxiv(make_paper("Graphs", code_url="https://github.com/example/graphs"), "2511.00586")
    paper.identifiers.create(scheme="doi", value="10.1145/3292500.3330925")
    published(paper, make_paper("See 2511.00586 on graphs", abstract=""))
    return paper


@pytest.mark.parametrize("typed", IDS)
def test_an_id_or_address_redirects_to_its_paper(client, paper, typed):
    response = client.get("/search", {"q": typed})

    assert (response.status_code, response["Location"]) == (302, f"/papers/{paper.pk}")
    response = client.get("/search", {"q": typed}, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == f"/papers/{paper.pk}"
    answer = client.get("/api/papers/search", {"q": typed}).json()
    assert [item["title"] for item in answer] == ["Graphs"]
    feed = client.get("/search/feed.json", {"q": typed}).json()
    assert [item["title"] for item in feed["items"]] == ["Graphs"]


def test_the_address_of_our_own_page_redirects_there(client, paper):
    response = client.get("/search", {"q": f"http://localhost:8000/papers/{paper.pk}"})

    assert response["Location"] == f"/papers/{paper.pk}"


@pytest.mark.parametrize("typed", ["2511.99999", "10.1145/none", "https://arxiv.org/abs/hep-th/9901001"])
def test_an_unknown_id_is_told_apart_from_words(client, paper, typed):
    html = client.get("/search", {"q": typed}).content.decode()

    assert "We don’t have this paper yet." in html
    assert 'href="/submit"' in html
    assert "Nothing found" not in html


@pytest.mark.parametrize("typed", ["2024", "graphs 2511.00586 graphs", "42"])
def test_words_and_numbers_are_searched_for(client, paper, typed):
    assert client.get("/search", {"q": typed}).status_code == 200


def test_the_page_suggests_what_was_meant(client, paper):
    html = client.get("/search", {"q": "grpahs", "since": DAY}).content.decode()

    assert f'Did you mean <a href="/search?q=graphs&amp;since={DAY}">graphs</a>?' in html


def test_all_results_can_be_paged_through(client):
    published(*(make_paper(f"Graph number {number}", abstract="") for number in range(60)))

    html = client.get("/search", {"q": "graph"}).content.decode()
    assert "60 papers, best match first" in " ".join(html.split())
    assert "Page 1 of 2" in html
    assert client.get("/search", {"q": "graph", "page": 2}).status_code == 200
