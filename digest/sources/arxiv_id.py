"""arXiv ids: however one is written, it leads to one paper and, where it is named, to one version.

arXiv's own rules: https://info.arxiv.org/help/arxiv_identifier.html
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_MONTH = r"\d{2}(?:0[1-9]|1[0-2])"
# Four digits until 2014, five since 2015, six some day.
_NEW = rf"(?P<new>{_MONTH}\.\d{{4,6}})"
# The subject class of math.CA/0611800 says nothing: numbers are counted within math.
_OLD = rf"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Za-z]{{2}})?/(?P<number>{_MONTH}\d{{3}})"
_ID = re.compile(rf"(?:{_NEW}|{_OLD})(?:v(?P<version>[1-9]\d{{0,3}}))?", re.I)

_HOSTS = ("arxiv.org", "alphaxiv.org", "huggingface.co", "hf.co")
# What stands before the id in the path of an address.
_PLACE = re.compile(r"/(?:abs|pdf|html|format|src|e-print|ps|overview|papers|list)/", re.I)
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?10\.48550/arxiv\.", re.I)
_PREFIX = re.compile(r"(?:oai:)?arxiv(?:\.org)?:\s*", re.I)
_ENDING = re.compile(r"\.(?:pdf|md|html)$", re.I)


@dataclass(frozen=True)
class ArxivId:
    """One paper, and the version that was named; 0 where none was."""

    value: str
    version: int = 0

    def __str__(self) -> str:
        return f"{self.value}v{self.version}" if self.version else self.value


def read(text: str) -> ArxivId | None:
    """Return the id in a text that holds nothing else; None where there is none.

    It may be bare, behind `arXiv:`, a DOI of arXiv, or the address of a page of arXiv, alphaXiv or Hugging Face.
    """
    text = text.strip()
    doi = _DOI.match(text)
    if doi:
        return _bare(text[doi.end() :])
    if "://" in text or text.lower().startswith(tuple(f"{www}{host}/" for host in _HOSTS for www in ("", "www."))):
        return _of_address(text if "://" in text else f"https://{text}")
    prefix = _PREFIX.match(text)
    return _bare(text[prefix.end() :] if prefix else text)


def _of_address(address: str) -> ArxivId | None:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not any(host == own or host.endswith(f".{own}") for own in _HOSTS):
        return None
    place = _PLACE.match(parts.path)
    return _bare(_ENDING.sub("", unquote(parts.path[place.end() :]).rstrip("/"))) if place else None


def _bare(text: str) -> ArxivId | None:
    found = _ID.fullmatch(text.strip())
    if found is None:
        return None
    value = found["new"] or f"{found['archive'].lower()}/{found['number']}"
    return ArxivId(value, int(found["version"] or 0))
