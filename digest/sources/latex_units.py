"""Quantities, chemical formulas, ions and roots on one line, from siunitx, mhchem and astronomers' classes."""

import re

from digest.sources.latex_signs import scripted
from digest.sources.latex_table import PREFIXES, UNITS

_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_RAISED = str.maketrans("0123456789+-nijk", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱʲᵏ")
_ARROWS = {"<=>": "⇌", "<->": "↔", "->": "→", "<-": "←"}
# A command, a power, or the text between them.
_UNIT_PARTS = re.compile(r"\\([A-Za-z]+)|(\^)\{?(-?\d+)\}?|([^\\^]+)")
_CHEMICAL = re.compile(
    r"(?P<arrow><=>|<->|->|<-)"
    r"|(?P<script>[\^_])(?:\{(?P<group>[^{}]*)\}|(?P<bare>\d*[+-]|\w))"
    r"|(?<=[A-Za-z)\]])(?P<count>\d+)"
    r"|(?<=[A-Za-z\d)\]])(?P<charge>[+-])(?=\s|$)"
    r"|\\[A-Za-z]+\s?|[{}]"
)


def root_sign(index: str) -> str:
    """Return the sign of a root: √, ∛, ⁿ√."""
    if index in _ROOTS:
        return _ROOTS[index]
    raised = index.translate(_RAISED)
    return f"{raised}√" if len(index) == 1 and raised != index else f"√^({index}) "


def number_text(value: str) -> str:
    """Return a number as siunitx reads it: 1e5 → 1×10^5."""
    value = value.strip().replace("\\pm", "±").replace("+-", "±").replace(" ± ", "±")
    match = re.fullmatch(r"([\d.,±()+-]*)[eEdD]([+-]?\d+)", value)
    if not match:
        return value
    power = "10" + scripted("^", match[2].removeprefix("+"))
    return f"{match[1]}×{power}" if match[1] else power


def unit_text(source: str) -> str:
    r"""Return a unit: \metre\per\second\squared → m/s^2."""
    written, below, prefix, power = "", False, "", ""
    for name, caret, exponent, other in _UNIT_PARTS.findall(source):
        if caret:
            written += scripted("^", exponent)
        elif other:
            written += re.sub(r"(?<=\w)[.~](?=\w)", " ", other.strip("{}"))
        elif name in ("squared", "cubed"):
            written += "^2" if name == "squared" else "^3"
        elif name in ("square", "cubic"):
            power = "^2" if name == "square" else "^3"
        elif name in PREFIXES:
            prefix = PREFIXES[name]
        elif name == "per":
            below = True
        elif name in ("tothe", "raiseto", "of"):
            continue
        else:
            between = "/" if below else " " if written and written[-1] != "/" else ""
            written += f"{between}{prefix}{UNITS.get(name, name)}{power}"
            below, prefix, power = False, "", ""
    return written.strip()


def quantity(value: str, source: str) -> str:
    """Return a number and its unit, with a space where one belongs."""
    text = unit_text(source)
    return number_text(value) + ("" if text[:1] in ("°", "′", "″", "%", "") and text != "°C" else " ") + text


def quantities(first: str, last: str, source: str) -> str:
    """Return a range of quantities."""
    return f"{number_text(first)}–{quantity(last, source)}"


def chemistry(source: str) -> str:
    """Return a chemical formula as mhchem reads it: H2O → H_2O, SO4^2- → SO_4^(2-)."""

    def written(match: re.Match[str]) -> str:
        if match["arrow"]:
            return _ARROWS[match["arrow"]]
        if match["script"]:
            return scripted(match["script"], match["group"] if match["group"] is not None else match["bare"])
        if match["count"]:
            return scripted("_", match["count"])
        return f"^{match['charge']}" if match["charge"] else ""

    return _CHEMICAL.sub(written, source.replace("$", ""))
