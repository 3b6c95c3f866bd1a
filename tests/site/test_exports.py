"""Editions and papers as files for other programs, and what a paper's page tells those programs."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from digest.catalog import citations
from digest.models import PaperIdentifier
from digest.site.share_image import draw_share_image
from tests.support.factories import DAY, make_edition, make_paper, make_topic, on_arxiv
from tests.support.html import html_of

pytestmark = pytest.mark.django_db

AT = datetime(2023, 9, 29, tzinfo=UTC)


@pytest.fixture
def paper():
    paper = make_paper(
        "Graphs & 50% of {sets}_1",
        about=make_topic(),
        authors=["Matthias Lanzinger", "José Barceló"],
        published_at=AT,
        arxiv_categories=["cs.LG"],
    )
    make_edition(on_arxiv(paper, "2309.17053"), make_paper("Second", authors=[], abstract=""))
    return paper


def file(client, ending, day=DAY):
    response = client.get(f"/papers/{day}.{ending}")
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="papers-{day}.{ending}"'
    assert response["Access-Control-Allow-Origin"] == "*"
    return response.content.decode()


def test_bibtex_escapes_characters_that_are_special_in_tex(client, paper):
    text = file(client, "bib")

    assert text.startswith("@misc{lanzinger2023graphs,\n")
    assert r"title = {{Graphs \& 50\% of \{sets\}\_1}}" in text
    assert "author = {Matthias Lanzinger and José Barceló}" in text
    assert "eprint = {2309.17053}" in text
    assert "primaryClass = {cs.LG}" in text
    assert text.count("@misc{") == 2


def test_bibtex_keys_are_unique_within_a_file():
    papers = [make_paper("Graphs one", authors=["Ada Byron"]), make_paper("Graphs two", authors=["Eve Byron"])]

    assert re.findall(r"@misc\{(.+),", citations.bibtex_of(papers)) == ["byrongraphs", "byrongraphs-2"]


def test_a_published_article_is_cited_as_one():
    paper = make_paper(authors=["李 明"])
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1000/182")

    assert citations.bibtex(paper).startswith("@article{")
    assert "doi = {10.1000/182}" in citations.bibtex(paper)
    assert citations.ris(paper).startswith("TY  - JOUR\r\n")


def test_ris_has_a_record_for_each_paper(client, paper):
    text = file(client, "ris")

    assert text.count("TY  - ") == text.count("ER  - ") == 2
    assert "TI  - Graphs & 50% of {sets}_1\r\n" in text
    assert "AU  - José Barceló\r\n" in text
    assert "UR  - https://arxiv.org/abs/2309.17053\r\n" in text


def test_csv_can_be_read_back(client, paper):
    first, second = csv.DictReader(io.StringIO(file(client, "csv")))

    assert first["title"] == "Graphs & 50% of {sets}_1"
    assert first["authors"] == "Matthias Lanzinger; José Barceló"
    assert (first["position"], first["topics"], first["arxiv_id"]) == ("1", "Graph learning", "2309.17053")
    assert second["title"] == "Second"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "\u200b="])
def test_csv_contains_nothing_that_a_spreadsheet_runs(client, start):
    text = f'{start}HYPERLINK("https://evil.example")'
    make_edition(make_paper(text, abstract=text, authors=[text]))

    for value in next(csv.DictReader(io.StringIO(file(client, "csv")))).values():
        assert not value.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_markdown_escapes_markup_in_text(client):
    make_edition(make_paper("[x](javascript:alert(1)) *bold* <b>"))

    text = file(client, "md")

    assert text.startswith("# Papers of Thursday, 21 August 2025\n")
    assert r"\[x\]\(javascript:alert\(1\)\) \*bold\* \<b\>" in text


@pytest.mark.parametrize("ending", ["bib", "ris", "csv", "md"])
def test_a_draft_cannot_be_downloaded(client, ending):
    make_edition(make_paper(), published=False)

    assert client.get(f"/papers/{DAY}.{ending}").status_code == 404
    assert client.get(f"/papers/{DAY + timedelta(days=1)}.{ending}").status_code == 404


@pytest.mark.parametrize("ending", ["bib", "ris", "csv", "md"])
def test_more_papers_cost_no_more_queries(client, django_assert_max_num_queries, ending):
    for number, day in ((5, DAY), (40, DAY + timedelta(days=1))):
        make_edition(*(on_arxiv(make_paper(), f"2{number:03}.{n:05}") for n in range(number)), day=day)
        with django_assert_max_num_queries(6):
            file(client, ending, day)


def test_a_single_paper_can_be_downloaded_too(client, paper):
    assert client.get(f"/papers/{paper.pk}.bib").content.decode().startswith("@misc{")
    assert client.get(f"/papers/{paper.pk}.md").content.decode().startswith("## [Graphs")
    make_edition(draft := make_paper(), day=DAY + timedelta(days=1), published=False)
    assert client.get(f"/papers/{draft.pk}.bib").status_code == 404


def test_the_page_of_a_paper_has_metadata_for_other_programs(client, paper):
    html = client.get(f"/papers/{paper.pk}").content.decode()

    for name, value in (
        ("citation_title", "Graphs & 50% of {sets}_1"),
        ("citation_author", "José Barceló"),
        ("citation_publication_date", "2023/09/29"),
        ("citation_arxiv_id", "2309.17053"),
        ("citation_pdf_url", "https://arxiv.org/pdf/2309.17053"),
    ):
        assert value in [meta["content"] for meta in html_of(html).all(f"meta[name={name}]")]
    address = f"http://localhost:8000/papers/{paper.pk}"
    assert html_of(html).one("meta[property=og:image]")["content"] == f"{address}/share.png"
    assert html_of(html).one("meta[property=og:url]")["content"] == address
    assert "@misc{lanzinger2023graphs," in html


def test_a_paper_has_a_share_image_that_is_drawn_once(client, paper, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "digest.site.share_image.draw_share_image", lambda paper: drawn.append(paper.pk) or draw_share_image(paper)
    )

    first, second = (client.get(f"/papers/{paper.pk}/share.png") for _ in range(2))

    assert drawn == [paper.pk]
    assert first.content == second.content
    assert first["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(first.content)).size == (1200, 630)


@pytest.mark.parametrize("ending", ["", ".md", ".bib", ".ris", ".csv"])
def test_an_edition_whose_papers_are_all_hidden_is_empty_and_says_so(client, ending):
    edition = make_edition(make_paper("Motifs"))
    edition.entries.update(placement="3-hidden")

    response = client.get(f"/papers/{DAY}{ending}")

    assert response.status_code == 200
    assert "Motifs" not in response.content.decode()
    if not ending:
        assert "There are no papers in this edition." in response.content.decode()
        assert ".md" not in response.content.decode()


@pytest.mark.parametrize("title", ["", "Σ γ ∈ ℝ", "word " * 200, "x" * 400, "x" * 100_000, "\u202e\x00", "图"])
def test_any_title_can_be_drawn(title):
    paper = make_paper()
    paper.title = title

    assert draw_share_image(paper).startswith(b"\x89PNG")


def test_a_paper_that_readers_cannot_see_has_no_share_image(client):
    make_edition(paper := make_paper(), published=False)

    assert client.get(f"/papers/{paper.pk}/share.png").status_code == 404
