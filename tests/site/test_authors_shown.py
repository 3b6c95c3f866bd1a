"""Authors: one page each; long lists are folded; text runs in the direction of its script."""

import pytest

from digest.catalog.formatting import authors_line
from digest.catalog.importing import import_records
from digest.models import Paper
from digest.sources.record import PaperRecord
from tests.support.factories import make_edition, make_paper
from tests.support.html import html_of

pytestmark = pytest.mark.django_db


def page_of(client, **fields):
    paper = make_paper(**fields)
    make_edition(paper)
    return client.get(f"/papers/{paper.pk}").content.decode()


def author_links(part):
    return [link for link in part.all("a[href]") if link["href"].startswith("/authors/")]


def test_a_long_list_of_authors_is_folded_after_the_first_few(client):
    html = html_of(page_of(client, authors=[f"Author {number:03}" for number in range(1, 101)]))
    folded = html.one("details")
    assert (len(author_links(html)), len(author_links(folded))) == (100, 85)
    assert folded.one("summary").text == "85 more authors"


@pytest.mark.parametrize("number", [1, 15, 18])
def test_a_short_list_is_shown_in_full_even_if_slightly_over_the_limit(client, number):
    html = html_of(page_of(client, authors=[f"Author {number}" for number in range(number)]))
    assert html.all("details") == []
    assert len(author_links(html)) == number


def test_unnamed_others_are_mentioned_but_are_not_an_author(client):
    html = page_of(client, authors=["Georges Aad"], original_authors=["Georges Aad", "others"])
    assert html_of(html).one("p.authors").text.endswith("and others")
    assert "/authors/others" not in html
    assert "author = {Georges Aad and others}" in html
    assert authors_line(make_paper(authors=["A"], original_authors=["A", "others"])) == "A and others"


@pytest.mark.parametrize("part", ["h1", "p.authors", "div.full"])
def test_text_on_a_papers_page_runs_in_the_direction_of_its_script(client, part):
    assert html_of(page_of(client, title="עברית")).one(part)["dir"] == "auto"


def test_titles_in_lists_run_in_the_direction_of_their_script(client):
    make_edition(make_paper("עברית"))
    html = html_of(client.get("/"))
    assert html.one(".title")["dir"] == html.one("p.abstract")["dir"] == "auto"


def record(version, *authors):
    identifiers = (("arxiv", "2611.00001"),)
    return PaperRecord.read("A", "", source="oai", identifiers=identifiers, version=version, authors=authors)


def test_an_author_has_one_page_under_all_spellings(client):
    papers = [make_paper(authors=[name]) for name in ("Kurt Gödel", "Kurt Gödel", "Kurt F. Godel")]
    make_edition(*papers, make_paper(authors=["K. Gödel"]))
    page = client.get("/authors/Kurt Gödel").content.decode()
    assert "3 papers, newest first" in page
    answer = client.get("/authors/Gödel, Kurt?page=1")
    assert (answer.status_code, answer["Location"]) == (302, "/authors/Kurt%20G%C3%B6del?page=1")


def test_an_author_whose_name_a_curator_corrects_is_found_under_the_new_one(client):
    paper = make_paper(authors=["Kurt Goedel"])
    make_edition(paper)
    paper.authors = ["Kurt Gödel"]
    paper.save()
    assert client.get("/authors/Kurt Gödel").status_code == 200
    assert client.get("/authors/Kurt Goedel").status_code == 404


def test_authors_are_found_after_an_import_and_after_they_change(client):
    import_records([record(1, "Ada Lovelace")])
    make_edition(Paper.objects.get())
    assert client.get("/authors/Ada Lovelace").status_code == 200
    import_records([record(2, "Emmy Noether")])
    assert client.get("/authors/Emmy Noether").status_code == 200
    assert client.get("/authors/Ada Lovelace").status_code == 404
