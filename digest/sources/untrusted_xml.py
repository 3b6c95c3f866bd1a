"""Parse untrusted XML: without entities and document types, and with a check of the root element.

One bad byte costs one record: what XML does not allow (https://www.w3.org/TR/xml/#charsets) is dropped, and a record
that still cannot be read is left out, so that the rest of the page gets in.
"""

import codecs
import html
import re
import sys
from dataclasses import dataclass, field
from itertools import islice
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from digest.sources.fetching import FetchedResponse
from digest.sources.record import SourceError

# Each comment ends at its first end mark: if later ones were tried too, a row of n comments would cost 2^n.
_HTML = re.compile(rb"\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+)?html", re.I | re.S)
_DECLARATION = re.compile(r"\A\s*+<\?xml[^>]*+>")
_DECLARED = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)", re.I)
# A document type that only names one kept elsewhere, which is not fetched; one with declarations of its own is refused.
_DOCUMENT_TYPE = re.compile(
    rb"\A((?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>)?\s*+(?:<!--(?>.*?-->)\s*+)*+)"
    rb"<!DOCTYPE\s++[\w:.-]++(?:\s++(?:PUBLIC|SYSTEM)(?:\s*+(?:\"[^\"]*+\"|'[^']*+')){0,2})?\s*+>",
    re.S,
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_BYTE = re.compile("[\udc80-\udcff]")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# There are no entities within CDATA. If it isn't closed, it's the rest: otherwise each start would look for an end.
_ENTITY = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#(\d{1,8})|#[xX]([\da-fA-F]{1,8})|(\w{1,32}));|&", re.S)
_NAMESPACE = re.compile(r"\s(xmlns(?::[\w.-]+)?)\s*=\s*(\"[^\"]*\"|'[^']*')")
# Every record that has to be looked at alone is parsed with them.
MAX_NAMESPACES = 50
MAX_NAMESPACE_LENGTH = 200
_OF_XML = {"amp", "lt", "gt", "quot", "apos"}
_NAMED = re.compile(r"(?:oai:arXiv\.org:|arxiv\.org/abs/|arXiv:)(\d{4}\.\d{4,6}|[a-z-]+(?:\.[a-z]{2})?/\d{7})", re.I)


@dataclass(frozen=True)
class Document:
    """A parsed document: the root element, its text, which is well-formed, and what had to be done to make it so."""

    root: Element
    body: bytes
    # Records that got in without some of their characters.
    remarks: list[str] = field(default_factory=list)
    # Records that could not be read.
    skipped: list[str] = field(default_factory=list)


def parse_xml(answer: FetchedResponse, root: str, record: str = "") -> Document:
    """Return the document, whose root element must have this local name; `record` is the local name of its records.

    Raises SourceError for anything else: an HTML page, a document that ends too early or defines entities (an XML
    bomb).
    """
    if _HTML.match(answer.body[:2000]):
        raise SourceError(f"{answer.url}: expected XML ({root}), found an HTML page")
    try:
        document = _read(_DOCUMENT_TYPE.sub(rb"\1", answer.body), record)
    except DefusedXmlException as error:
        raise SourceError(f"{answer.url}: expected plain XML, found {type(error).__name__}") from error
    except (ParseError, ValueError, LookupError) as error:
        raise SourceError(f"{answer.url}: expected XML ({root}), found something else: {error or 'nothing'}") from error
    root_name = document.root.tag.rpartition("}")[2]
    if root_name != root:
        raise SourceError(f"{answer.url}: expected XML ({root}), found <{root_name}>")
    return document


def _read(body: bytes, record: str) -> Document:
    try:
        return Document(fromstring(body, forbid_dtd=True), body)
    except (ParseError, ValueError, LookupError):
        # Usually because of one character in one record.
        return _mended(_DECLARATION.sub("", _decoded(body), count=1), record)


def _mended(text: str, record: str) -> Document:
    """Return the document of a text that is not XML as it is. ParseError if more than its records is broken."""
    head, *records = re.split(rf"(?=<{record}[\s>])", text) if record else [text]
    remarks: list[str] = []
    skipped: list[str] = []
    pieces = [_allowed(head)]
    namespaces = _namespaces(head)
    for number, broken in enumerate(records, start=1):
        own, end, tail = broken.rpartition(f"</{record}>")
        if not end:
            own, tail = broken, ""
        name = _NAMED.search(own)
        called = name[1] if name else f"record {number}"
        mended = _allowed(own + end)
        if not _is_readable(namespaces, mended):
            skipped.append(f"{called}: expected XML, found a broken record")
            mended = ""
        elif mended != own + end:
            remarks.append(f"{called}: characters that XML does not allow were dropped or escaped")
        pieces += [mended, _allowed(tail)]
    whole = "".join(pieces).encode()
    return Document(fromstring(whole, forbid_dtd=True), whole, remarks, skipped)


def _namespaces(head: str) -> str:
    """Return the namespaces that the start of a document declares, as they are written there."""
    declared = {str(match[1]): str(match[2]) for match in islice(_NAMESPACE.finditer(head), MAX_NAMESPACES)}
    return " ".join(f"{name}={value}" for name, value in declared.items() if len(value) <= MAX_NAMESPACE_LENGTH)


def _is_readable(namespaces: str, record: str) -> bool:
    """Return whether a record is well-formed by itself, with the namespaces of the document."""
    try:
        fromstring(f"<records {namespaces}>{record}</records>".encode(), forbid_dtd=True)
    except ParseError:
        return False
    return True


def _decoded(body: bytes) -> str:
    """Return bytes as text, whatever encoding they claim; a byte that is not UTF-8 is kept as a surrogate."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    declared = _DECLARED.match(body[:200].lstrip())
    for encoding in ("utf-8", declared[1].decode() if declared else "utf-8"):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", errors="surrogateescape")


def _allowed(text: str) -> str:
    """Return the text without characters XML does not allow, with HTML's named entities written out.

    A byte that is not UTF-8 is most often windows-1252.
    """
    text = _BYTE.sub(lambda byte: byte[0].encode("utf-8", "surrogateescape").decode("windows-1252", "replace"), text)
    return _ENTITY.sub(_entity, _FORBIDDEN.sub("", text))


def _entity(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        is_allowed = code <= sys.maxunicode and not _FORBIDDEN.match(chr(code))
        return match[0] if is_allowed else ""
    if name:
        written_out = html.unescape(match[0])
        return match[0] if name in _OF_XML else html.escape(written_out, quote=False)
    return match[0] if match[0].startswith("<![CDATA[") else "&amp;"
