"""Reading lists: parsed, and matched with the catalogue."""

from datetime import UTC, datetime

import pytest

from digest.catalog.bibliography import MAX_READ_ENTRIES, match_known, read_file, read_text
from digest.models import PaperIdentifier
from digest.sources.record import SourceError
from tests.support.factories import DAY, make_edition, make_paper, on_arxiv

pytestmark = pytest.mark.django_db

BIBTEX = "@article{a, title={Learning from graphs at last}, year={2024}, author={Noether, Emmy}}\n"
RIS = "TY  - JOUR\nTI  - Learning from graphs at last\nPY  - 2024\nER  - \n"
CSL = '[{"type": "article", "title": "Learning from graphs at last", "issued": {"date-parts": [[2024]]}}]'
ENDNOTE = (
    "<xml><records><record><titles><title>Learning from graphs at last</title></titles>"
    "<dates><year>2024</year></dates></record></records></xml>"
)
ENW = "%0 Journal Article\n%T Learning from graphs at last\n%D 2024\n"
NBIB = "PMID- 1\nTI  - Learning from graphs at last.\nDP  - 2024 Mar\n"
TABLE = "Title,Year\nLearning from graphs at last,2024\n"


def known_in(text):
    bibliography = read_text(text)
    return [match_known(bibliography.records).get(place) for place in range(len(bibliography.records))]


@pytest.mark.parametrize("text", [BIBTEX, RIS, CSL, ENDNOTE, ENW, NBIB, TABLE, "- Learning from graphs at last\n"])
def test_each_format_is_matched_by_title_and_year(text):
    paper = make_paper("Learning from graphs at last", published_at=datetime(2023, 12, 1, tzinfo=UTC))

    assert known_in(text) == [paper.pk]


@pytest.mark.parametrize("text", [BIBTEX, RIS, CSL, ENDNOTE])
def test_a_paper_with_the_same_title_years_apart_is_a_different_paper(text):
    make_paper("Learning from graphs at last", published_at=datetime(2003, 12, 1, tzinfo=UTC))

    assert known_in(text) == [None]


@pytest.mark.parametrize(
    "line",
    [
        "2501.00001",
        "arXiv:2501.00001v3",
        "https://arxiv.org/abs/2501.00001",
        "1. https://arxiv.org/pdf/2501.00001.pdf",
        "10.1234/abcd.5",
        "https://doi.org/10.1234/abcd.5",
        "* doi:10.1234/abcd.5",
    ],
)
def test_a_line_may_be_an_id_a_doi_or_a_link(line):
    paper = on_arxiv(make_paper(), "2501.00001")
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1234/abcd.5")

    assert known_in(f"{line}\n") == [paper.pk]


@pytest.mark.parametrize(
    ("line", "scheme", "value"),
    [
        ("Roe R. (2015) On trees. Trees 521, 436. doi: 10.1234/abcd.5", "doi", "10.1234/abcd.5"),
        ("R. Roe, On trees, https://doi.org/10.1234/abcd.5.", "doi", "10.1234/abcd.5"),
        ("https://link.springer.com/content/pdf/10.1234/abcd.5.pdf", "doi", "10.1234/abcd.5"),
        (
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000001",
            "doi",
            "10.1371/journal.pone.0000001",
        ),
        ("https://www.nature.com/articles/s41586-020-2649-2", "doi", "10.1038/s41586-020-2649-2"),
        ("https://www.nature.com/articles/nature14539", "doi", "10.1038/nature14539"),
        ("https://aclanthology.org/N19-1423.pdf", "doi", "10.18653/v1/n19-1423"),
        ("https://aclanthology.org/2020.acl-main.1/", "doi", "10.18653/v1/2020.acl-main.1"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345678/", "pmid", "12345678"),
        ("PMID: 12345678.", "pmid", "12345678"),
        ("PMC1234567", "pmcid", "PMC1234567"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC1234567/", "pmcid", "PMC1234567"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1234567/pdf/x.pdf", "pmcid", "PMC1234567"),
        ("https://europepmc.org/article/MED/12345678", "pmid", "12345678"),
        ("https://openreview.net/forum?id=abcdEFGHij&noteId=x", "openreview", "abcdEFGHij"),
        ("https://hal.science/hal-01234567v2/document", "hal", "hal-01234567"),
        ("https://web.archive.org/web/2023/https://arxiv.org/abs/2501.00001", "arxiv", "2501.00001"),
        ("https://www.google.com/url?sa=t&q=https%3A%2F%2Farxiv.org%2Fabs%2F2501.00001&ved=x", "arxiv", "2501.00001"),
        ("https://arxiv.org/ftp/arxiv/papers/2501/2501.00001.pdf", "arxiv", "2501.00001"),
    ],
)
def test_a_line_may_be_a_citation_or_a_page_of_a_publisher_or_an_index(line, scheme, value):
    paper = make_paper()
    PaperIdentifier.objects.create(paper=paper, scheme=scheme, value=value)

    assert known_in(f"{line}\n") == [paper.pk]


@pytest.mark.parametrize(
    "line", ["10.1234/a, 10.1234/b", "10.1234/a 10.1234/b", "10.1234/a; https://doi.org/10.1234/b"]
)
def test_a_line_may_have_several_dois(line):
    names = [name for record in read_text(line).records for name in record.identifiers]

    assert names == [("doi", "10.1234/a"), ("doi", "10.1234/b")]


@pytest.mark.parametrize(
    "line",
    [
        "https://example.org/forum?id=abcdEFGHij",
        "https://openreview.net/profile?id=~Jane_Doe1",
        "https://www.nature.com/subjects/physics",
        "https://pubmed.ncbi.nlm.nih.gov/?term=malaria",
        "https://aclanthology.org/venues/acl/",
    ],
)
def test_other_pages_of_those_sites_name_no_paper(line):
    assert read_text(f"2501.00001\n{line}").skipped == ["line 2: no ID, DOI, link or title"]


def test_a_paper_in_a_draft_is_not_matched():
    paper = on_arxiv(make_paper(), "2501.00001")
    make_edition(paper, day=DAY, published=False)

    assert known_in("2501.00001") == [None]


@pytest.mark.parametrize(
    "line",
    [
        "Roe, R., & Doe, J. (2024). Learning from graphs at last. Journal of Graphs, 5(1), 3-4.",
        "Roe, R. (2024, May). Learning from graphs at last. In Proceedings of Trees.",
        "R. Roe and J. Doe, “Learning from graphs at last,” Journal of Graphs, vol. 5, 2024.",
        '[3] R. Roe, "Learning from graphs at last," in Proc. of Trees, 2024',
        "Learning from graphs at last.",
        "“Learning from graphs at last”",
    ],
)
def test_a_citation_without_an_id_is_matched_by_the_title_in_it(line):
    paper = make_paper("Learning from graphs at last", published_at=datetime(2023, 12, 1, tzinfo=UTC))

    assert known_in(f"{line}\n") == [paper.pk]


def test_a_line_with_words_in_quotation_marks_may_be_a_title():
    paper = make_paper("What “deep learning of graphs” means, and why")

    assert known_in("What “deep learning of graphs” means, and why\n") == [paper.pk]


@pytest.mark.parametrize(
    "text", ['[{"title": "On graphs and trees"}, {"title": "On', '{"title": "On graphs and trees"']
)
def test_json_that_was_cut_off_is_not_taken_for_titles(text):
    with pytest.raises(SourceError, match="found another kind of file"):
        read_text(text)


def test_lines_with_nothing_usable_are_reported_and_the_rest_is_read():
    bibliography = read_text("2501.00001\nwhat?\nhttps://example.org/x\n\nA title of some words\n")

    assert len(bibliography.records) == 2
    assert bibliography.skipped == ["line 2: no ID, DOI, link or title", "line 3: no ID, DOI, link or title"]


def test_entries_without_a_title_are_left_out():
    bibliography = read_text(BIBTEX + "@article{b, year={2020}}\n@misc{c, author={Nobody}}\n")

    assert [record.title for record in bibliography.records] == ["Learning from graphs at last"]
    assert bibliography.skipped


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"%PDF-1.7 \x00\x01", "found a PDF"),
        (b"PK\x03\x04" + b"\x00" * 4000, "archive"),
        (b"\x1f\x8b" + b"\x00" * 4000, "archive"),
        (b"\x89PNG\r\n", "image"),
        (b"<!doctype html><html><body>Not found</body></html>", "another kind"),
        (b'<?xml version="1.0"?><rss></rss>', "another kind"),
        (b"", "found none"),
        (b"\n\n  \n", "found none"),
        (b"x" * (5 * 2**20 + 1), "limit is 5 MB"),
        (b"\x01\x02\x03\x04" * 600, "another kind"),
    ],
)
def test_other_kinds_of_file_are_refused_with_the_reason(body, reason):
    with pytest.raises(SourceError, match=reason):
        read_file(body)


@pytest.mark.parametrize(
    "one",
    ["@misc{a%d, title={T}}\n", "TY  - JOUR\nTI  - T%d\nER  - \n", "2501.%05d\n"],
    ids=["bibtex", "ris", "ids"],
)
def test_a_hundred_thousand_entries_are_refused_before_they_are_parsed(one):
    text = "".join(one % number for number in range(100_000))

    with pytest.raises(SourceError, match=f"100,000 entries, and the limit is {MAX_READ_ENTRIES:,}"):
        read_text(text)


def test_an_entity_bomb_is_refused():
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    bomb = f'<?xml version="1.0"?>{entities}<xml><records>&b;</records></xml>'

    with pytest.raises(SourceError):
        read_file(bomb.encode())
