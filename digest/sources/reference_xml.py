"""EndNote's XML and Zotero's RDF."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from digest.sources import author_names, untrusted_xml
from digest.sources.bibtex import reference_page
from digest.sources.fetching import FetchedResponse
from digest.sources.page import HarvestPage
from digest.sources.record import SourceError
from digest.sources.reference import Reference

NAME = "xml"

_ROOT = re.compile(r"\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?>.*?-->)\s*+)*+<(?:\w{1,40}:)?(xml|records|RDF)[\s>]", re.S)
_ENDNOTE = {
    "titles/title": "title",
    "abstract": "abstract",
    "electronic-resource-num": "doi",
    "volume": "volume",
    "titles/secondary-title": "journal",
    "periodical/full-title": "journaltitle",
    "number": "number",
    "urls/related-urls/url": "url",
    "urls/pdf-urls/url": "ee",
    "pages": "pages",
    "publisher": "publisher",
    "dates/year": "year",
    "dates/pub-dates/date": "month",
    "notes": "note",
    "accession-num": "eid",
    "work-type": "type",
    "remote-database-name": "extra",
    "custom7": "annotation",
}
_WRITTEN = {"Article", "Book", "BookSection", "Thesis", "Report", "Document", "Manuscript", "Description", "Patent"}
_ENTRY = re.compile(rf"<(?:record|(?:[\w.-]{{1,40}}:)?(?:{'|'.join(sorted(_WRITTEN))}))[\s>]")
_FACES = {"superscript": "sup", "subscript": "sub"}
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_FOAF = "{http://xmlns.com/foaf/0.1/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_BIB = "{http://purl.org/net/biblio#}"
_PRISM = "{http://prismstandard.org/namespaces/1.2/basic/}"
_ZOTERO = "{http://www.zotero.org/namespaces/export#}"
_DOI = re.compile(r"\s*DOI\s*:?\s*10\.", re.I)


class _Journal(NamedTuple):
    title: str
    volume: str
    doi: str


def fits(text: str) -> bool:
    """Return whether a text is EndNote's XML or RDF."""
    return bool(_ROOT.match(text.lstrip("\ufeff")))


def number_of_entries(text: str) -> int:
    """Return how many entries begin in the text, without reading them."""
    return sum(1 for _ in _ENTRY.finditer(text))


def read(text: str) -> HarvestPage:
    """Return the papers of EndNote's XML or Zotero's RDF; one that cannot be read is skipped."""
    root = _ROOT.match(text.lstrip("\ufeff"))
    if not root:
        raise SourceError("expected EndNote XML or Zotero RDF, found something else")
    answer = FetchedResponse("the file", text.lstrip("\ufeff").encode("utf-8", errors="replace"))
    # It is already text, whatever encoding its first line names.
    answer = FetchedResponse(answer.url, re.sub(rb"^\s*+<\?xml[^>]*+>", b"", answer.body))
    record = "record" if root[1] != "RDF" else ""
    document = untrusted_xml.parse_xml(answer, root[1], record)
    references = list(_of_endnote(document.root) if record else _of_zotero(document.root))
    if not references and not document.skipped:
        raise SourceError("expected papers in EndNote XML or Zotero RDF, found none")
    page = reference_page(references, NAME, document.skipped)
    return HarvestPage(page.records, page.skipped, [*document.remarks, *page.remarks])


def _of_endnote(root: Element) -> Iterator[Reference]:
    for number, element in enumerate(root.iter("record"), start=1):
        reference = Reference(f"record {number}", {})
        for path, field in _ENDNOTE.items():
            text = _styled(element.find(path))
            if text:
                reference.fields.setdefault(field, text)
        authors = element.findall("contributors/authors/author")
        reference.authors = tuple(name for author in authors for name in author_names.of_bibtex(_styled(author)))
        yield reference


def _of_zotero(root: Element) -> Iterator[Reference]:
    about = {element.get(f"{_RDF}about", ""): element for element in root}
    # Thousands of articles may be in one journal.
    journals: dict[Element, _Journal] = {}
    for number, element in enumerate(root, start=1):
        kind = element.tag.rpartition("}")[2]
        is_paper = element.find(f".//{_BIB}authors") is not None or element.find(f"{_ZOTERO}itemType") is not None
        if kind not in _WRITTEN or not is_paper or element.findtext(f"{_ZOTERO}itemType") in {"attachment", "note"}:
            continue
        part_of = element.find(f"{_TERMS}isPartOf")
        within = part_of.get(f"{_RDF}resource", "") if part_of is not None else ""
        journal = about.get(within, part_of)
        if journal is not None and journal not in journals:
            journals[journal] = _journal(journal)
        yield _of_rdf(number, element, None if journal is None else journals[journal])


def _journal(element: Element) -> _Journal:
    """Return the journal of an article, whose element may also contain the article's DOI."""
    title = next(element.iter(f"{_DC}title"), None)
    volume = next(element.iter(f"{_PRISM}volume"), None)
    return _Journal(
        (title.text or "") if title is not None else "",
        (volume.text or "") if volume is not None else "",
        _doi_of(element),
    )


def _doi_of(element: Element) -> str:
    named = (identifier.text or "" for identifier in element.iter(f"{_DC}identifier"))
    return next((text for text in named if _DOI.match(text)), "")


def _of_rdf(number: int, element: Element, journal: _Journal | None) -> Reference:
    """Return an RDF element as a reference."""
    reference = Reference(f"item {number}", {})
    texts = {
        "title": element.findtext(f"{_DC}title"),
        "abstract": element.findtext(f"{_TERMS}abstract"),
        "date": element.findtext(f"{_DC}date"),
        "note": element.findtext(f"{_DC}description"),
        "url": element.findtext(f"{_DC}identifier/{_TERMS}URI/{_RDF}value") or element.get(f"{_RDF}about", ""),
        "pages": element.findtext(f"{_BIB}pages"),
    }
    texts["doi"] = _doi_of(element)
    if journal is not None:
        texts |= {"journal": journal.title, "volume": journal.volume, "doi": texts["doi"] or journal.doi}
    reference.fields = {name: " ".join(text.split()) for name, text in texts.items() if text and text.strip()}
    people = element.find(f"{_BIB}authors")
    reference.authors = tuple(filter(None, map(_person, people.iter(f"{_FOAF}Person")))) if people is not None else ()
    return reference


def _person(person: Element) -> str:
    parts = (person.findtext(f"{_FOAF}{name}", "") for name in ("givenName", "givenname", "surname"))
    return " ".join(" ".join(parts).split())


def _styled(element: Element | None) -> str:
    """Return the text of an EndNote element, which is split into one piece per style, with the tags of scripts."""
    if element is None:
        return ""
    for style in element.iter("style"):
        tag = _FACES.get(style.get("face", ""))
        if tag and style.text:
            style.text = f"<{tag}>{style.text}</{tag}>"
    return " ".join("".join(element.itertext()).split())
