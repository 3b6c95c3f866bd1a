"""Files made to cost time or memory, in every format a reader may bring: anyone may upload one at /start."""

import pytest

from digest.catalog import bibliography
from digest.catalog.bibliography import MAX_READ_ENTRIES
from digest.sources import author_names, bibtex
from digest.sources.record import SourceError
from tests.support.hostile_text import MOST, growth_of_built_text

pytestmark = pytest.mark.storeless

TITLE = "title={Learning from graphs},"
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:bib="http://purl.org/net/biblio#" '
    'xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/">'
)


def field(name, unit, end=""):
    """Return a builder of a BibTeX entry with a field of this unit again and again."""
    return lambda size: f"@article{{k,{TITLE}{name}={{{unit * (size // len(unit))}{end}}}}}"


def within(size, opens, closes):
    """Return a letter within as many brackets as fit."""
    return opens * (size // 2) + "a" + closes * (size // 2)


def inheriting(size):
    """Return thousands of entries that inherit from one with thousands of fields."""
    parent = "".join(f"f{number}={{a}}," for number in range(size // 20))
    heirs = "".join(f"@article{{k{number},{TITLE}xdata={{p}}}}\n" for number in range(size // 100))
    return f"@xdata{{p,{parent}}}\n{heirs}"


def in_one_journal(size):
    """Return hundreds of articles in one journal with thousands of elements."""
    article = (
        "<bib:Article><z:itemType>a</z:itemType><dc:title>On graphs</dc:title>"
        '<dcterms:isPartOf rdf:resource="j"/></bib:Article>'
    )
    journal = f'<bib:Journal rdf:about="j">{"<a/>" * (size // 8)}</bib:Journal>'
    return f"{RDF}{journal}{article * (size // 2 // len(article))}</rdf:RDF>"


def with_namespaces(size):
    """Return hundreds of broken records under thousands of namespaces."""
    names = "".join(f' xmlns:a{number}="b"' for number in range(size // 40))
    record = "<record><titles><title>A & B</title></titles></record>"
    return f"<xml{names}><records>{record * (size // 2 // len(record))}</records></xml>"


LENGTHS = {
    "bibtex fields": lambda size: f"@article{{k,{TITLE}{''.join(f'f{n}={{a}},' for n in range(size // 10))}}}",
    "bibtex one field again and again": lambda size: f"@article{{k,{TITLE}{'a={a},' * (size // 6)}}}",
    "bibtex fields without commas": lambda size: f"@article{{k,{TITLE}a={{a}}{' b={a}' * (size // 6)}}}",
    "bibtex parts": lambda size: f"@article{{k,{TITLE}abstract={'{a}#' * (size // 4)}{{b}}}}",
    "bibtex undefined names": lambda size: f"@article{{k,{TITLE}abstract={'a#' * (size // 2)}{{b}}}}",
    "bibtex authors": field("author", "A and ", "B"),
    "bibtex commas": field("author", "A, "),
    "bibtex ands": field("author", "and "),
    "bibtex footnote marks": field("author", "$^{1,"),
    "bibtex braces in an author": lambda size: f"@article{{k,{TITLE}author={{{within(size, '{', '}')}}}}}",
    "bibtex parentheses in an author": lambda size: f"@article{{k,author={{{within(size, '(', ')')}}}}}",
    "bibtex braces in a title": lambda size: f"@article{{k,title={{{within(size, '{', '}')}}}}}",
    "bibtex identifiers": field("note", "arXiv:2501.00001 "),
    "bibtex nearly identifiers": field("note", "arXiv "),
    "bibtex tags": field("abstract", "<jats:p "),
    "bibtex inherited fields": inheriting,
    "ris authors": lambda size: "TY  - JOUR\nTI  - On graphs\n" + "AU  - A\n" * (size // 8),
    "ris lines of an abstract": lambda size: "TY  - JOUR\nTI  - On graphs\nAB  - a\n" + "a\n" * (size // 2),
    "ris names": lambda size: f"TY  - JOUR\nTI  - On graphs\nAU  - {'A;' * (size // 2)}\n",
    "ris empty lines": lambda size: "TY  - JOUR\n" + "\n" * size,
    "enw authors": lambda size: "%0 Book\n%T On graphs\n" + "%A A\n" * (size // 5),
    "enw lines of an abstract": lambda size: "%0 Book\n%T On graphs\n%X a\n" + "a\n" * (size // 2),
    "nbib lines of an abstract": lambda size: "PMID- 1\nTI  - On graphs\nAB  - a\n" + "      a\n" * (size // 8),
    "nbib authors": lambda size: "PMID- 1\nTI  - On graphs\n" + "FAU - A\n" * (size // 8),
    "table of columns": lambda size: "Title,DOI" + ",Author" * (size // 7) + "\na,b" + ",c" * (size // 7),
    "table of names": lambda size: 'Title,Author\nOn graphs,"' + "A;" * (size // 2) + '"',
    "table of blanks": lambda size: "Title,Author\nOn graphs," + " " * size,
    "table of cells": lambda size: "Title,Author\n" + "a," * (size // 2),
    "csl authors": lambda size: (
        f'[{{"title":"On graphs","author":[{",".join(["""{"family":"a"}"""] * (size // 15))}]}}]'
    ),
    "csl dates": lambda size: f'[{{"title":"On graphs","issued":{{"date-parts":[[{"1," * (size // 2)}1]]}}}}]',
    "csl numbers": lambda size: f'[{{"title":"On graphs","volume":"{"1" * size}"}}]',
    "xml namespaces": with_namespaces,
    "xml levels": lambda size: (
        f"<xml><records><record>{'<a>' * (size // 7)}{'</a>' * (size // 7)}</record></records></xml>"
    ),
    "rdf journal": in_one_journal,
    "lines of words": lambda size: "word " * (size // 5),
    "lines of dois": lambda size: "x " + "10.1000/a " * (size // 10),
    "lines of nearly dois": lambda size: "x " + "https://a" * (size // 9),
    "lines of anchors": lambda size: "x " + "<a " * (size // 3),
    "lines of links": lambda size: "x " + "\\url{" * (size // 5),
    "lines of ids": lambda size: "2501.00001 " * (size // 11),
    "blanks": lambda size: " " * size + "@",
    "signs": lambda size: "@ " * (size // 2),
}
# Copying a text costs little, so it shows only in long ones.
LONG = {
    **dict.fromkeys(
        ["bibtex parts", "bibtex fields without commas", "ris authors", "ris lines of an abstract"], 600_000
    ),
    **dict.fromkeys(["bibtex inherited fields", "rdf journal"], 300_000),
}


def read(text):
    try:
        for record in bibliography.read_text(text).records:
            _ = record.title, record.authors
    except SourceError:
        pass


@pytest.mark.parametrize("name", LENGTHS)
def test_a_file_takes_time_in_proportion_to_it(name):
    assert growth_of_built_text(read, LENGTHS[name], LONG.get(name, 100_000)) < MOST


@pytest.mark.parametrize("sign", ["(", "{"])
def test_an_author_string_from_a_feed_takes_time_in_proportion_to_it(sign):
    close = {"(": ")", "{": "}"}[sign]

    assert growth_of_built_text(author_names.split, lambda size: within(size, sign, close), 60_000) < MOST


@pytest.mark.parametrize(
    "strings",
    [
        # Each stands for two of the one before: 2^100 letters.
        '@string{s0="aaaaaaaaaa"}\n'
        + "".join(f"@string{{s{n + 1}=s{n}#s{n}}}\n" for n in range(100))
        + "@a{k,title=s100}",
        f'@string{{s="{"a" * 100_000}"}}\n@article{{k,title={"s#" * 1000}s}}',
        f'@string{{s="{"a" * 100_000}"}}\n' + "".join(f"@article{{k{n},title=s}}\n" for n in range(1000)),
    ],
)
def test_a_few_lines_cannot_stand_for_a_text_of_any_length(strings):
    with pytest.raises(SourceError, match="its @string entries expand to more than 5 MB of text"):
        bibtex.read(strings)


@pytest.mark.parametrize(
    "text",
    [
        "@a{" * (MAX_READ_ENTRIES + 1) + "\n@a{k,title={On graphs}}",
        "@article{k,title={On graphs}} " * (MAX_READ_ENTRIES + 1),
        "TY  - JOUR\n" * (MAX_READ_ENTRIES + 1),
        f'{{"items":[{",".join(["{}"] * (MAX_READ_ENTRIES + 1))}]}}',
        f"<xml><records>{'<record></record>' * (MAX_READ_ENTRIES + 1)}</records></xml>",
        RDF.replace("bib", "other") + "<other:Article></other:Article>" * (MAX_READ_ENTRIES + 1) + "</rdf:RDF>",
        "%0 Book\n" * (MAX_READ_ENTRIES + 1),
        "PMID- 1\n" * (MAX_READ_ENTRIES + 1),
        "Title,DOI\n" + "a,b\n" * (MAX_READ_ENTRIES + 1),
        "Learning from graphs\n" * (MAX_READ_ENTRIES + 1),
    ],
    ids=[
        *("bibtex, in one line", "bibtex", "ris", "csl", "endnote", "rdf with other prefixes"),
        *("endnote's tags", "pubmed", "table", "titles"),
    ],
)
def test_too_many_entries_are_refused_before_they_are_read(text):
    with pytest.raises(SourceError, match=r"it has 5,00\d entries, and the limit is 5,000"):
        bibliography.read_text(text)


def test_more_definitions_than_any_file_needs_are_refused():
    with pytest.raises(SourceError, match="expected at most 5,000 @string, @comment and @preamble entries"):
        bibtex.read("@comment{a}\n" * 5001 + "@article{k,title={On graphs}}")


def test_a_dictionary_of_journals_is_read():
    strings = "".join(f'@string{{j{number} = "Journal {number}"}}\n' for number in range(2000))

    page = bibtex.read(f"{strings}@article{{k,title={{On graphs}},note=j1999 # {{, 2}}}}")

    assert [record.title for record in page.records] == ["On graphs"]
    assert page.remarks == []


@pytest.mark.parametrize(
    "text",
    [
        f"@article{{k,{TITLE}abstract={{{'word ' * 4000}}}}}",
        f"TY  - JOUR\nTI  - On graphs\nAB  - {'word ' * 4000}\n",
        f'[{{"title": "On graphs", "abstract": "{"word " * 4000}"}}]',
    ],
    ids=["bibtex", "ris", "csl"],
)
def test_only_the_beginning_of_a_long_abstract_is_read(text):
    (record,) = bibliography.read_text(text).records

    assert record.original_abstract.startswith("word word")
    assert len(record.original_abstract) == bibliography.MAX_READ_ABSTRACT_LENGTH
