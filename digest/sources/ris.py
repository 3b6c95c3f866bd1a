"""RIS, as publishers and most reference managers export it.

The tags: https://en.wikipedia.org/wiki/RIS_(file_format)
"""

import re

from digest.sources import author_names
from digest.sources.bibtex import reference_page
from digest.sources.page import HarvestPage
from digest.sources.record import SourceError, storable
from digest.sources.reference import Reference

NAME = "ris"

_LINE = re.compile(r"\s*([A-Z][A-Z\d])(\s{1,2})-(?:\s(.*))?$")
_ENTRY = re.compile(r"^[^\S\n]*+TY\s{1,2}-", re.M)
# Some publishers write their name and the date above.
_BEGINS = re.compile(r"(?:\A|\n)[^\S\n]*+TY[^\S\n]{1,2}-\s")
_PREFACE = 2000
_FIELDS = {
    "TI": "title",
    "T1": "title",
    "CT": "title",
    "AB": "abstract",
    "N2": "abstract",
    "DO": "doi",
    "M3": "type",
    "UR": "url",
    "L1": "ee",
    "L2": "link",
    "LK": "link",
    "JO": "journal",
    "JF": "journal",
    "T2": "journaltitle",
    "JA": "journal",
    "VL": "volume",
    "IS": "number",
    "SP": "pages",
    "N1": "note",
    "PB": "publisher",
    "M1": "issue",
    "AN": "eid",
    "C7": "eid",
    "ID": "key",
    "PY": "year",
    "Y1": "year",
    "DA": "date",
    "ST": "shorttitle",
    "BT": "book",
}
_AUTHORS = {"AU", "A1"}


def fits(text: str) -> bool:
    """Return whether a text is RIS."""
    beginning = text.lstrip("\ufeff\r\n\t ")[:_PREFACE].replace("\r", "\n")
    begins = _BEGINS.search(beginning)
    return begins is not None and not re.search(r"[@{<]", beginning[: begins.start()])


def number_of_entries(text: str) -> int:
    """Return how many entries begin in the text, without reading them."""
    return sum(1 for _ in _ENTRY.finditer(text))


def read(text: str) -> HarvestPage:
    """Return the papers of a RIS file, in its order; one that cannot be read is skipped, with its line."""
    references: list[Reference] = []
    pieces: dict[str, list[str]] = {}
    authors: list[str] = []
    key = ""
    for number, line in enumerate(storable(text).splitlines(), start=1):
        tag = _LINE.match(line)
        # “IL - 2” in an abstract is no tag.
        if not tag or (key and len(tag[2]) == 1 and tag[1] not in _FIELDS.keys() | _AUTHORS | {"TY", "ER"}):
            # A long abstract continues on the next line.
            if references and key and line.strip():
                pieces[key].append(line.strip())
            continue
        name, value = tag[1], (tag[3] or "").strip()
        key = ""
        if name == "TY":
            _complete(references, pieces, authors)
            pieces, authors = {}, []
            references.append(Reference(f"line {number}", {}))
        elif references and name in _AUTHORS:
            authors += author_names.of_bibtex(value)
        elif references and value and name in _FIELDS:
            key = _FIELDS[name]
            # “2024/03/12/” is a date. If a field is there twice, the first one counts.
            value = re.sub(r"^(\d{4})/(\d{1,2})(?:/(\d{1,2}))?.*", _date, value) if key in {"year", "date"} else value
            key = "date" if key == "year" and "-" in value else key
            if key in pieces:
                key = ""
            else:
                pieces[key] = [value]
    if not references:
        raise SourceError("expected RIS, which begins with “TY  - ”, found none")
    _complete(references, pieces, authors)
    return reference_page(references, NAME)


def _complete(references: list[Reference], pieces: dict[str, list[str]], authors: list[str]) -> None:
    """Give the last reference its fields and authors."""
    if references:
        fields = {key: " ".join(lines) for key, lines in pieces.items()}
        # A book's title, or that of the book with a chapter.
        whole = fields.pop("book", "")
        references[-1].fields = fields if "title" in fields or not whole else {**fields, "title": whole}
        references[-1].authors = tuple(authors)


def _date(parts: re.Match[str]) -> str:
    return "-".join([parts[1], f"{int(parts[2]):02}", *([f"{int(parts[3]):02}"] if parts[3] else [])])
