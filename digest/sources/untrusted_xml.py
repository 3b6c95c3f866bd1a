"""XML from outside: read without entities and document types, and known by its root."""

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from digest.sources.fetching import Answer
from digest.sources.record import SourceError

_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+)?html", re.I | re.S)


def parse(answer: Answer, root: str) -> Element:
    """Return the root element, which must have this local name.

    Raises SourceError for anything else: an HTML page, broken XML, a document that defines entities (an XML bomb).
    """
    if _HTML.match(answer.body[:2000]):
        raise SourceError(f"{answer.url}: expected XML ({root}), found an HTML page")
    try:
        element: Element = fromstring(answer.body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise SourceError(f"{answer.url}: expected plain XML, found {type(error).__name__}") from error
    except (ParseError, ValueError, LookupError) as error:
        raise SourceError(f"{answer.url}: expected XML ({root}), found what is none: {error or 'nothing'}") from error
    found = element.tag.rpartition("}")[2]
    if found != root:
        raise SourceError(f"{answer.url}: expected XML ({root}), found <{found}>")
    return element
