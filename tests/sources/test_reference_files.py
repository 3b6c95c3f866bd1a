"""Files from reference managers, recognised by their content, in any encoding."""

from datetime import UTC, datetime

import pytest

from digest.catalog import uploads
from digest.sources import bibtex
from digest.sources.record import SourceError
from tests.support.fake_source import payload

RIS, CSL, ENDNOTE, RDF, BIBTEX = (
    payload(f"papers/references{name}").decode() for name in (".ris", ".json", "-endnote.xml", ".rdf", ".bib")
)
FORMATS = {"ris": RIS, "csl": CSL, "endnote": ENDNOTE, "rdf": RDF, "bibtex": BIBTEX}


@pytest.mark.parametrize("text", FORMATS.values(), ids=list(FORMATS))
def test_every_format_gives_the_same_papers(text):
    upload = uploads.parse_upload(text)
    first, second = upload.records
    assert (first.title, first.abstract, first.authors) == ("On graphs", "All about graphs.", ("Jane Doe", "Rik Roe"))
    assert first.identifiers == (("doi", "10.1000/abc"),)
    assert first.published_at == datetime(2024, 3, 12, tzinfo=UTC)
    assert (second.title, second.identifiers) == ("On maps", (("arxiv", "2611.00001"),))
    assert (upload.skipped, upload.remarks) == ([], [])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (RIS.replace("TI  - On <i>graphs</i>\n", ""), "line 1: expected a title"),
        (CSL.replace('"On <i>graphs</i>"', "null"), "item 1, a: expected a title"),
        (
            ENDNOTE.replace("<title><style", "<x><style").replace("</style></title>", "</style></x>"),
            "record 1: expected",
        ),
        (RDF.replace("<dc:title>On graphs</dc:title>", ""), "item 1: expected a title"),
    ],
)
def test_a_reference_without_a_title_is_named_and_the_others_are_read(text, what):
    upload = uploads.parse_upload(text)
    assert [record.title for record in upload.records] == ["On maps"]
    assert what in upload.skipped[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<html><body>x</body></html>", "html"),
        ("<html><body>x</body></html>".upper(), "html"),
        ("<opml><x/></opml>", "XML"),
    ],
)
def test_an_unknown_format_is_named_along_with_the_known_ones(text, kind):
    with pytest.raises(SourceError, match=f"expected BibTeX, RIS, .* found what looks like {kind}"):
        uploads.parse_upload(text)


def test_a_table_of_something_else_says_which_column_is_missing():
    with pytest.raises(SourceError, match="found a table without a column named Title or DOI"):
        uploads.parse_upload("Name,Email,City,Age\nAda,ada@example.org,London,36")


NAMED = "@misc{a, title = {Schr\xf6dinger}}"


@pytest.mark.parametrize(
    "body",
    [
        NAMED.encode(),
        b"\xef\xbb\xbf" + NAMED.encode(),
        NAMED.encode("utf-16"),
        NAMED.encode("utf-16-le"),
        b"% Encoding: windows-1252\n" + NAMED.encode("windows-1252"),
        b"%% -*- coding: latin-1 -*-\n" + NAMED.encode("latin-1"),
        NAMED.encode("latin-1"),
    ],
)
def test_a_file_is_read_in_its_own_encoding(body):
    upload = uploads.read_bytes(body)
    assert [record.title for record in upload.records] == ["Schrödinger"]
    assert upload.remarks == (
        ["it is not in UTF-8, so it was read as windows-1252"] if body == NAMED.encode("latin-1") else []
    )


@pytest.mark.parametrize("body", [b"%PDF-1.7\n%\xe2\xe3", b"PK\x03\x04x", bytes(range(32)) * 9])
def test_a_file_that_is_not_text_is_refused(body):
    with pytest.raises(SourceError, match="expected text, found"):
        uploads.read_bytes(body)


def test_a_list_of_ids_with_a_byte_order_mark_loses_none():
    upload = uploads.read_bytes(b"\xef\xbb\xbf2611.00001\r\n2611.00002")
    assert (upload.ids, upload.skipped) == (["2611.00001", "2611.00002"], [])


def test_entries_as_found_in_the_wild_are_read():
    page = bibtex.read(payload("papers/bibtex.bib").decode())
    papers = {record.original_title: record for record in page.records}
    first = papers["Machine Learning on Trees"]
    assert first.authors == ("Jane Doe", "Rik Roe")
    assert len(papers["Names in capitals"].original_authors) == 2
    assert papers["Learning Things"].identifiers == (("doi", "10.1007/978-3-031-12345-6_7"),)
    assert papers["Learning Things"].authors == ("Jane Doe", "Rik Roe")
    for title, value in (
        ("Condensed form", "2405.01237"),
        ("Number in note", "2405.01238"),
        ("How it was published", "2405.01240"),
        ("Semantic Scholar form", "2405.01247"),
    ):
        assert papers[title].identifiers == (("arxiv", value),)
    assert "No comma before year" in papers
    assert len(page.records) == 12
    assert page.skipped == []
    assert "line 17, b7: url appears more than once; only the first one was read" in page.remarks
    assert "line 21, b9: expected a comma between title and year" in page.remarks


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ("eprint = {2405.01236 [cs.LG]}, archivePrefix = {arXiv}", "2405.01236"),
        ("eprint = {2405.01236}, eprinttype = {arxiv}, eprintclass = {cs.LG}", "2405.01236"),
        ("eprint = {9901001}, archivePrefix = {hep-th}", "hep-th/9901001"),
        ("eprint = {9901001}, archivePrefix = {arXiv}, primaryClass = {hep-th}", "hep-th/9901001"),
        ("arxivId = {2405.01236}", "2405.01236"),
        ("number = {arXiv:2405.01236}", "2405.01236"),
        ("journal = {arXiv}, volume = {2405.01236}", "2405.01236"),
        ("journal = {arXiv [cs.LG]}, pages = {2405.01236}", "2405.01236"),
        ("journal = {arXiv e-prints}, eid = {arXiv:2405.01236}", "2405.01236"),
        ("journal = {arXiv preprint arXiv:2405.01236}", "2405.01236"),
        ("journal = {CoRR}, volume = {abs/hep-th/9901001}", "hep-th/9901001"),
        ("note = {Preprint at https://arxiv.org/abs/2405.01236}", "2405.01236"),
        ("url = {\\url{https://arxiv.org/pdf/2405.01236v2.pdf}}", "2405.01236"),
        ("ee = {https://doi.org/10.48550/arXiv.2405.01236}", "2405.01236"),
        ("publisher = {arXiv}, doi = {10.48550/ARXIV.2405.01236}", "2405.01236"),
    ],
)
def test_an_arxiv_id_is_found_wherever_people_put_it(fields, value):
    (record,) = bibtex.read(f"@misc{{a, title = {{On graphs}}, {fields}}}").records
    assert record.identifiers == (("arxiv", value),)


@pytest.mark.parametrize(
    "field",
    [
        "note = {arXiv:2405.01236}",
        "note = {arXiv: 2405.01236 [cs.LG]}",
        "note = {arXiv preprint arXiv:2405.01236v2, 2024}",
        "note = {Also available as arXiv:2405.01236.}",
        "addendum = {e-print 2405.01236 (2024)}",
        "howpublished = {Preprint, arXiv:2405.01236}",
        "howpublished = {arXiv preprint, \\url{https://arxiv.org/abs/2405.01236}}",
        "keywords = {arXiv:2405.01236}",
        "annotation = {arXiv:2405.01236 [cs]}",
        "url = {https://example.org/a https://arxiv.org/abs/2405.01236}",
    ],
)
def test_an_id_that_stands_alone_in_a_note_is_the_papers_own(field):
    (record,) = bibtex.read(f"@misc{{a, title = {{On graphs}}, {field}}}").records
    assert record.identifiers == (("arxiv", "2405.01236"),)


@pytest.mark.parametrize(
    "note",
    [
        "Comment on arXiv:2405.01236",
        "Extended version of arXiv:2405.01236",
        "See also arXiv:2405.01236",
        "see arXiv:2405.01236",
        "cf. arXiv:2405.01236 [cs.LG]",
        "Builds upon arXiv:2405.01236",
        "code for arXiv:2405.01236",
        "Winner over https://arxiv.org/abs/2405.01236",
        "arXiv:2405.01236 is wrong",
        "arXiv:2405.01236, arXiv:2405.01237",
        "Uses https://doi.org/10.1000/182",
        "Data of doi:10.1000/182",
    ],
)
@pytest.mark.parametrize("field", ["note", "addendum", "howpublished", "extra", "annotation", "keywords", "url"])
def test_the_id_of_another_paper_is_not_taken_for_this_ones(field, note):
    (record,) = bibtex.read(f"@misc{{a, title = {{On graphs}}, {field} = {{{note}}}}}").records
    assert record.identifiers[0][0] == "title"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/blog/arxiv-2405.00007-considered-harmful",
        "https://example.org/arxiv/2405.00007",
        "https://example.org/?paper=arXiv:2405.00007",
        "https://example.org/abs/2405.00007",
    ],
)
@pytest.mark.parametrize("field", ["url", "howpublished", "note", "ee", "urls"])
def test_an_id_within_the_address_of_another_site_is_not_taken(field, address):
    (record,) = bibtex.read(f"@misc{{a, title = {{On graphs}}, {field} = {{{address}}}}}").records
    assert record.identifiers[0][0] == "title"


@pytest.mark.parametrize("field", ["note = {arXiv version is longer}", "keywords = {arXiv}"])
def test_a_number_is_not_an_id_because_a_note_mentions_arxiv(field):
    (record,) = bibtex.read(f"@article{{a, title = {{On graphs}}, pages = {{2405.01236}}, {field}}}").records
    assert record.identifiers[0][0] == "title"


def test_biblatex_is_read_with_its_own_fields():
    (record,) = bibtex.read(
        "@online{a, title = {On graphs}, subtitle = {A tour}, date = {2024-03}, eprint = {2405.01236v2},"
        " eprinttype = {arXiv}, author = {family=Vries, given=Hugo, prefix=de, useprefix=true}}"
    ).records
    assert (record.title, record.authors, record.version) == ("On graphs: A tour", ("Hugo de Vries",), 2)
    assert record.published_at == datetime(2024, 3, 1, tzinfo=UTC)


def test_a_child_entry_inherits_its_parents_date_but_not_its_ids():
    page = bibtex.read(
        "@inproceedings{a, title = {On graphs}, crossref = {B}}\n"
        "@proceedings{b, title = {Graphs}, year = 2024, month = jul, doi = {10.1000/1}}"
    )
    child = page.records[0]
    assert (child.published_at, child.identifiers[0][0]) == (datetime(2024, 7, 1, tzinfo=UTC), "title")


@pytest.mark.parametrize("month", ["mar", "{mar}", "{March}", "3", "{03}", "mar # {~1}", "{Mar.}"])
def test_a_month_is_read_however_it_is_written(month):
    (record,) = bibtex.read(f"@misc{{a, title = {{On graphs}}, year = 2024, month = {month}}}").records
    assert record.published_at == datetime(2024, 3, 1, tzinfo=UTC)


def test_a_collaboration_is_named_with_the_authors():
    (record,) = bibtex.read(
        '@article{a, title = {On graphs}, author = {Aad, Georges and others}, collaboration = "ATLAS"}'
    ).records
    assert record.authors == ("Georges Aad", "ATLAS Collaboration")
    assert record.original_authors[-1] == "others"


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        ("doi = {10.1000/ab c}", "expected a DOI, found “10.1000/ab c”"),
        ("note = {Withdrawn by the authors}", "it says it has been withdrawn"),
        ("journal = jml", "no @string defines “jml” in journal"),
    ],
)
def test_what_a_curator_should_know_about_an_entry_is_reported_with_its_line(fields, remark):
    page = bibtex.read(f"@misc{{a, title = {{On graphs}}, {fields}}}")
    assert (len(page.records), page.remarks) == (1, [f"line 1, a: {remark}"])


@pytest.mark.parametrize(
    "entry",
    [
        "@misc{a title = {On graphs}, year = 2024}",
        "@misc{title = {On graphs}, year = 2024}",
        "@misc{a, title = {On graphs},, year = 2024}",
        "@misc{a, title = {On graphs} year = 2024}",
    ],
)
def test_an_entry_with_a_missing_or_extra_comma_is_read_and_reported(entry):
    page = bibtex.read(entry)
    assert [(record.title, record.published_at.year) for record in page.records] == [("On graphs", 2024)]
    assert page.remarks


def test_text_escaped_by_publishers_is_unescaped():
    (record,) = bibtex.read(
        r"@article{a, title = {Cats {\&}amp; cows &#x2014; {\textless}i{\textgreater}E.c.{\textless}/i{\textgreater}}"
        r", abstract = {<jats:title>Abstract</jats:title><jats:p>All.</jats:p>}}"
    ).records
    assert (record.title, record.abstract) == ("Cats & cows — E.c.", "All.")
