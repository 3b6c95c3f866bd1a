"""CSL-JSON, as Zotero, Mendeley, Pandoc and Crossref write it.

The schema: https://github.com/citation-style-language/schema
"""

import json
import re
from typing import Any

from digest.sources.bibtex import reference_page
from digest.sources.page import HarvestPage
from digest.sources.record import SourceError, storable
from digest.sources.reference import Reference

NAME = "csl"

_BEGINS = re.compile(r"[\ufeff\s]*+(?:\{|\[\s*+[{\]])")
_FIELDS = {
    "PMID": "pmid",
    "PMCID": "pmcid",
    "title": "title",
    "abstract": "abstract",
    "DOI": "doi",
    "URL": "url",
    "container-title": "journal",
    "volume": "volume",
    "issue": "number",
    "page": "pages",
    "number": "number",
    "note": "note",
    "extra": "note",
    "publisher": "publisher",
    "collection-title": "series",
    "genre": "type",
    "archive_location": "eid",
    # Zotero's own JSON
    "abstractNote": "abstract",
    "url": "url",
    "publicationTitle": "journal",
    "archiveID": "eid",
    "date": "date",
    "pages": "pages",
    "repository": "publisher",
    "subtitle": "subtitle",
    "arxivId": "arxivid",
    "doi": "doi",
}


def fits(text: str) -> bool:
    """Return whether a text is JSON; a list of texts or numbers is a list of ids."""
    return _BEGINS.match(text) is not None and text.rstrip()[-1:] in {"]", "}"}


def number_of_entries(text: str) -> int:
    """Return how many entries there are; 0 if the text cannot be read."""
    try:
        return len(_items(text))
    except SourceError:
        return 0


def read(text: str) -> HarvestPage:
    """Return the papers of a CSL-JSON file, or of Zotero's JSON; one that cannot be read is skipped."""
    items = _items(text)
    references: list[Reference] = []
    skipped: list[str] = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            skipped.append(f"item {number}: expected an object, found {type(item).__name__}")
        elif item.get("itemType") not in {"attachment", "note", "annotation"}:
            references.append(_reference(number, item.get("data") if isinstance(item.get("data"), dict) else item))
    return reference_page(references, NAME, skipped)


def _items(text: str) -> list[Any]:
    """Return the items of a file. SourceError if there are none."""
    try:
        content = json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"expected CSL-JSON, found something else: {error}") from error
    items = content.get("items", content.get("message", [content])) if isinstance(content, dict) else content
    items = items.get("items", [items]) if isinstance(items, dict) else items
    if not isinstance(items, list) or not items:
        raise SourceError("expected CSL-JSON, a list of items, found something else")
    return items


def _reference(number: int, item: Any) -> Reference:
    key = _text(item.get("id") or item.get("key"))
    reference = Reference(f"item {number}, {key}" if key else f"item {number}", {})
    for name, field in _FIELDS.items():
        text = _text(item.get(name))
        if text:
            reference.fields.setdefault(field, text)
    date = next(filter(None, (_date(item.get(name)) for name in ("issued", "published", "submitted", "posted"))), "")
    if date:
        reference.fields["date"] = date
    reference.authors = tuple(filter(None, map(_name, _list(item.get("author")) or _creators(item))))
    return reference


def _creators(item: Any) -> list[Any]:
    return [one for one in _list(item.get("creators")) if isinstance(one, dict) and one.get("creatorType") == "author"]


def _name(author: Any) -> str:
    """Return a name in reading order; "" if there is none."""
    if not isinstance(author, dict):
        return _text(author)
    whole = _text(author.get("literal")) or _text(author.get("name"))
    parts = ("given", "firstName", "dropping-particle", "non-dropping-particle", "family", "lastName", "suffix")
    return whole or " ".join(filter(None, (_text(author.get(part)) for part in parts)))


def _date(value: Any) -> str:
    """Return a date in ISO format from {"date-parts": [[2024, 3, 12]]} or words."""
    if not isinstance(value, dict):
        return _text(value)
    first = next(iter(_list(value.get("date-parts"))), None)
    numbers = [_text(part) for part in _list(first)[:3]]
    if numbers and all(number.isdecimal() for number in numbers):
        return "-".join([numbers[0].zfill(4), *(number.zfill(2) for number in numbers[1:])])
    return _text(value.get("raw")) or _text(value.get("literal"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Return a value as text; Crossref has lists of one item."""
    value = value[0] if isinstance(value, list) and value else value
    return storable(str(value)).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
