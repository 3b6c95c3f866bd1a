"""Turn text as a source gives it into text a reader can read: LaTeX and markup written out, odd characters gone.

The steps, each on the whole text: publishers' markup is undone (`markup`); addresses and formulas are set aside, each
behind one private-use character; lost backslashes are put back (`latex_repair`); commands are written out
(`latex_writer`), as are TeX's quotes and dashes; what was set aside comes back. Cleaning loses no word, and cleaning
clean text changes nothing.
"""

import re
import unicodedata
from collections.abc import Callable

from digest.sources import latex_delimiters, latex_repair, latex_writer, markup
from digest.sources.latex_scanner import write_commands
from digest.sources.latex_signs import DOLLAR, FIRST_ASIDE, LAST_ASIDE, PERCENT, SMALL_TEXT, with_braces

URL = re.compile(r"https?://[^\s{}<>\"“”。，；、（）]+")

# Control characters (C0, C1), marks that change the direction of writing, and invisible characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_NOT_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")
# Mathematical alphabets (bold, script, ...), for which many mail programs have no font, and ligatures from PDFs.
_STYLED = re.compile("[\U0001d400-\U0001d7ff\ufb00-\ufb06]")
_ASIDE = re.compile(f"[{chr(FIRST_ASIDE)}-{chr(LAST_ASIDE)}]")
_OURS = re.compile(f"[\ue000-\ue01f{chr(FIRST_ASIDE)}-{chr(LAST_ASIDE)}]")

# Text without any of these is clean, except for its white space.
_SPECIAL = re.compile(r"[\\${}~`&<^]|--|_\{|''|[\ue000-\ue01f]|https?:|\d{4}[a-z]")
_MAY_BE_LOST = re.compile(r"[{}^_=|]|(?:arrow|neq|leq|geq|nabla|infty|varepsilon|mathcal|subset)")

_COMMAND_WITH_ADDRESS = re.compile(r"\\(?:url|nolinkurl|path)\s*\{\s*([^{}]*?)\s*\}")
# C:\Users\name\file.txt, unless its folders are commands.
_WINDOWS_PATH = re.compile(r"(?<![A-Za-z])[A-Za-z]:(?=\\\w)(?:\\[\w.-]+(?: [\w.-]+){0,4}(?=\\))*\\[\w.-]*\w", re.ASCII)
# What a converter made of ~\cite{nichani2023provable}.
_BARE_CITATION = re.compile(r"~[a-z]+\d{4}[a-z]+\b")
# A dollar that lost its partner: right after a script, which no price has.
_LOST_PARTNER = re.compile(r"(\^(?:\{[^{}]{0,50}\}|-?\d{1,5}))\$(?=[\s,;:.)]|$)")
_OPENING, _CLOSING = "([{“‘", ".,;:!?%)]}”’"
_ROUNDS = 4


def clean_text(text: str) -> str:
    """Return the text as one line of readable text in Unicode's composed form (NFC)."""
    text = visible(text)
    for _ in range(_ROUNDS):
        if not _SPECIAL.search(text) and not _MAY_BE_LOST.search(text):
            break
        # Text that was escaped twice is clean after two rounds; the last round finds nothing to do.
        before, text = text, _cleaned(text)
        if text == before:
            break
    return " ".join(text.split())


def visible(text: str) -> str:
    """Return the text in NFC without characters that are invisible or change the direction of writing."""
    if text.isascii() and text.isprintable():
        return text
    text = _NOT_TEXT.sub("", _UNSEEN.sub("", text))
    text = _STYLED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return unicodedata.normalize("NFC", text)


def typography(text: str) -> str:
    """Return the text with TeX's quotes and dashes written out."""
    text = re.sub(r"``([^`]*?)(?:''|(?<=[\w.,!?])\"(?!\w))", r"“\1”", text)
    text = re.sub(r"(?<![\w`])`([^`']+)'(?!\w)", r"‘\1’", text)
    text = re.sub(r"(?<=[^\s-])---(?=[^\s-])|(?<=\s)---(?=\s)", "—", text)
    return re.sub(r"(?<=[^\s\-!<])--(?=[^\s\->])|(?<=\s)--(?=\s)", "–", text)


def _cleaned(text: str) -> str:
    """Return the text after one round of cleaning."""
    aside: list[str] = []

    def put_aside(part: str) -> str:
        if len(aside) > LAST_ASIDE - FIRST_ASIDE:
            return part
        aside.append(part)
        return chr(FIRST_ASIDE + len(aside) - 1)

    text = markup.remove_markup(_OURS.sub("", text))
    text = _COMMAND_WITH_ADDRESS.sub(lambda match: put_aside(_address(match[1])), text)
    text = URL.sub(lambda match: _put_address_aside(match[0], put_aside), text)
    text = latex_delimiters.replace(text, lambda formula: put_aside(latex_writer.formula(formula.body)))
    text = _WINDOWS_PATH.sub(lambda path: put_aside(path[0]) if _is_path(path[0]) else path[0], text)
    text = _LOST_PARTNER.sub(r"\1", text)
    text = latex_repair.with_backslashes(_BARE_CITATION.sub("", text))
    text = write_commands(text.replace("$", DOLLAR))
    text = typography(text)
    # A formula may contain an address, and an address nothing more.
    for _ in range(2):
        text = _ASIDE.sub(lambda match: _fitted(aside[ord(match[0]) - FIRST_ASIDE], match), text)
    text = re.sub(rf"(?<=[A-Za-z]){SMALL_TEXT}(?=[ivxIVX]+(?![A-Za-z]))", " ", text).replace(SMALL_TEXT, "")
    # The endings of ordinals, as in 10th.
    text = re.sub(r"(?<=\d)\^(?:\((st|nd|rd|th)\)|(st|nd|rd|th)(?!\w))", r"\1\2", text)
    text = with_braces(text.replace(DOLLAR, "$").replace(PERCENT, "%").replace("\xa0", " "))
    return " ".join(visible(text).split())


def _is_path(text: str) -> bool:
    r"""Return whether backslashes separate folders, and do not begin commands as in X:\Omega\to Y."""
    _, *names = text.split("\\")
    is_file = re.search(r"\.[A-Za-z]\w{1,3}$", names[-1]) is not None
    return (len(names) > 1 or is_file) and all(latex_writer.is_unknown(name) for name in names[:2])


def _fitted(part: str, place: re.Match[str]) -> str:
    """Return what was set aside, without a blank before the punctuation that follows it or after an open bracket."""
    before, after = place.string[max(place.start() - 1, 0) : place.start()], place.string[place.end() : place.end() + 1]
    part = part.rstrip() if after and after in _CLOSING else part
    return part.lstrip() if before and before in _OPENING else part


def _put_address_aside(address: str, put_aside: Callable[[str], str]) -> str:
    """Return a mark for an address, followed by what was attached without being part of it."""
    address = re.sub(r"\$\\sim\$|\\sim(?![A-Za-z])", "~", address)
    end = re.search(r"\$|\\(?![_%#&~])", address)
    own = address[: end.start()] if end else address
    return put_aside(_address(own)) + address[len(own) :]


def _address(written: str) -> str:
    return re.sub(r"\\([_%#&~])", r"\1", written.replace("\\sim", "~"))
