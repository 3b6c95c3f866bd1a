"""PubMed's own format (.nbib), as its “Save” and “Send to” buttons write it.

The tags: https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

import re

from digest.sources.bibtex import reference_page
from digest.sources.page import HarvestPage
from digest.sources.record import SourceError
from digest.sources.tagged_lines import Draft, Tag, read_tags

NAME = "nbib"

_LINE = re.compile(r"([A-Z]{2,4}) {0,2}- ?(.*)")
_ENTRY = re.compile(r"^PMID ?- ?\d", re.M)
_FIELDS = {
    "PMID": "pmid",
    "PMC": "pmcid",
    "TI": "title",
    "BTI": "title",
    "TT": "title",
    "AB": "abstract",
    "DP": "date",
    "JT": "journal",
    "VI": "volume",
    "IP": "number",
    "PG": "pages",
}
# The article's DOI is one of several ids.
_DOI = re.compile(r"(10\.\d{4,9}/\S+) \[doi\]")


def fits(text: str) -> bool:
    """Return whether a text is in PubMed's format."""
    return bool(_ENTRY.match(text.lstrip("\ufeff\r\n\t ")))


def number_of_entries(text: str) -> int:
    """Return how many entries begin in the text, without reading them."""
    return sum(1 for _ in _ENTRY.finditer(text))


def read(text: str) -> HarvestPage:
    """Return the papers of a file, in its order; one that cannot be read is skipped, with its line."""
    drafts: list[Draft] = []
    for tag in read_tags(text, _LINE):
        if tag.name == "PMID":
            drafts.append(Draft(tag.line))
        if drafts and tag.text:
            _read_tag(tag, drafts[-1])
    if not drafts:
        raise SourceError("expected PubMed's format, which begins with “PMID- ”, found none")
    return reference_page([draft.reference() for draft in drafts], NAME)


def _read_tag(tag: Tag, draft: Draft) -> None:
    if tag.name in ("FAU", "CN"):
        draft.people.append(tag.text)
    elif tag.name in ("AID", "LID"):
        if doi := _DOI.search(tag.text):
            draft.fields.setdefault("doi", doi[1])
    elif tag.name in _FIELDS:
        text = tag.text.removesuffix(".") if _FIELDS[tag.name] == "title" else tag.text
        draft.fields.setdefault(_FIELDS[tag.name], text)
