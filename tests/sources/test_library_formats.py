"""EndNote's tags, PubMed's format and tables; and what real RIS, JSON and other files have besides the plain form."""

import json
from datetime import UTC, datetime

import pytest

from digest.catalog import uploads
from digest.sources.record import SourceError

ENW = """%0 Journal Article
%A Doe, Jane
%A Roe, Rik
%T On H<sub>2</sub>O
%D 2024
%8 2024-03-12
%R 10.1000/ABC
%X All about
   graphs.

%0 Conference Paper
%T On maps
%U https://arxiv.org/abs/2611.00001
"""
NBIB = """PMID- 12345678
OWN - NLM
TI  - On
      H2O.
LID - S0001 [pii]
LID - 10.1000/abc [doi]
AB  - All about
      graphs.
FAU - Doe, Jane
AU  - Doe J
FAU - Roe, Rik
AU  - Roe R
DP  - 2024 Mar 12
PMC - PMC77

PMID- 2
TI  - On maps
"""
ZOTERO = (
    '"Key","Item Type","Publication Year","Author","Title","DOI","Url","Abstract Note","Date","Extra"\n'
    '"A","journalArticle","2024","Doe, Jane; Roe, Rik","On trees, and ""maps""","10.1000/abc","","Line one\nline two",'
    '"2024-03-12","PMID: 12345678"\n'
    '"B","preprint","2024","Mu, Max","On maps","","http://arxiv.org/abs/2611.00001v2","","2024",""\n'
)
SCOPUS = (
    "Authors,Author full names,Title,Year,DOI,PubMed ID\n"
    '"Doe J.; Roe R.","Doe, Jane (57190000001); Roe, Rik (57190000002)",On trees,2024,10.1000/abc,12345678\n'
)
WEB_OF_SCIENCE = "PT\tAU\tAF\tTI\tDI\tPY\nJ\tDoe, J; Roe, R\tDoe, Jane; Roe, Rik\tOn trees\t10.1000/abc\t2024\n"
MARCH_12, FIRST_OF_2024 = datetime(2024, 3, 12, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)


def only(text):
    (record,) = uploads.parse_upload(text).records
    return record


def test_endnotes_tags_are_read():
    first, second = uploads.parse_upload(ENW).records

    assert (first.title, first.abstract, first.authors) == ("On H_2O", "All about graphs.", ("Jane Doe", "Rik Roe"))
    assert (first.identifiers, first.published_at) == ((("doi", "10.1000/abc"),), MARCH_12)
    assert (second.title, second.identifiers) == ("On maps", (("arxiv", "2611.00001"),))


def test_entries_without_their_first_tag_are_told_apart_by_blank_lines():
    upload = uploads.parse_upload("%T On trees\n%A Doe, Jane\n\n%A Roe, Rik\n%T On maps\n")

    assert [(record.title, record.authors) for record in upload.records] == [
        ("On trees", ("Jane Doe",)),
        ("On maps", ("Rik Roe",)),
    ]


def test_pubmeds_format_is_read():
    first, second = uploads.parse_upload(NBIB).records

    assert (first.title, first.abstract, first.authors) == ("On H2O", "All about graphs.", ("Jane Doe", "Rik Roe"))
    assert first.identifiers == (("doi", "10.1000/abc"), ("pmid", "12345678"), ("pmcid", "PMC77"))
    assert (first.published_at, second.identifiers) == (MARCH_12, (("pmid", "2"),))


@pytest.mark.parametrize("text", [ZOTERO, "\ufeff" + ZOTERO, ZOTERO.replace("\n", "\r\n")])
def test_zoteros_table_is_read(text):
    first, second = uploads.parse_upload(text).records

    assert (first.title, first.abstract) == ('On trees, and "maps"', "Line one line two")
    assert (first.authors, first.published_at) == (("Jane Doe", "Rik Roe"), MARCH_12)
    assert first.identifiers == (("doi", "10.1000/abc"), ("pmid", "12345678"))
    assert (second.authors, second.identifiers, second.version) == (("Max Mu",), (("arxiv", "2611.00001"),), 2)


@pytest.mark.parametrize("text", [SCOPUS, WEB_OF_SCIENCE, WEB_OF_SCIENCE.replace(";", " and").replace("\t", ";")])
def test_tables_of_indexes_are_read(text):
    record = only(text)

    assert (record.title, record.authors) == ("On trees", ("Jane Doe", "Rik Roe"))
    assert (record.identifiers[0], record.published_at) == (("doi", "10.1000/abc"), FIRST_OF_2024)


@pytest.mark.parametrize(
    "people", ["Jane Doe, Rik Roe", "Jane Doe; Rik Roe", "Jane Doe and Rik Roe", "Doe, Jane; Roe, Rik"]
)
def test_names_in_a_table_are_separated_in_several_ways(people):
    assert only(f'Title,Authors\nOn trees,"{people}"\n').authors == ("Jane Doe", "Rik Roe")


def test_a_row_without_a_title_is_named_and_the_others_are_read():
    upload = uploads.parse_upload("Title,DOI\n,10.1000/a\n\nOn maps,10.1000/b\n")

    assert [record.title for record in upload.records] == ["On maps"]
    assert upload.skipped == ["line 2: expected a title, found none"]


def test_a_table_with_nothing_below_its_columns_is_refused():
    with pytest.raises(SourceError, match="expected rows below the names of the columns, found none"):
        uploads.parse_upload("Title,DOI\n")


def test_what_a_publisher_wrote_above_the_first_ris_entry_is_skipped():
    text = "Provider: A publisher\nContent: text/plain\n\nTY  - JOUR\nTI  - On trees\nER  - \n"

    assert only(text).title == "On trees"


def test_a_line_of_an_abstract_that_looks_like_a_tag_stays_in_it():
    text = "TY  - JOUR\nTI  - On trees\nAB  - The cytokine\nIL - 2 is known.\nVL - 3\nER  - \n"

    assert only(text).abstract == "The cytokine IL - 2 is known."


def test_a_book_in_ris_has_its_title_in_a_tag_of_its_own():
    assert only("TY  - BOOK\nBT  - On trees\nER  - \n").title == "On trees"
    assert only("TY  - CHAP\nBT  - A book\nTI  - On trees\nER  - \n").title == "On trees"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"title": "On trees", "PMID": "12345678"}]),
        "@misc{a, title = {On trees}, pmid = {12345678}}",
        "@misc{a, title = {On trees}, url = {https://pubmed.ncbi.nlm.nih.gov/12345678/}}",
        "TY  - JOUR\nTI  - On trees\nN1  - PMID: 12345678\nER  - \n",
    ],
)
def test_a_pubmed_id_is_read_in_every_format(text):
    assert only(text).identifiers == (("pmid", "12345678"),)


@pytest.mark.parametrize(
    "date", ["2024-03-12", "2024/03/12", "2024-3-12", "2024 Mar 12", "12 March 2024", "March 12, 2024"]
)
def test_a_date_is_read_however_it_is_written(date):
    assert only(f"@misc{{a, title = {{On trees}}, date = {{{date}}}}}").published_at == MARCH_12


@pytest.mark.parametrize("date", ["2024", "2024/2025", "[2024]", "2024-13", "c. 2024"])
def test_a_year_alone_is_its_first_day(date):
    assert only(f"@misc{{a, title = {{On trees}}, date = {{{date}}}}}").published_at == FIRST_OF_2024


def test_a_list_of_ids_in_json_is_a_list_of_ids():
    assert uploads.parse_upload('["2611.00001", "2611.00002"]').ids == ["2611.00001", "2611.00002"]
