"""arXiv IDs: in any spelling, one identifies a paper and, if it gives a version, that version.

arXiv's own rules: https://info.arxiv.org/help/arxiv_identifier.html
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

_OPENED_BY = {")": "(", "]": "["}
_MONTH = r"\d{2}(?:0[1-9]|1[0-2])"
# Four digits until 2014, five since 2015, six some day.
_NEW = rf"(?P<new>{_MONTH}\.\d{{4,6}})"
# The subject class of math.CA/0611800 adds nothing, because numbers are counted within math.
_OLD = rf"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Za-z]{{2}})?/(?P<number>{_MONTH}\d{{3}})"
_ID = re.compile(rf"(?:{_NEW}|{_OLD})(?:v(?P<version>[1-9]\d{{0,3}}))?", re.I)

# Sites that show papers under their arXiv ids; subdomains of these count too.
_HOSTS = (
    *("arxiv.org", "alphaxiv.org", "huggingface.co", "hf.co", "ar5iv.org", "arxiv-vanity.com", "xxx.lanl.gov"),
    *("semanticscholar.org", "scirate.com", "inspirehep.net", "emergentmind.com", "papers.cool", "arxiv.gg"),
    *("paperswithcode.com", "catalyzex.com", "connectedpapers.com", "dblp.org", "ui.adsabs.harvard.edu"),
)
# What comes before the id in the path of an address.
_PLACE = re.compile(
    r".*?/(?:ftp/arxiv/papers/\d{4}/|(?:abs|pdf|html|format|src|e-print|ps|overview|papers?|list|arxiv|resources?|pdfs|api/arxiv)/|arxiv[:.])"
    r"(?:arxiv[:.])?",
    re.I,
)
# What is only on the way to another address: an archive, a search engine, a mail filter.
_ON_THE_WAY = re.compile(
    r"https?://(?:web\.archive\.org/web/[^/\s]{1,30}/|r\.jina\.ai/|[\w.-]{0,80}safelinks\.protection\.outlook\.com/\?url="
    r"|(?:www\.)?google\.[a-z.]{2,6}/url\?(?:[^#\s]{0,500}&)?(?:q|url)=)(?=https?(?::|%3A)//|https?(?::|%3A)%2F)",
    re.I,
)
_DOI = re.compile(r"(?:doi\s*:?\s*)?(?:(?:https?://)?(?:(?:www|dx)\.)?doi\.org/)?10\.48550/arxiv[.:]", re.I)
_PREFIX = re.compile(
    r"(?:oai:)?arxiv(?:\.org)?(?:\s*(?:e-?prints?|preprint))?[\s:.,_/-]+(?=[a-z\d])(?:(?:arxiv|abs|pdf)[:/]\s*)?"
    r"|(?:eprint|corr|abs|pdf)[:/\s]\s*(?:abs/)?",
    re.I,
)
_ENDING = re.compile(r"(?:\.(?:full|pdf|md|html?|txt|zip|gz|tar|tgz|tex)|[ _-]?\(\d{1,2}\)){1,4}$", re.I)
_CLASS = re.compile(
    r"\s{0,9}[\[(]\s{0,9}[a-z][a-z-]{1,20}(?:\.[A-Za-z-]{2,20})?"
    r"(?:[\s,;]{1,9}[a-z-]{1,20}(?:\.[A-Za-z-]{2,20})?){0,20}\s{0,9}[\])]$",
    re.I,
)
# “arXiv:2611.00001v2 [cs.LG] 3 Nov 2026”, printed at the edge of a PDF's first page.
_STAMP_DAY = re.compile(r"(?<=[\])])\s*\d{1,2}\s+[A-Z][a-z]{2,8}\.?\s+\d{4}$")
# hep-th/9901001v2.pdf
_OLD_FILE = re.compile(rf"{_OLD}(?:v\d+)?\.\w+(?:\.\w+)?", re.I)
_BIBCODE = re.compile(rf"\d{{4}}arXiv(?P<month>{_MONTH})(?P<number>\d{{5}})[A-Za-z.]", re.I)
_DBLP = re.compile(rf"/journals/corr/abs-(?P<month>{_MONTH})-(?P<number>\d{{4,6}})$")
_LINK = re.compile(r"\\(?:url|href|path|nolinkurl)\s*\{\s*([^{}]*?)\s*\}(?:\s*\{[^{}]*\})?|\[[^\[\]]*\]\(([^()\s]*)\)")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")


@dataclass(frozen=True)
class ArxivId:
    """One paper, and the version that was given; 0 if none was."""

    value: str
    version: int = 0

    def __str__(self) -> str:
        return f"{self.value}v{self.version}" if self.version else self.value


def parse_arxiv_id(text: str) -> ArxivId | None:
    """Return the id in a text that contains nothing else; None if there is none.

    It may be bare, after `arXiv:`, an arXiv DOI, a file name, the stamp on a PDF, or the address of a page on arXiv or
    on another site that uses its ids; it may be in brackets or quotation marks, and have a full stop after it.
    """
    text = without_wrapping(text)
    doi = _DOI.match(text)
    if doi:
        return _bare(text[doi.end() :])
    if "://" in text and not text.lower().startswith("file:"):
        return _of_address(text)
    if re.match(r"[\w-]+(?:\.[\w-]+)+/", text) and (identifier := _of_address(f"https://{text}")):
        return identifier
    text = _CLASS.sub("", _STAMP_DAY.sub("", text))
    bibcode = _BIBCODE.fullmatch(text)
    if bibcode:
        return _bare(f"{bibcode['month']}.{bibcode['number']}")
    prefix = _PREFIX.match(text)
    return _bare(text[prefix.end() :] if prefix else text) or _of_file(text)


def without_wrapping(text: str) -> str:
    r"""Return a text without what people put around an id or an address: \url{…}, [text](…), brackets, a full stop."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
        text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = text.strip()
    if way := _ON_THE_WAY.match(text):
        rest = text[way.end() :]
        text = unquote(rest.partition("&")[0]) if way[0][-1] == "=" else rest
    link = _LINK.search(text)
    if link and not re.search(r"\w", text[: link.start()] + text[link.end() :]):
        text = link[1] or link[2]
    text = re.sub(r"^[^\w\\/~]+", "", text)
    # A bracket that closes one in the text, as in “2611.00001 [cs.LG]”, belongs to it.
    signs, end = Counter(sign for sign in text if sign in "()[]"), len(text)
    while end:
        last = text[end - 1]
        if last.isalnum() or last == "/" or (last in _OPENED_BY and signs[_OPENED_BY[last]] >= signs[last]):
            break
        signs[last] -= 1
        end -= 1
    return text[:end]


def _of_address(address: str) -> ArxivId | None:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not any(host == own or host.endswith(f".{own}") for own in _HOSTS):
        return None
    path = unquote(parts.path).rstrip("/")
    record = _DBLP.search(_ENDING.sub("", path))
    if record:
        return _bare(f"{record['month']}.{record['number']}")
    for word in path.split("/"):
        if bibcode := _BIBCODE.fullmatch(word):
            return _bare(f"{bibcode['month']}.{bibcode['number']}")
    if listed := parse_qs(parts.query).get("id_list"):
        return _bare(listed[0])
    place = _PLACE.match(path)
    return _bare(_ENDING.sub("", path[place.end() :])) if place else None


def _of_file(path: str) -> ArxivId | None:
    """Return the id that a file is named after, as arXiv and browsers name downloads."""
    if not _ENDING.search(path):
        return None
    name = path if _OLD_FILE.fullmatch(path) else re.split(r"[/\\]", unquote(path))[-1]
    return _bare(re.sub(r"^arxiv[\s:._-]+", "", _ENDING.sub("", name), flags=re.I))


def _bare(text: str) -> ArxivId | None:
    match = _ID.fullmatch(text.strip().rstrip("/"))
    if match is None:
        return None
    value = match["new"] or f"{match['archive'].lower()}/{match['number']}"
    return ArxivId(value, int(match["version"] or 0))
