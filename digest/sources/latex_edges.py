r"""Spaces at the edges of a formula, which separate it from the text around it: `13\,$TeV`."""

import re

# A command for a space, but not for a negative one. At the edge of a formula it belongs to the text around it.
_SPACE = (
    r"(?:(?<!\\)\\(?:[,:;>\s]|(?:quad|qquad|enspace|thinspace|medspace|thickspace|space|nobreakspace)(?![A-Za-z])"
    r"|hspace\*?\{[^-{}]*\})|~)"
)
_TEXT_COMMAND = r"\\(?:text(?:rm|it|bf|normal)?|mbox|hbox)\{"
_BEGINS_WITH_SPACE = re.compile(rf"\s*(?:{_SPACE}|{_TEXT_COMMAND}[\s~])")
_ENDS_WITH_SPACE = re.compile(rf"(?:{_SPACE}|{_TEXT_COMMAND}[^{{}}]*(?<=[\s~])\}})\Z")


def edge_spaces(latex: str) -> tuple[str, str]:
    """Return a blank for each edge of a formula that has a space command, and "" for each that has none."""
    ends = _ENDS_WITH_SPACE.search(latex.rstrip()) or latex.endswith("\\ ")
    return " " if _BEGINS_WITH_SPACE.match(latex) else "", " " if ends else ""
