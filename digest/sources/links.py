"""Links to code and project pages, taken out of abstracts.

"Code is available at https://…" says no more than its link and is removed as a whole. From a sentence that says more,
only the link is removed.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

MAX_URL_LENGTH = 500
# How many links are looked at, and how far around one for the ends of its sentence: a text may be nothing but links.
MAX_LINKS = 20
SENTENCE_SEARCH_LENGTH = 600

_CODE_HOSTS = (
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "huggingface.co",
    "gitee.com",
    "sr.ht",
    "sourceforge.net",
    "anonymous.4open.science",
    "colab.research.google.com",
    "kaggle.com",
)
_PAGE_HOSTS = (
    "github.io",
    "gitlab.io",
    "sites.google.com",
    "netlify.app",
    "vercel.app",
    "pages.dev",
    "readthedocs.io",
    "hf.space",
)
# A page anywhere else counts if its sentence calls it one.
_CALLED_A_PAGE = re.compile(
    r"\b(?:project|web ?site|web ?page|home ?page|page|demos?|code|available|released?)\b", re.I
)
# Papers and encyclopedias: a reference, not the paper's own page.
_REFERENCES = ("arxiv.org", "doi.org", "wikipedia.org", "openreview.net")

_ADDRESS = r"(?:https?://|(?<![\w./@-])(?=(?:www\.)?(?:github|gitlab)\.com/\w))[^\s{}<>\"“”。，；、（）]+"
# Bare, in \url{…} or \href{…}{text}, in [text](…), or twice, as in address{address}.
_LINK = re.compile(
    rf"\\url\{{\s*(?P<url>{_ADDRESS})\s*\}}"
    rf"|\\href\{{\s*(?P<href>{_ADDRESS})\s*\}}\s*\{{(?P<text>(?:[^{{}}]|\{{[^{{}}]*\}})*)\}}"
    rf"|\[(?P<label>[^\[\]]*)\]\((?P<target>{_ADDRESS.replace('<>', '<>()')})\)"
    rf"|(?P<bare>{_ADDRESS})(?:\{{[^{{}}]*\}})?"
)
# What authors put around a link: $\href…$, {\tt https://…}, \textcolor{blue}{\url{…}}.
_DRESSED = re.compile(
    rf"\$\s*(?P<formula>\\href\{{[^{{}}]*\}}\s*\{{(?:[^{{}}$]|\{{[^{{}}$]*\}})*\}})\s*\$"
    rf"|(?:\{{\s*\\[a-z]{{2,12}}\s+|\\textcolor\{{\w+\}}\{{\s*|\\(?:text[a-z]{{2}}|underline|emph|mbox)\{{\s*)"
    rf"(?P<styled>\\(?:url|href)\{{[^{{}}]*\}}(?:\{{[^{{}}]*\}})?|{_ADDRESS.replace('<>', '<>$')})\s*\}}"
)
# Link text that only repeats the link, or is arXiv's name for it.
_NO_WORDS = re.compile(r"https?\b.*|(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?|this (?:https? )?url|link", re.I)
_NEXT_OF_LIST = re.compile(rf"\s*(?:,\s*(?:and\s+)?|;\s*|and\s+)(?=\\url|\\href|{_ADDRESS})")
_END_OF_LIST = re.compile(r"(?<!\s)\s*+(?:,\s*+)?\b(?:and|or)\s*+$|,\s*+$")
_SENTENCE_START = re.compile(r"[.!?][\"')\]}]*\s+(?=[A-Z\"“(\[{])")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*(?=\s|$)")

# What may come between a bracket and its link: “(code: https://…)”.
LONGEST_LABEL = 30
_OPENED = re.compile(rf"[(\[](?:[^()\[\]]{{0,{LONGEST_LABEL}}}[:\s])?$")
# The word that introduces a link, and is removed with it.
_LEADING_THERE = re.compile(r"\s(?:at|in|on|via|from|under|see|here)$")

_STOPS = ".,;:!?'’\"*\\"

# A sentence made only of these words says nothing but where the link goes.
_NOTHING_ELSE = (
    "a all also an and are as at available be been can checkpoints code codes codebase data dataset datasets demo "
    "demos experimental experiments found freely from full fully github gitlab has have here homepage hosted "
    "huggingface https http hugging face implementation implementations in is it its link made material materials "
    "model models more of official on online open our page pages paper please pre pretrained project provide "
    "provided public publicly published release released releases repo repository results reproduce s script "
    "scripts see software source sourced supplementary that the their these this to toolkit trained training "
    "under url used via video videos visit we web webpage website weights which will with work"
)
_WORDS_OF_LINKS = frozenset(_NOTHING_ELSE.split())


@dataclass(frozen=True)
class Links:
    """The text without the links that were taken out, and those links; "" if there was none."""

    text: str
    code_url: str = ""
    project_url: str = ""


@dataclass(frozen=True)
class _Found:
    """A link in a text: its position, its target, and its link text, if any."""

    start: int
    end: int
    url: str
    words: str


def safe_url(value: object) -> str:
    """Return an address as a source gives it; "" if it is not a web address, or is too long."""
    if not isinstance(value, str) or len(value) > MAX_URL_LENGTH:
        return ""
    return value.strip() if re.fullmatch(r"https?://[^\s<>\"]+", value.strip()) else ""


@lru_cache(maxsize=1024)
def take_links(text: str) -> Links:
    """Return the text without its first code link and its first project link, and the two links.

    A second link of the same kind stays where it is, and so does one of neither kind.
    """
    links: dict[str, str] = {}
    position = 0
    text = _DRESSED.sub(lambda match: match["formula"] or match["styled"], text)
    for _ in range(MAX_LINKS):
        link = _find(text, position)
        if link is None:
            break
        sentence = _sentence_around(text, link)
        kind = _kind(link.url, text[sentence])
        if not kind or links.get(kind, link.url) != link.url or len(link.url) > MAX_URL_LENGTH:
            position = link.end
            continue
        links[kind] = link.url
        text, position = _without(text, link, sentence)
    return Links(text, links.get("code", ""), links.get("page", ""))


def _find(text: str, position: int) -> _Found | None:
    """Return the next link, leaving out characters around the address that are not part of it."""
    match = _LINK.search(text, position)
    if match is None:
        return None
    raw = next(filter(None, (match["url"], match["href"], match["target"], match["bare"])))
    address = _trimmed(raw)
    end = match.start() + len(address) if match["bare"] == match[0] else match.end()
    url = re.sub(r"\\([_%#&~])", r"\1", address).removesuffix(".git")
    words = re.sub(r"\\[A-Za-z]+\s*|[{}]", "", match["text"] or match["label"] or "").strip()
    return _Found(
        match.start(),
        max(end, match.start() + 1),
        url if url.startswith("http") else f"https://{url}",
        "" if _NO_WORDS.fullmatch(words) else words,
    )


def _trimmed(address: str) -> str:
    """Return the address without trailing punctuation of its sentence."""
    signs = Counter(sign for sign in address if sign in "()[]")
    left_open = signs["("] + signs["["] - signs[")"] - signs["]"]
    end = len(address)
    while end:
        last = address[end - 1]
        if last in ")]" and left_open < 0:
            left_open += 1
        elif last not in _STOPS:
            break
        end -= 1
    return address[:end]


def _kind(url: str, sentence: str) -> str:
    """Return "code", "page", or "" for a link that stays in the text."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    if _is_at(host, _PAGE_HOSTS):
        return "page"
    if _is_at(host, _CODE_HOSTS):
        return "code"
    return "page" if "." in host and not _is_at(host, _REFERENCES) and _CALLED_A_PAGE.search(sentence) else ""


def _is_at(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in hosts)


def _sentence_around(text: str, link: _Found) -> slice:
    """Return where the sentence around a link begins and ends."""
    begin, stop = max(link.start - SENTENCE_SEARCH_LENGTH, 0), min(link.end + SENTENCE_SEARCH_LENGTH, len(text))
    starts = [match.end() for match in _SENTENCE_START.finditer(text, begin, link.start)]
    end = _SENTENCE_END.search(text, link.end, stop)
    return slice(starts[-1] if starts else begin, end.end() if end else stop)


def _without(text: str, link: _Found, sentence: slice) -> tuple[str, int]:
    """Return the text without the link, or without its whole sentence, and where to continue."""
    statement = f"{text[sentence.start : link.start]} {link.words} {text[link.end : sentence.stop]}"
    if _LINK.search(statement) is None and _says_nothing_else(statement):
        remainder = text[: sentence.start].rstrip()
        return f"{remainder} {text[sentence.stop :].lstrip()}".strip(), len(remainder)
    before, after = text[: link.start], text[link.end :]
    if link.words:
        return before + link.words + after, len(before + link.words)
    # (https://…) and (code: https://…)
    opened = _OPENED.search(before, max(len(before) - LONGEST_LABEL - 2, 0))
    if opened and after[:1] in (")", "]"):
        remainder = before[: opened.start()].rstrip()
        return remainder + after[1:], len(remainder)
    # In a list, the comma or the "and" is removed too.
    if following := _NEXT_OF_LIST.match(after):
        return before + after[following.end() :], len(before)
    before = before.rstrip()
    if before.endswith((":", ",")):
        before = before[:-1].rstrip()
    if leading := _LEADING_THERE.search(before, max(len(before) - LONGEST_LABEL, 0)):
        before = before[: leading.start()].rstrip()
    if after[:1] in ("", ".", ";", "!", "?"):
        before = before[:-40] + _END_OF_LIST.sub("", before[-40:])
    glue = "" if not after or after[0] in ".,;:!?)" or after[0].isspace() else " "
    return before + glue + after, len(before)


def _says_nothing_else(sentence: str) -> bool:
    return set(re.findall(r"[^\W_]+", sentence.lower())) <= _WORDS_OF_LINKS
