"""Tables (CSV, or separated by semicolons or tabs), as Zotero, Scopus, Web of Science and spreadsheets export them."""

import csv
import io
import re
from collections.abc import Iterator

from digest.sources import author_names
from digest.sources.bibtex import reference_page
from digest.sources.page import HarvestPage
from digest.sources.record import SourceError, storable
from digest.sources.reference import Reference

NAME = "table"

# The names of columns, in lower case without signs, and the field that each is.
_COLUMNS = {
    "title": "title",
    "ti": "title",
    "articletitle": "title",
    "documenttitle": "title",
    "papertitle": "title",
    "abstract": "abstract",
    "abstractnote": "abstract",
    "ab": "abstract",
    "doi": "doi",
    "di": "doi",
    "url": "url",
    "link": "url",
    "urls": "url",
    "pdflink": "ee",
    "arxiv": "arxivid",
    "arxivid": "arxivid",
    "archiveid": "eid",
    "extra": "extra",
    "notes": "note",
    "date": "date",
    "year": "year",
    "publicationyear": "year",
    "py": "year",
    "publicationtitle": "journal",
    "sourcetitle": "journal",
    "journal": "journal",
    "so": "journal",
    "volume": "volume",
    "issue": "number",
    "pages": "pages",
    "number": "number",
    "publisher": "publisher",
    "series": "series",
    "type": "type",
    "pmid": "pmid",
    "pubmedid": "pmid",
    "pmcid": "pmcid",
}
_AUTHORS = ("authorfullnames", "author", "authors", "af", "au", "creator", "creators")
# What says that a table is one of papers.
_TELLING = {"title", "doi", "arxivid"}
_DELIMITERS = ",;\t"
_MOST_COLUMNS, _LONGEST_HEADER = 300, 20_000
# “Lovelace, Ada (57190)”: Scopus numbers people.
_PERSON_NUMBER = re.compile(r" ?\(\d{6,12}\)")


def fits(text: str) -> bool:
    """Return whether the first line of a text names at least two columns, one of them with titles or ids."""
    names = _header(text)
    return len(names) > 1 and any(_COLUMNS.get(name) in _TELLING for name in names) and _familiar_columns(names) > 1


def number_of_entries(text: str) -> int:
    """Return how many rows there are below the names of the columns, blank ones left out."""
    return sum(1 for _ in _rows(text))


def read(text: str) -> HarvestPage:
    """Return the papers of a table, in its order; one that cannot be read is skipped, with its line."""
    names = _header(text)
    references = [_reference(number, dict(zip(names, row, strict=False))) for number, row in _rows(text)]
    if not references:
        raise SourceError("expected rows below the names of the columns, found none")
    return reference_page(references, NAME)


def _familiar_columns(names: list[str]) -> int:
    return sum(name in _COLUMNS or name in _AUTHORS for name in names)


def _first_line(text: str) -> str:
    return text.lstrip("\ufeff\r\n ").partition("\n")[0].partition("\r")[0]


def _delimiter(text: str) -> str:
    line = _first_line(text)
    return max(_DELIMITERS, key=line.count)


def _header(text: str) -> list[str]:
    line = _first_line(text)
    if len(line) > _LONGEST_HEADER:
        return []
    columns = next(csv.reader([line], delimiter=_delimiter(text)), [])
    return [re.sub(r"[^a-z]", "", name.lower()) for name in columns] if len(columns) <= _MOST_COLUMNS else []


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the line that each row ends on, and its cells. SourceError if a cell is never closed."""
    lines = csv.reader(io.StringIO(storable(text.lstrip("\ufeff\r\n "))), delimiter=_delimiter(text))
    try:
        next(lines, None)
        for row in lines:
            if any(cell.strip() for cell in row):
                yield lines.line_num, row
    except csv.Error as error:
        raise SourceError(
            f"line {lines.line_num}: expected a row of the table, found something else ({error})"
        ) from error


def _reference(line: int, cells: dict[str, str]) -> Reference:
    reference = Reference(f"line {line}", {})
    for name, cell in cells.items():
        if name in _COLUMNS and cell.strip():
            reference.fields.setdefault(_COLUMNS[name], cell.strip())
    people = next((cells[name] for name in _AUTHORS if cells.get(name, "").strip()), "")
    people = _PERSON_NUMBER.sub("", people)
    # Between names, tables have semicolons, or commas if each name is in reading order.
    reference.authors = author_names.of_bibtex(people) if ";" in people or " and " in people else _names(people)
    return reference


def _names(people: str) -> tuple[str, ...]:
    """Return one name as “Lovelace, Ada”, or names that commas separate."""
    is_one = people.count(",") == 1 and " " not in people.partition(",")[0].strip()
    return author_names.of_bibtex(people) if is_one else author_names.split(people)
