"""Formulas of titles and abstracts as MathML, where text alone says too little; the mail and all else stays text.

What the library makes is taken apart and put together anew of a few known elements, for a formula is untrusted text.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml import exceptions
from latex2mathml.converter import convert_to_element

from digest.cleaning import MATH, clean, visible
from digest.models import Paper
from digest.sources.links import take_links

LONGEST = 300
MOST = 100
# Where one of these stands, there is structure; $n$ and $\alpha$ are as well said in text.
_STRUCTURE = re.compile(r"[\^_{]")

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_ELEMENTS = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mstyle", "mpadded", "mphantom"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts"),
    *("mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd"),
}
# How many parts these have; with another number a browser shows an error.
_PARTS = dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2)
_PARTS |= dict.fromkeys(("msubsup", "munderover"), 3)
_ATTRIBUTES = {
    *("accent", "accentunder", "columnalign", "depth", "displaystyle", "display", "fence", "form", "height"),
    *("largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "rspace"),
    *("scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width"),
}
_PLAIN_VALUE = re.compile(r"[\w .+%-]{0,40}", re.A)
# The library has no common ancestor for its own errors, and lets some of Python's through.
_ERRORS: tuple[type[Exception], ...] = (
    *(kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    *(ArithmeticError, AttributeError, LookupError, RecursionError, StopIteration, TypeError, ValueError),
)
# Characters of the private area stand for formulas while the text around them is cleaned.
_FIRST_MARK = 0xE100


@dataclass(frozen=True)
class Piece:
    """A stretch of text, or a formula: then `mathml` is markup that may stand in a page as it is."""

    text: str
    mathml: str = ""


@dataclass(frozen=True)
class Token:
    """A word or a formula of a title, and whether a space stands before it."""

    text: str
    mathml: str
    spaced: bool


def title_tokens(paper: Paper) -> list[Token]:
    """Return the title word by word, formulas as MathML."""
    tokens: list[Token] = []
    spaced = False
    for piece in pieces(paper.original_title, paper.title) or [Piece(paper.title)]:
        if piece.mathml:
            tokens.append(Token("", piece.mathml, spaced))
            spaced = False
            continue
        for number, word in enumerate(piece.text.split()):
            tokens.append(Token(word, "", number > 0 or spaced or piece.text[:1].isspace()))
        spaced = piece.text[-1:].isspace()
    return tokens


def abstract_pieces(paper: Paper) -> list[Piece]:
    """Return the abstract in pieces; none where it holds no formula that is worth it."""
    if not MATH.search(paper.original_abstract):
        return []
    return pieces(take_links(paper.original_abstract).text, paper.abstract)


@lru_cache(maxsize=2048)
def pieces(original: str, shown: str) -> list[Piece]:
    """Return a text in pieces, made of the original; none where it holds no formula that is worth it.

    shown: the text as it is kept. Where somebody changed it, it counts, and it has no formulas.
    """
    if not MATH.search(original) or clean(original) != shown:
        return []
    formulas: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        markup = mathml(next(filter(None, found.groups())))
        if not markup or len(formulas) == MOST:
            return found[0]
        formulas.append(markup)
        return chr(_FIRST_MARK + len(formulas) - 1)

    marks = f"[{chr(_FIRST_MARK)}-{chr(_FIRST_MARK + MOST)}]"
    marked = clean(MATH.sub(put_aside, re.sub(marks, "", visible(original))))
    if not formulas or len(re.findall(marks, marked)) != len(formulas):
        return []
    texts = re.split(marks, marked)
    found = [Piece(texts[0])]
    for text, markup in zip(texts[1:], formulas, strict=True):
        found += [Piece("", markup), Piece(text)]
    return [piece for piece in found if piece.text or piece.mathml]


@lru_cache(maxsize=4096)
def mathml(latex: str) -> str:
    """Return a formula as MathML; "" where text says it as well, or where it cannot be made."""
    if not _STRUCTURE.search(latex) or len(latex) > LONGEST:
        return ""
    try:
        element = convert_to_element(latex.strip())
    except _ERRORS:
        return ""
    safe = _safe(element)
    return "" if safe is None else tostring(safe, encoding="unicode")


def _safe(element: Element) -> Element | None:
    """Return a copy of known elements and attributes alone; None where it is no formula."""
    # The library writes entities as text, and leaves commands that it does not know.
    text = unescape(element.text or "")
    if element.tag not in _ELEMENTS or (text.startswith("\\") and len(text) > 1):
        return None
    if len(element) != _PARTS.get(element.tag, len(element)):
        return None
    copy = Element(element.tag, {"xmlns": _NAMESPACE} if element.tag == "math" else {})
    copy.text = text
    for name, value in element.attrib.items():
        if name in _ATTRIBUTES and _PLAIN_VALUE.fullmatch(value):
            copy.set(name, value)
    for child in element:
        safe = _safe(child)
        if safe is None:
            return None
        copy.append(safe)
    return copy
