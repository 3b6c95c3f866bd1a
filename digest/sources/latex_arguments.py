"""Commands that need their arguments: fractions, roots, arrows, quantities, ions."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pylatexenc.latexwalker import LatexGroupNode

from digest.sources import latex_units as units
from digest.sources.latex_signs import AFTER, BEFORE, CLOSE, OPEN, SMALL_TEXT, scripted


@dataclass(frozen=True)
class Arguments:
    """The arguments of a command; each is available as text, as a formula, or as it was written."""

    nodes: list[Any]
    _as_text: Callable[[Any], str]
    _as_formula: Callable[[Any], str]

    def text(self, place: int) -> str:
        """Return an argument as text."""
        return self._as_text(self.nodes[place])

    def formula(self, place: int) -> str:
        """Return an argument as a formula."""
        return self._as_formula(self.nodes[place]).strip()

    def formulas(self) -> list[str]:
        """Return all arguments as formulas."""
        return [self.formula(place) for place in range(len(self.nodes))]

    def sources(self) -> list[str]:
        """Return the required arguments as they were written, without their braces."""
        return [_source(node) for node in self.nodes if not _is_optional(node)]


def _is_optional(node: Any) -> bool:
    return isinstance(node, LatexGroupNode) and node.delimiters[0] == "["


def _source(node: Any) -> str:
    if isinstance(node, LatexGroupNode):
        return "".join(part.latex_verbatim() for part in node.nodelist)
    return str(node.latex_verbatim())


def fraction(above: str, below: str) -> str:
    """Return a fraction on one line; parts longer than a word or a root are in parentheses."""
    # dx/dt is clear, 1/nε is not.
    single = re.compile(r"[A-Za-z0-9_.]+|√\([^()]*\)|[^\w\s]?\w[\u0300-\u036f]?(?:_\w)?")
    parts = [part.strip() for part in (above, below)]
    return "/".join(part if single.fullmatch(part.strip(BEFORE + AFTER)) else f"({part})" for part in parts)


def _pattern(pattern: str) -> Callable[[Arguments], str]:
    """Return a writer that puts the arguments, written as formulas, into a pattern."""
    return lambda arguments: pattern.format(*arguments.formulas())


def _root(arguments: Arguments) -> str:
    *index, inside = arguments.formulas()
    return f"{units.root_sign(index[0] if index else '')}({inside})"


def _above(arguments: Arguments) -> str:
    over, base = arguments.formulas()
    return base + scripted("^", over)


def _below(arguments: Arguments) -> str:
    under, base = arguments.formulas()
    return base + scripted("_", under)


def _arrow(sign: str) -> Callable[[Arguments], str]:
    def written(arguments: Arguments) -> str:
        *under, over = arguments.formulas()
        return sign + "".join(scripted("_", part) for part in under) + scripted("^", over)

    return written


def _not(arguments: Arguments) -> str:
    text = arguments.formula(0)
    return unicodedata.normalize("NFC", text[:1] + "\u0338") + text[1:]


def _blackboard(arguments: Arguments) -> str:
    return arguments.formula(0).translate(str.maketrans("CHNPQRZ", "ℂℍℕℙℚℝℤ"))


def _script(mark: str) -> Callable[[Arguments], str]:
    return lambda arguments: scripted(mark, arguments.text(0))


def _units(writer: Callable[..., str]) -> Callable[[Arguments], str]:
    return lambda arguments: writer(*arguments.sources())


WRITERS: dict[str, Callable[[Arguments], str]] = {
    **dict.fromkeys(
        ("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac"),
        lambda arguments: fraction(*arguments.formulas()),
    ),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), _pattern("({} choose {})")),
    **dict.fromkeys(("overset", "stackrel"), _above),
    "underset": _below,
    "sqrt": _root,
    "xrightarrow": _arrow("→"),
    "xlongrightarrow": _arrow("⟶"),
    "xleftarrow": _arrow("←"),
    "xhookrightarrow": _arrow("↪"),
    "xmapsto": _arrow("↦"),
    "not": _not,
    **dict.fromkeys(("mathbb", "Bbb", "mathds", "mathbbm"), _blackboard),
    "abs": _pattern("|{}|"),
    "norm": _pattern("‖{}‖"),
    "expval": _pattern("⟨{}⟩"),
    "set": _pattern(f"{OPEN}{{}}{CLOSE}"),
    "ceil": _pattern("⌈{}⌉"),
    "floor": _pattern("⌊{}⌋"),
    "ket": _pattern("|{}⟩"),
    "bra": _pattern("⟨{}|"),
    "braket": _pattern("⟨{}⟩"),
    "pmod": _pattern(" (mod {})"),
    "pod": _pattern(" ({})"),
    "ensuremath": _pattern("{}"),
    "substack": lambda arguments: re.sub(r"\s{2,}", ", ", arguments.formula(0)),
    "enquote": lambda arguments: f"“{arguments.text(0)}”",
    "footnote": lambda arguments: f" ({arguments.text(0)})",
    "thanks": lambda arguments: f" ({arguments.text(0)})",
    "textsuperscript": _script("^"),
    "textsubscript": _script("_"),
    "textsc": lambda arguments: SMALL_TEXT + arguments.text(0),
    "ion": lambda arguments: " ".join(arguments.text(place).strip() for place in range(2)),
    "ce": _units(units.chemistry),
    "num": _units(units.number_text),
    "ang": _units(lambda value: f"{value}°"),
    **dict.fromkeys(("si", "unit"), _units(units.unit_text)),
    **dict.fromkeys(("SI", "qty"), _units(units.quantity)),
    **dict.fromkeys(("SIrange", "qtyrange"), _units(units.quantities)),
    "numrange": _units(lambda first, last: f"{units.number_text(first)}–{units.number_text(last)}"),
}
