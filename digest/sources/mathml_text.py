r"""Turn MathML, as publishers put it into titles and abstracts, into LaTeX, which the cleaner writes on one line.

https://www.w3.org/TR/MathML3/chapter3.html. The text may be broken, so no XML parser reads it: a tag that is never
closed ends with the formula, and an element that is not known is its content.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

# Deeper nesting is no one's formula.
MAX_MATHML_DEPTH = 60

_NAME = r"(?:mml:|m:)?([A-Za-z][A-Za-z-]{0,30})"
_TAG = re.compile(rf"<(/?){_NAME}((?:\s[^<>]{{0,500}})?)(/?)>")
_TOKENS = {"mi", "mn", "mo", "mtext", "ms", "mglyph", "cn", "ci"}
_DROPPED = {"annotation", "annotation-xml", "mspace", "mphantom", "malignmark", "maligngroup", "none"}
# Invisible operators: function application, times, separator, plus.
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
_SPECIAL = re.compile(r"[\\{}$%#&_^~]")
_ESCAPES = {"\\": r"\backslash{}", "^": r"\hat{}", "~": r"\sim{}"}
_ACCENTS = {
    **dict.fromkeys("^ˆ\u0302", "hat"),
    **dict.fromkeys("~˜∼\u0303", "tilde"),
    **dict.fromkeys("¯‾―_\u0304\u0305", "bar"),
    **dict.fromkeys("→⃗⇀\u20d7", "vec"),
    **dict.fromkeys("˙.\u0307", "dot"),
    **dict.fromkeys("¨\u0308", "ddot"),
}
_LETTERS = re.compile(r"[A-Za-z]{2,}")


@dataclass
class _Element:
    """An element, with what is in it as LaTeX."""

    name: str
    attributes: str = ""
    parts: list[str] = field(default_factory=list)
    # The text of a token, and where the scripts before the base begin among the parts.
    text: str = ""
    prescripts: int | None = None

    @property
    def whole(self) -> str:
        return "".join(self.parts)

    def part(self, place: int) -> str:
        return self.parts[place] if place < len(self.parts) else ""


def as_latex(inside: str) -> str:
    r"""Return what is in a <math> element as \(…\); "" if there is nothing."""
    latex = _latex(inside)
    return f"\\({latex}\\)" if latex.strip() else ""


def _latex(inside: str) -> str:
    opened = [_Element("math")]
    seen = 0
    for tag in _TAG.finditer(inside):
        _read_text(opened[-1], inside[seen : tag.start()])
        seen = tag.end()
        end, name, attributes, alone = tag[1], tag[2].lower(), tag[3], tag[4] or tag[3].endswith("/")
        if end:
            if any(element.name == name for element in opened[1:]):
                while opened[-1].name != name:
                    _close(opened)
                _close(opened)
        elif name == "mprescripts":
            opened[-1].prescripts = len(opened[-1].parts)
        elif len(opened) < MAX_MATHML_DEPTH:
            opened.append(_Element(name, attributes))
            if alone:
                _close(opened)
    _read_text(opened[-1], inside[seen:])
    while len(opened) > 1:
        _close(opened)
    return opened[0].whole


def _read_text(element: _Element, text: str) -> None:
    if element.name in _TOKENS:
        element.text += text
    elif text.strip():
        element.parts.append(_escaped(" ".join(text.split())))


def _close(opened: list[_Element]) -> None:
    element = opened.pop()
    opened[-1].parts.append(_token(element) if element.name in _TOKENS else _WRITERS.get(element.name, _whole)(element))


def _escaped(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    return _SPECIAL.sub(lambda sign: _ESCAPES.get(sign[0], f"\\{sign[0]}"), text)


def _token(element: _Element) -> str:
    """Return a letter, number, operator or text."""
    text = _escaped(" ".join(element.text.split()))
    if element.name in ("mtext", "ms"):
        # Blanks at the edges of a text are meant.
        edges = [" " if element.text[place : place + 1 or None].isspace() else "" for place in (0, -1)]
        return f"\\text{{{edges[0]}{text}{edges[1]}}}" if text else " "
    if element.name == "mi" and _LETTERS.fullmatch(text):
        return f"\\operatorname{{{text}}}" if text.islower() else f"\\mathrm{{{text}}}"
    return f"\\mathbb{{{text}}}" if "double-struck" in element.attributes and text.isalpha() else text


def _whole(element: _Element) -> str:
    return element.whole


def _scripts(*marks: str) -> Callable[[_Element], str]:
    def written(element: _Element) -> str:
        scripts = (f"{mark}{{{part}}}" for mark, part in zip(marks, element.parts[1:], strict=False) if part.strip())
        return _base(element.part(0)) + "".join(scripts)

    return written


def _base(latex: str) -> str:
    return latex if len(latex) <= 1 else f"{{{latex}}}"


def _over(element: _Element) -> str:
    base, over = element.part(0), element.part(1)
    sign = {r"\hat{}": "^", r"\sim{}": "~", r"\_": "_"}.get(over, over)
    return f"\\{_ACCENTS[sign]}{{{base}}}" if sign in _ACCENTS else f"{_base(base)}^{{{over}}}"


def _under(element: _Element) -> str:
    under = element.part(1)
    # A line or a brace below changes nothing that can be read on one line.
    return element.part(0) if under in ("\\_", "_", "̲", "⏟") else f"{_base(element.part(0))}_{{{under}}}"


def _fraction(element: _Element) -> str:
    if re.search(r"linethickness\s*=\s*[\"']?0", element.attributes):
        return f"\\binom{{{element.part(0)}}}{{{element.part(1)}}}"
    return f"\\frac{{{element.part(0)}}}{{{element.part(1)}}}"


def _multiscripts(element: _Element) -> str:
    """Return a base with scripts on both sides, as an isotope has them."""
    split = element.prescripts if element.prescripts is not None else len(element.parts)
    return "".join(
        [
            *_pairs(element.parts[split:]),
            _base(element.part(0)),
            *_pairs(element.parts[1:split]),
        ]
    )


def _pairs(parts: list[str]) -> list[str]:
    return [f"{mark}{{{part}}}" for place, part in enumerate(parts) if part.strip() for mark in [("_", "^")[place % 2]]]


def _fenced(element: _Element) -> str:
    signs: dict[str, str] = dict(re.findall(r"\b(open|close|separators)\s*=\s*[\"']([^\"']*)[\"']", element.attributes))
    between = signs.get("separators", ",").strip()[:1]
    return _escaped(signs.get("open", "(")) + between.join(element.parts) + _escaped(signs.get("close", ")"))


def _enclosed(begin: str, end: str) -> Callable[[_Element], str]:
    return lambda element: f"{begin}{element.whole}{end}"


def _first(element: _Element) -> str:
    """Return the one of several forms of a formula that is MathML."""
    return element.part(0)


_WRITERS: dict[str, Callable[[_Element], str]] = {
    "msub": _scripts("_"),
    "msup": _scripts("^"),
    "msubsup": _scripts("_", "^"),
    "munderover": _scripts("_", "^"),
    "mover": _over,
    "munder": _under,
    "mfrac": _fraction,
    "msqrt": _enclosed(r"\sqrt{", "}"),
    "mroot": lambda element: f"\\sqrt[{element.part(1)}]{{{element.part(0)}}}",
    "mmultiscripts": _multiscripts,
    "mfenced": _fenced,
    "mtable": lambda element: "\\begin{array}{l}" + "\\\\".join(element.parts) + "\\end{array}",
    "mtr": lambda element: "&".join(element.parts),
    "mlabeledtr": lambda element: "&".join(element.parts[1:]),
    "semantics": _first,
    "maction": _first,
    **dict.fromkeys(_DROPPED, lambda element: " " if element.name == "mspace" else ""),
}
