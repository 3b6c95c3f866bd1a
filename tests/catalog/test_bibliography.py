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


def known_in(text):
    bibliography = read_text(text)
    return [match_known(bibliography.records).get(place) for place in range(len(bibliography.records))]


@pytest.mark.parametrize("text", [BIBTEX, RIS, CSL, ENDNOTE, "- Learning from graphs at last\n"])
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


def test_a_paper_in_a_draft_is_not_matched():
    paper = on_arxiv(make_paper(), "2501.00001")
    make_edition(paper, day=DAY, published=False)

    assert known_in("2501.00001") == [None]


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
