r"""DOIs: however one is written, it is stored in one form.

The handbook: https://www.doi.org/doi-handbook/HTML/doi-namespace.html. A DOI is the same in upper and lower case.
BibTeX escapes some of its characters (10.1007/978-3-031-12345-6\_7); addresses use other escapes (10.1000%2F182).
"""

import html
import re
import unicodedata
from collections import Counter
from urllib.parse import unquote

MAX_DOI_LENGTH = 255
_OPENED_BY = {")": "(", "]": "[", ">": "<"}

_NAME = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
# Where a DOI begins in a field with several: at the start, or after a blank or a comma and perhaps a prefix.
_BEGINNING = re.compile(
    r"(?:^|(?<=[\s,;|<(\[{]))"
    r"(?:(?:info:|urn:)?doi\s*[:=/]?\s*)?"
    r"(?:(?:https?://)?(?:(?:www|dx)\.)?doi[.-](?:acm[.-])?org[\w.-]*/+(?:doi:\s*)?)?"
    r"(?=10\.\d{4,9}(?:\.\d+)*/)",
    re.I,
)
# https://dl.acm.org/doi/abs/10.1145/…, https://www.biorxiv.org/content/10.1101/…
_ADDRESS = re.compile(
    r"https?://[^/\s]+/(?:[\w.-]+/)*?(?:doi|content|article|articles|chapter|book|abstract)/(?:[a-z-]+/)*(?=10\.\d{4,9}/)",
    re.I,
)
_LINK = re.compile(r"\\(?:url|href|doi|nolinkurl|path)\s*\{([^{}]*)\}(?:\s*\{[^{}]*\})?")
_COMMANDS = {
    "textless": "<",
    "textgreater": ">",
    "textunderscore": "_",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textquotesingle": "'",
    "less": "<",
    "greater": ">",
    "_": "_",
    "slash": "/",
    "allowbreak": "",
    "relax": "",
    "hspace": "",
}
_COMMAND = re.compile(r"\$?\\(" + "|".join(sorted(_COMMANDS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}|\s+)?\$?")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
# Versions of one preprint, as bioRxiv and medRxiv, ChemRxiv and OSF write them. The DOI is kept without the version.
_VERSIONS = (
    re.compile(r"(?P<name>10\.(?:1101|64898)/[\d.]+)v\d+\b.*"),
    re.compile(r"(?P<name>10\.26434/chemrxiv-.{1,60}?)-v\d+"),
    re.compile(r"(?P<name>10\.\d+/osf\.io/\w{1,40}?)_v\d+"),
)


def parse_doi(text: str) -> str:
    """Return a DOI in the one form it is stored in; "" if there is none, or it is another name for an arXiv id.

    It may be bare, after `doi:`, an address, or in BibTeX's escapes. One with a blank in it does not count, because it
    is not clear whether the part before the blank is all of it.
    """
    names = read_all(text)
    return names[0] if len(names) == 1 else ""


def read_all(text: str) -> list[str]:
    """Return the DOIs in a field that may hold several, each once."""
    plain = _plain(text)
    # A prefix and the DOI after it are two beginnings with one end.
    beginnings = list({match.end(): match for match in reversed(list(_BEGINNING.finditer(plain)))}.values())[::-1]
    ends = [*[match.start() for match in beginnings], len(plain)][1:]
    names: dict[str, None] = {}
    for match, end in zip(beginnings, ends, strict=True):
        name = _trimmed(plain[match.end() : end], match[0])
        # “10.1000/182, erratum 10.1000/183”: a DOI after words may be another paper's.
        if not name:
            break
        names[name] = None
    return list(names)


def _plain(text: str) -> str:
    """Return the text without escapes, links around it and invisible characters."""
    text = unicodedata.normalize("NFKC", html.unescape(text)).translate(_DASHES)
    text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = _LINK.sub(r"\1", text)
    text = _COMMAND.sub(lambda command: _COMMANDS[command[1]], text)
    # {\_}, \%, \&, {\#}
    text = re.sub(r"\\([_%&#${}~^-])(?:\{\})?", r"\1", text).replace("$", "").strip()
    text = re.sub(r"[{}]", "", text)
    text = _ADDRESS.sub("https://doi.org/", text)
    return unquote(text)


def _trimmed(name: str, prefix: str) -> str:
    """Return a DOI as it is stored: in lower case, without trailing punctuation; "" if it is not one."""
    name = re.sub(r"(?<![\s,;|])(?:[\s,;|]++(?:and|&))?[\s,;|]*+$", "", name.strip(), flags=re.I)
    if "//" in prefix or "org" in prefix.lower():
        name = re.sub(
            r"(?:/(?:full|abstract|pdf|epdf|html|meta)|\.(?:e?pdf|epub))$", "", re.split(r"[?#]", name, maxsplit=1)[0]
        )
    name = name.lower()
    name = _without_stops(name)
    for version in _VERSIONS:
        name = version.sub(lambda match: match["name"], name)
    fits = _NAME.fullmatch(name) and len(name) <= MAX_DOI_LENGTH
    return name if fits and not name.startswith("10.48550/arxiv") else ""


def _without_stops(name: str) -> str:
    """Return a DOI without punctuation after it, and without brackets at its end that close none of its own."""
    signs, end = Counter(name), len(name)
    while end:
        last = name[end - 1]
        if last not in ".,;:!?'\"”’*/|" and signs[last] <= signs[_OPENED_BY.get(last, last)]:
            break
        signs[last] -= 1
        end -= 1
    return name[:end]
