"""BibTeX and lists of IDs, as people have them."""

from datetime import UTC, datetime

import pytest

from digest.sources import bibtex, id_list
from digest.sources.record import SourceError, key_of_title


def only(text):
    page = bibtex.read(text)
    assert page.skipped == []
    (record,) = page.records
    return record


def test_an_entry_becomes_a_record():
    record = only(r"""@article{key,
        title = {On {G}raphs and Bi{G}raphs {FOR} $\mathcal{O}(n)$},
        author = {Erd{\H o}s, Paul and Jos\'e Mar{\'i}a Pe\~na and {The Big and Bold Team} and others},
        year = 2020, eprint = {2508.12345v2}, archivePrefix = {arXiv}, primaryClass = {cs.LG},
        doi = {10.1000/ABC}, abstract = {All about graphs. Code: https://github.com/x/y.}
    }""")
    assert (record.title, record.abstract) == ("On Graphs and BiGraphs FOR O(n)", "All about graphs.")
    assert record.authors == ("Paul Erdős", "José María Peña", "The Big and Bold Team")
    assert record.identifiers == (("arxiv", "2508.12345"), ("doi", "10.1000/abc"))
    assert (record.version, record.categories) == (2, ("cs.LG",))
    assert record.code_url == "https://github.com/x/y"
    assert record.published_at == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "identifiers"),
    [
        ("url = {https://arxiv.org/abs/2508.12345}", (("arxiv", "2508.12345"),)),
        ("doi = {10.48550/arXiv.2508.12345}", (("arxiv", "2508.12345"),)),
        ("journal = {arXiv preprint arXiv:2508.12345}", (("arxiv", "2508.12345"),)),
        ("doi = {https://doi.org/10.1000/182}", (("doi", "10.1000/182"),)),
        ("eprint = {2508.12345}, archivePrefix = {other}", (("title", key_of_title("On graphs")),)),
        ("doi = {none}", (("title", key_of_title("On graphs")),)),
    ],
)
def test_a_paper_is_known_by_its_ids_or_else_by_its_title(fields, identifiers):
    assert only(f"@misc{{key, title = {{On graphs}}, {fields}}}").identifiers == identifiers


def test_unreadable_entries_are_named_by_line_and_the_others_are_kept():
    page = bibtex.read(
        '@misc{a, title = {One}}\n@misc{b, title = "never closed\n@misc{c, title = {Three}}\n'
        "@misc{a, title = {Again}}\n@misc{d, author = {Nobody}}\n"
    )
    assert [record.title for record in page.records] == ["One", "Three"]
    assert sorted(page.skipped) == [
        'line 2: this entry cannot be read: “@misc{b, title = "never closed”',
        "line 4: another entry has this key: “@misc{a, title = {Again}}”",
        "line 5, d: expected a title, found none",
    ]


@pytest.mark.parametrize("year", ["2126", "in press", "0000", "99999"])
def test_an_implausible_year_is_left_out(year):
    assert only(f"@misc{{key, title = {{On graphs}}, year = {{{year}}}}}").published_at is None


def test_characters_no_database_accepts_are_dropped():
    assert only("@misc{key, title = {On\x00 graphs}, doi = {10.1000/1\x002}}").identifiers == (("doi", "10.1000/12"),)


def test_script_in_a_title_is_text():
    assert only("@misc{key, title = {<script>alert(1)</script>}}").title == "<script>alert(1)</script>"


@pytest.mark.parametrize("text", ["", "no BibTeX at all", "@comment{x}"])
def test_a_text_without_entries_is_refused(text):
    with pytest.raises(SourceError, match="expected BibTeX entries"):
        bibtex.read(text)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(bibtex, "MAX_BIBTEX_BYTES", 10)
    with pytest.raises(SourceError, match="expected a file of at most"):
        bibtex.read("@misc{key, title = {On graphs}}")


def test_a_list_of_ids_is_read_in_every_form():
    id_list_entries = id_list.parse_id_list(
        "2508.12345v2, https://arxiv.org/abs/2508.12346\n# a remark\narXiv: math.CA/0611800 # another\n\n2508.12345\n"
    )
    assert (id_list_entries.ids, id_list_entries.skipped) == (["2508.12345", "2508.12346", "math/0611800"], [])


def test_anything_that_is_not_an_id_is_named_by_its_line():
    id_list_entries = id_list.parse_id_list("2508.12345\nhello 2508.12346")
    assert id_list_entries.ids == ["2508.12345", "2508.12346"]
    assert id_list_entries.skipped == ["line 2: expected an arXiv ID, found “hello”"]
