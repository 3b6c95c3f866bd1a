"""Undo what bioRxiv's and medRxiv's API leaves of their publishing system's markup in titles and abstracts.

O_ST_ABSBackgroundC_ST_ABS is a heading, O_FIG…C_FIG a figure, O_LI an item of a list, and MO_SCPLOWYCC_SCPLOW has small
capitals; {beta} is a Greek letter. Indexes copy them.
"""

import re
from html import unescape

from digest.sources.markup import spaced_heading

_FIGURE = re.compile(
    r"(?:(?:Graphical abstract|TOC graphic|Visual abstract)[\s.:]{0,5})?O_(FIG|TBL)(?![A-Z]).{0,4000}?C_\1", re.S | re.I
)
_HEADING = re.compile(r"O_ST_ABS(.{0,200}?)C_ST_ABS", re.S)
_SMALL = re.compile(r"[OC]_SCP(?:LOW|CAP)")
_MARK = re.compile(r"[OCM]_(?:LI|ST_ABS|FIG|TBL|TEXTBOX)")
_ABSTRACT = re.compile(r"\s*(?:(?:ABSTRACT|SUMMARY)\s*|Abstract|Summary)(?=[A-Z][a-z ])")
_NAMED = re.compile(r"(?<![\\^_}])\{([A-Za-z]{2,15}|\+/-|middle dot)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+$")
_SIGNS = {"micro": "μ", "degrees": "°", "degree": "°", "+/-": "±", "middle dot": "·", "infinity": "∞"}
_BRACKETED = re.compile(r"\[(~|->|≥|≤|≈|→|±|×|&[gl]e;)\]")
# Longer than the name of any command.
_BEFORE = 30


def without_marks(text: str) -> str:
    """Return the text without those marks; one that has none is returned as it is."""
    if "O_" in text or "C_" in text:
        text = _FIGURE.sub(" ", text)
        text = _HEADING.sub(lambda heading: spaced_heading(heading[1]), text)
        text = _MARK.sub(" ", _SMALL.sub("", text))
    glued = _ABSTRACT.match(text)
    text = _NAMED.sub(_named, text[glued.end() :] if glued else text)
    return _BRACKETED.sub(lambda sign: "→" if sign[1] == "->" else sign[1], text)


def _named(name: re.Match[str]) -> str:
    """Return the character that a name in braces stands for; the whole if it is no name, or a command's argument."""
    if _COMMAND.search(name.string[max(name.start() - _BEFORE, 0) : name.start()]):
        return name[0]
    sign = _SIGNS.get(name[1]) or unescape(f"&{name[1]};")
    return sign if len(sign) == 1 else name[0]
