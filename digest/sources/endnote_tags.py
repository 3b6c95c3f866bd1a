"""EndNote's tagged format (.enw), which Google Scholar, JSTOR and many publishers export: %T title, %A author.

The tags: https://en.wikipedia.org/wiki/EndNote#Tags_and_fields
"""

import re

from digest.sources.bibtex import reference_page
from digest.sources.page import HarvestPage
from digest.sources.record import SourceError
from digest.sources.tagged_lines import Draft, read_tags

NAME = "enw"

_LINE = re.compile(r"[ \t]{0,8}%([A-Z0-9@!$()*+<>?^~&])\s(.*)")
_BEGINS = re.compile(r"%0[^\S\n]\S|%[ATJ][^\S\n]\S[^\n]*\n%[0A-Z@]\s")
_ENTRY = re.compile(r"^%0\s", re.M)
_FIELDS = {
    "T": "title",
    "X": "abstract",
    "R": "doi",
    "U": "url",
    "D": "year",
    "8": "date",
    "J": "journal",
    "B": "booktitle",
    "V": "volume",
    "N": "number",
    "P": "pages",
    "I": "publisher",
    "9": "type",
    "Z": "note",
    "M": "eid",
    "W": "extra",
    "F": "key",
}


def fits(text: str) -> bool:
    """Return whether a text is in EndNote's tagged format."""
    return bool(_BEGINS.match(text.lstrip("\ufeff\r\n\t ")))


def number_of_entries(text: str) -> int:
    """Return how many entries begin in the text, without reading them."""
    return sum(1 for _ in _ENTRY.finditer(text))


def read(text: str) -> HarvestPage:
    """Return the papers of a file, in its order; one that cannot be read is skipped, with its line."""
    drafts: list[Draft] = []
    # Without %0, a blank line separates entries.
    is_marked = _ENTRY.search(text) is not None
    for tag in read_tags(text, _LINE):
        if tag.name == "0" or not drafts or (tag.is_after_blank and not is_marked):
            drafts.append(Draft(tag.line))
        if tag.name == "A":
            drafts[-1].people.append(tag.text)
        elif tag.text and tag.name in _FIELDS:
            drafts[-1].fields.setdefault(_FIELDS[tag.name], tag.text)
    if not drafts:
        raise SourceError("expected EndNote's tags, which begin with “%0 ”, found none")
    return reference_page([draft.reference() for draft in drafts], NAME)
