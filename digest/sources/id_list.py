"""A list of arXiv ids, in any of the ways people write them."""

import re
from dataclasses import dataclass

from digest.sources import arxiv_id

# Text around ids on arXiv's own pages and in its PDFs that is irrelevant here.
_NOISE = re.compile(
    # “1.” at the start of a line, “Cite as:”, “(or …”
    r"^\s*\(?\d{1,3}[.)]\s+"
    r"|\bcite\s+as:?"
    r"|\(or\s+(?=arxiv:)|\bfor this version\)?"
    # [cs.LG] 3 Nov 2026
    r"|(?<=\d)\s*[\[(]\s*[a-z][a-z-]+(?:\.[a-z-]{2,})?\s*[\])](?:\s*\d{1,2}\s+[a-z]{3,9}\.?\s+\d{4})?"
    # The second download of a file: “2611.00001v1 (1).pdf”.
    r"|(?<=\d)\s+\(\d{1,2}\)(?=\.pdf\b)"
    r"|\barxiv:?(?=\s+(?:arxiv:|https?:))",
    re.I,
)
_PREFIX = re.compile(r"\b(arxiv|doi)\s*:\s+", re.I)
_LINK = re.compile(r"\\(?:url|href)\s*\{([^{}]*)\}(?:\s*\{[^{}]*\})?|\[[^\[\]]*\]\(([^()\s]+)\)", re.I)
_ANCHOR = re.compile(r"<a\s[^<>]{0,500}?href=[\"']?([^\"'\s<>]{1,500})[^<>]{0,500}>.{0,500}?</a>", re.I)
_BETWEEN = re.compile(r"[\s,;|、，；]+")


@dataclass(frozen=True)
class IdList:
    """The ids of a list, in its order, each once and without its version, and what could not be read."""

    ids: list[str]
    skipped: list[str]


def parse_id_list(text: str) -> IdList:
    """Return the ids in a text: one or more per line, separated by blanks or commas; text after a # is a comment."""
    ids: dict[str, None] = {}
    skipped: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        unread: list[str] = []
        for word in _words(line):
            identifier = arxiv_id.parse_arxiv_id(word)
            if identifier:
                ids[identifier.value] = None
                _tell(number, unread, skipped)
            elif re.search(r"\w", word) and word.lower() not in {"and", "arxiv", "arxiv:"}:
                unread.append(word)
        _tell(number, unread, skipped)
    return IdList(list(ids), skipped)


def _words(line: str) -> list[str]:
    """Return the words of a line that may be ids; a line that as a whole is one id is one word."""
    line = re.split(r"(?:^|\s)#", line, maxsplit=1)[0]
    if arxiv_id.parse_arxiv_id(line):
        return [line]
    line = _ANCHOR.sub(r" \1 ", line)
    line = _LINK.sub(lambda link: f" {link[1] or link[2]} ", line)
    return _BETWEEN.split(_PREFIX.sub(r"\1:", _NOISE.sub(" ", line)))


def _tell(number: int, unread: list[str], skipped: list[str]) -> None:
    """Report consecutive words that are not ids in one line, and clear them."""
    if unread:
        skipped.append(f"line {number}: expected an arXiv ID, found “{' '.join(unread)[:60]}”")
        unread.clear()
