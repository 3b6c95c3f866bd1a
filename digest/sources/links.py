"""Links to code and project pages, taken out of abstracts.

"Code is available at https://…" says no more than its link and goes as a whole; of a sentence that says more, only the
link goes.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 500

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
# A page anywhere else counts where its sentence calls it one.
_CALLED_A_PAGE = re.compile(
    r"\b(?:project|web ?site|web ?page|home ?page|page|demos?|code|available|released?)\b", re.I
)
# Papers and encyclopedias: a reference, not a page of the paper's own.
_REFERENCES = ("arxiv.org", "doi.org", "wikipedia.org", "openreview.net")

_ADDRESS = r"(?:https?://|(?<![\w./@-])(?=(?:www\.)?(?:github|gitlab)\.com/\w))[^\s{}<>\"“”]+"
# Bare, in \url{…} or \href{…}{text}, in [text](…), or twice, as in address{address}.
_LINK = re.compile(
    rf"\\url\{{\s*(?P<url>{_ADDRESS})\s*\}}"
    rf"|\\href\{{\s*(?P<href>{_ADDRESS})\s*\}}\s*\{{(?P<text>[^{{}}]*)\}}"
    rf"|\[(?P<label>[^\[\]]*)\]\((?P<target>{_ADDRESS.replace('<>', '<>()')})\)"
    rf"|(?P<bare>{_ADDRESS})(?:\{{[^{{}}]*\}})?"
)
_SENTENCE_START = re.compile(r"[.!?][\"')\]}]*\s+(?=[A-Z\"“(\[{])")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*(?=\s|$)")

_STOPS = ".,;:!?'’\"*\\"

# A sentence of these words alone says nothing but where the link leads.
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
    """The text without the links that were taken, and these; "" where there was none."""

    text: str
    code_url: str = ""
    project_url: str = ""


@dataclass(frozen=True)
class _Found:
    """A link in a text: where it stands, where it leads, and the words it is under, if any."""

    start: int
    end: int
    url: str
    words: str


def web_address(value: object) -> str:
    """Return an address as a source gives it; "" where it is none of the web's, or too long."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return ""
    return value.strip() if re.fullmatch(r"https?://[^\s<>\"]+", value.strip()) else ""


def take_links(text: str) -> Links:
    """Return the text without its first code link and its first project link, and the two links.

    A second link of a kind stays where it is, and so does one that is neither.
    """
    taken: dict[str, str] = {}
    position = 0
    while (link := _find(text, position)) is not None:
        sentence = _sentence_around(text, link)
        kind = _kind(link.url, text[sentence])
        if not kind or taken.get(kind, link.url) != link.url or len(link.url) > LONGEST:
            position = link.end
            continue
        taken[kind] = link.url
        text, position = _without(text, link, sentence)
    return Links(text, taken.get("code", ""), taken.get("page", ""))


def _find(text: str, position: int) -> _Found | None:
    """Return the next link; what stands around an address without being its own is left out."""
    found = _LINK.search(text, position)
    if found is None:
        return None
    raw = next(filter(None, (found["url"], found["href"], found["target"], found["bare"])))
    address = _trimmed(raw)
    end = found.start() + len(address) if found["bare"] == found[0] else found.end()
    url = re.sub(r"\\([_%#&~])", r"\1", address).removesuffix(".git")
    words = (found["text"] or found["label"] or "").strip()
    return _Found(
        found.start(),
        max(end, found.start() + 1),
        url if url.startswith("http") else f"https://{url}",
        "" if words.startswith("http") else words,
    )


def _trimmed(address: str) -> str:
    """Return the address without the sentence's signs at its end."""
    address = address.rstrip(_STOPS)
    while address.endswith((")", "]")) and len(re.findall(r"[)\]]", address)) > len(re.findall(r"[(\[]", address)):
        address = address[:-1].rstrip(_STOPS)
    return address


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
    return any(host == known or host.endswith(f".{known}") for known in hosts)


def _sentence_around(text: str, link: _Found) -> slice:
    """Return where the sentence of a link begins and ends."""
    starts = [found.end() for found in _SENTENCE_START.finditer(text, 0, link.start)]
    end = _SENTENCE_END.search(text, link.end)
    return slice(starts[-1] if starts else 0, end.end() if end else len(text))


def _without(text: str, link: _Found, sentence: slice) -> tuple[str, int]:
    """Return the text without the link, or without its whole sentence, and where to look on."""
    said = f"{text[sentence.start : link.start]} {link.words} {text[link.end : sentence.stop]}"
    if _LINK.search(said) is None and _says_nothing_else(said):
        kept = text[: sentence.start].rstrip()
        return f"{kept} {text[sentence.stop :].lstrip()}".strip(), len(kept)
    before, after = text[: link.start], text[link.end :]
    if link.words:
        return before + link.words + after, len(before + link.words)
    # (https://…) and (code: https://…)
    opened = re.search(r"\s*[(\[](?:[^()\[\]]{0,30}[:\s])?$", before)
    if opened and after[:1] in (")", "]"):
        return before[: opened.start()] + after[1:], opened.start()
    before = re.sub(r"(?:\s+(?:at|in|on|via|from|under|see|here))?\s*[:,]?\s*$", "", before)
    glue = "" if not after or after[0] in ".,;:!?)" or after[0].isspace() else " "
    return before + glue + after, len(before)


def _says_nothing_else(sentence: str) -> bool:
    return set(re.findall(r"[^\W_]+", sentence.lower())) <= _WORDS_OF_LINKS
