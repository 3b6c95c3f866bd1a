"""Prepare LaTeX for the walker, and write out LaTeX that it cannot read."""

import re

from digest.sources import latex_macros as macros
from digest.sources import latex_table as table
from digest.sources.latex_signs import CLOSE, OPEN

# Groups within each other; deeper ones are only there to cost time.
MAX_NESTING_DEPTH = 30
BRACE = re.compile(r"\\.|[{}]", re.S)

_UNENDED = re.compile(r"(\\[A-Za-z]+)(?=[^\W\d_A-Za-z])")
_OPTIONAL = "|".join(name for name, spec in macros.ARGUMENTS.items() if "[" in spec)
_UNCLOSED = re.compile(rf"(\\(?:{_OPTIONAL}))\s*\[(?![^\[\]]{{0,200}}\])")


def readable(latex: str) -> str:
    """Return LaTeX in a form that the walker can read.

    A name ends before a letter of another alphabet. A bracket that does not close soon does not begin an option.
    """
    latex = latex if latex.isascii() else _UNENDED.sub(r"\1 ", latex)
    return _UNCLOSED.sub(r"\1{}[", latex) if "[" in latex else latex


def latex_to_text(latex: str) -> str:
    """Return broken LaTeX as text: signs instead of names, no braces, nothing else."""
    text = re.sub(r"\\([A-Za-z]+)\*?\s?", lambda match: f"{table.sign(match[1]) or ''} ", latex)
    return re.sub(rf"\\(?:[,;:!\\]|$)|[\\{{}}&$]|{OPEN}|{CLOSE}", " ", text).strip()


def balanced(text: str) -> str:
    """Return the text without unpaired braces."""
    if "{" not in text and "}" not in text:
        return text
    dropped: set[int] = set()
    opened: list[int] = []
    for match in BRACE.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}":
            if opened:
                opened.pop()
            else:
                dropped.add(match.start())
    dropped |= set(opened)
    if not dropped:
        return text
    return "".join(_dropped(text, place) if place in dropped else char for place, char in enumerate(text))


def _dropped(text: str, place: int) -> str:
    """Return what replaces a dropped brace: a blank between two words."""
    return " " if text[place - 1 : place].isalnum() and text[place + 1 : place + 2].isalnum() else ""


def depth(latex: str) -> int:
    """Return how deeply the groups of LaTeX are nested."""
    level = deepest = 0
    for brace in BRACE.findall(latex):
        level += (brace == "{") - (brace == "}")
        deepest = max(deepest, level)
    return deepest
