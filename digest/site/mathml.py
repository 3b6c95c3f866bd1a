"""Convert a formula to MathML as browsers draw it (MathML Core), with a few known elements and attributes.

The library's output is rebuilt element by element, for two reasons: formulas are untrusted text, and browsers need
styled letters as Unicode characters, signs as operators, and spaces next to function names.
"""

import re
import unicodedata
from functools import cache, lru_cache
from html import unescape
from xml.etree.ElementTree import Element, SubElement, tostring

from latex2mathml import exceptions
from latex2mathml.converter import convert_to_element

from digest.sources.latex_macros import FUNCTIONS

MAX_MATHML_SOURCE = 300
# A formula with one of these has structure. $n$ and $\alpha$ are just as good as text.
_STRUCTURE = re.compile(r"[\^_{]")

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_ELEMENTS = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mstyle", "mpadded", "mphantom"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts"),
    *("mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd"),
}
# The number of children these need. With any other number, a browser shows an error.
_PARTS = dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2)
_PARTS |= dict.fromkeys(("msubsup", "munderover"), 3)
_ATTRIBUTES = {
    *("accent", "accentunder", "columnalign", "depth", "displaystyle", "display", "fence", "form", "height"),
    *("largeop", "linethickness", "lspace", "maxsize", "minsize", "movablelimits", "rspace"),
    *("scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width"),
}
_PLAIN_VALUE = re.compile(r"[\w .+%-]{0,40}", re.A)
# The library's errors have no common base class, and it lets some of Python's through.
_ERRORS: tuple[type[Exception], ...] = (
    *(kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    *(ArithmeticError, AttributeError, LookupError, RecursionError, StopIteration, TypeError, ValueError),
)

_NAMES = "arg|argmin|argmax|Tr|tr|diag|rank|supp|sgn|erf|Var|Cov|poly|polylog"
# Replacements for commands that the library does not know, or reads differently than authors mean them.
_REPLACED_COMMANDS = [
    (re.compile(pattern), sign)
    for pattern, sign in [
        (r"\\sim(?![A-Za-z])", "∼"),
        (r"(?<!\\)~", r"\\ "),
        (r"\\(?:mathbbm|mathds|Bbb)(?![A-Za-z])", r"\\mathbb"),
        (r"\\mathrm\s*\{([A-Za-z])\}", r"{\\rm \1}"),
        (r"\\degree(?![A-Za-z])", r"^{\\circ}"),
        (r"\\math(?:op|rel|bin)\s*\{\s*\\(?:mathrm|rm|operatorname)\s*\{?([A-Za-z]+)\}?\s*\}", r"\\mathrm{\1}"),
        (rf"\\({_NAMES})(?![A-Za-z])", r"\\mathrm{\1}"),
    ]
]
_OPERATOR = re.compile(r"\\operatorname\*?\s*\{([^{}]*)\}")
_STYLES = {
    "bold": "BOLD",
    "bold-italic": "BOLD ITALIC",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "bold-fraktur": "BOLD FRAKTUR",
    "double-struck": "DOUBLE-STRUCK",
    "sans-serif": "SANS-SERIF",
    "bold-sans-serif": "SANS-SERIF BOLD",
    "monospace": "MONOSPACE",
}
# Letters that were in Unicode before the mathematical alphabets have other names.
_DEPRECATED_COMMANDS = {"SCRIPT": "SCRIPT", "FRAKTUR": "BLACK-LETTER", "DOUBLE-STRUCK": "DOUBLE-STRUCK"}
_LETTER = re.compile(r"(?:LATIN|GREEK) (CAPITAL|SMALL) LETTER (\w+)|GREEK (?:LUNATE )?(\w+ SYMBOL)|(DIGIT \w+)")
# Signs that stand for things, as letters do, and so are not operators.
_THINGS = "∞∅∂∇ℵ⊤⊥…"
_THIN = "0.167em"
_APPLY = "\u2061"


@lru_cache(maxsize=4096)
def mathml(latex: str) -> str:
    """Return a formula as MathML; "" if plain text is just as good, or if it cannot be converted."""
    if not _STRUCTURE.search(latex) or len(latex) > MAX_MATHML_SOURCE:
        return ""
    latex = _OPERATOR.sub(_upright, latex.strip())
    for command, replacement in _REPLACED_COMMANDS:
        latex = command.sub(replacement, latex)
    try:
        element = convert_to_element(latex)
    except _ERRORS:
        return ""
    safe = _safe(element)
    return "" if safe is None else tostring(safe, encoding="unicode")


def _upright(match: re.Match[str]) -> str:
    r"""Return \operatorname{arg\,max} as upright words."""
    words = re.split(r"\\[,;: ]|~|\s+", match[1].strip())
    return r"\,".join(f"\\mathrm{{{word}}}" for word in words)


def _safe(element: Element) -> Element | None:
    """Return a copy with only known elements and attributes; None if it is not a valid formula."""
    # The library writes entities as text, and leaves unknown commands in.
    text = unescape(element.text or "")
    if element.tag not in _ELEMENTS or (text.startswith("\\") and len(text) > 1 and element.tag != "mtext"):
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
    _set_as_browsers_do(copy, element.get("mathvariant", ""))
    if copy.tag in ("mrow", "mstyle", "math", "mtd", "msqrt"):
        _join_upright_letters(copy)
        _space_functions(copy)
    return copy


def _set_as_browsers_do(element: Element, variant: str) -> None:
    """Turn styled letters into Unicode's, signs into operators, and function names into identifiers."""
    text = element.text or ""
    if element.tag in ("mi", "mn") and variant in _STYLES:
        element.text = "".join(styled(char, _STYLES[variant]) for char in text)
    elif element.tag == "mi" and variant == "normal":
        element.set("mathvariant", "normal")
    elif element.tag == "mi" and text and not any(char.isalnum() or char in _THINGS for char in text):
        element.tag = "mo"
        if text == ":":
            element.set("lspace", "0")
    elif element.tag == "mo" and text.isalpha():
        element.tag = "mi"
        element.attrib.clear()
    elif element.tag == "mtext":
        element.text = re.sub(r"\\([_%&$#{}])", r"\1", text)


@cache
def styled(char: str, style: str) -> str:
    """Return a letter or digit in one of Unicode's mathematical alphabets (BOLD, …), or unchanged if there is none."""
    kind = _LETTER.fullmatch(unicodedata.name(char, ""))
    if kind is None:
        return char
    letter = kind[3] or kind[4] or f"{kind[1]} {kind[2]}"
    for name in (f"MATHEMATICAL {style} {letter}", f"{_DEPRECATED_COMMANDS.get(style, style)} {letter}"):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return char


def _join_upright_letters(row: Element) -> None:
    """Join adjacent upright letters to one name. Names longer than a letter are upright without an attribute."""
    for left, right in zip(list(row)[:-1], list(row)[1:], strict=True):
        if _is_upright(left) and _is_upright(right):
            right.text = (left.text or "") + (right.text or "")
            row.remove(left)
    for child in row:
        if _is_upright(child) and len(child.text or "") > 1:
            del child.attrib["mathvariant"]


def _is_upright(element: Element) -> bool:
    return element.tag == "mi" and element.get("mathvariant") == "normal"


def _space_functions(row: Element) -> None:
    """Put a thin space next to function names where TeX does, and mark that they are applied."""
    children = list(row)
    for child in children:
        row.remove(child)
    for place, child in enumerate(children):
        if not _is_function(child):
            row.append(child)
            continue
        before = row[-1] if len(row) else None
        if before is not None and (before.tag not in ("mo", "mspace") or before.text in (")", "]")):
            SubElement(row, "mspace", {"width": _THIN})
        row.append(child)
        after = children[place + 1] if place + 1 < len(children) else None
        if after is not None:
            opens = after.tag in ("mo", "mspace") and (after.text or " ")[0] not in "√∑∫∏∇¬"
            SubElement(row, "mo", {} if opens else {"rspace": _THIN}).text = _APPLY


def _is_function(element: Element) -> bool:
    """Return whether this is a function name, with or without scripts."""
    while element.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover") or (
        element.tag == "mrow" and len(element) == 1
    ):
        element = element[0]
    return element.tag == "mi" and element.text in FUNCTIONS
