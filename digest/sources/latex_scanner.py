"""Turn commands outside formulas into text, from left to right.

Plain text is copied as it is. A command whose arguments belong together (a fraction, an accent, a quantity) goes to the
walker. All others lose their name, and the text in their braces is read like the rest.
"""

import re
import unicodedata
from functools import cached_property

from digest.sources import latex_citations
from digest.sources import latex_macros as macros
from digest.sources import latex_table as table
from digest.sources import latex_writer as writer
from digest.sources.latex_signs import CLOSE, DOLLAR, OPEN, PERCENT, SMALL_TEXT, beside, scripted, stays_in_braces, thin
from digest.sources.latex_source import BRACE, MAX_NESTING_DEPTH, balanced, depth, latex_to_text, readable
from digest.sources.latex_walker import BoundedWalker

_STEP = re.compile(r"\\|[{}~]|[\^_](?=\{|\\[A-Za-z])")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?(\s*)|\\(.)", re.S)
_VERBATIM = re.compile(r"\\verb\*?([^A-Za-z\s*])(.*?)\1")
_OPTION = re.compile(r"\s*\[[^\[\]]{0,200}\]")
_BLANK = re.compile(r"\s*")
# \"…\" from a source that escapes its quotation marks.
_ESCAPED_QUOTES = re.compile(r'(?<!\w)\\"(\w[^\\"{}]{0,200})\\"(?!\w)')
# The number after a ~ that may mean "about", and a ~ that certainly does.
_NUMBER = re.compile(r" ?[-(]?\.?\d[\d.]*(?:\^|[eE][+-]?\d+)?")
_ABOUT = re.compile(r"[\s(]~\d")
_GREEK = {
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "eta",
    "theta",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "rho",
    "sigma",
    "tau",
}

# Their arguments are one word or formula; after the others, text in braces is read like the rest.
_TIED = ".,;:)]}’”'\"%°-–—=≤≥"
_STYLES = {"text", "textrm", "textit", "textbf", "textsf", "texttt", "textnormal", "textup", "textsl", "textmd"}
_STYLES |= {"emph", "mbox", "hbox"}
_STYLES |= {*macros.FONTS, "ensuremath", "verbatim", *macros.LAYOUT}
_AROUND = {"footnote": (" (", ")"), "thanks": (" (", ")"), "enquote": ("“", "”"), "textsc": (SMALL_TEXT, "")}
# As letters in a formula or under an accent, their arguments may come without braces.
_TWO_ACCENTS = re.compile(r"(\\['`^\"~=.])(\\['`^\"~=.](?:[A-Za-z]|\{[A-Za-z]\}))")
_LETTER_ACCENTS = {name for name in macros.ACCENTS if name.isalpha()}
_TAKES_A_TOKEN = {*macros.MATH_ACCENTS, "sqrt", "mathbb", "Bbb", "frac", "not"}


def write_commands(text: str) -> str:
    """Return the text with its commands written out and without grouping braces."""
    if not _STEP.search(text):
        return text
    text = re.sub(r"(?<!\\)%", PERCENT, _ESCAPED_QUOTES.sub(r'"\1"', text))
    # To TeX, \~\^e has its braces.
    text = balanced(readable(_TWO_ACCENTS.sub(r"\1{\2}", text)))
    # Deep nesting is no one's formula: names are dropped, words are kept.
    return latex_to_text(text) if depth(text) > MAX_NESTING_DEPTH else thin(_Scan(text).text())


class _Scan:
    """One pass through a text with balanced braces."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._walker = BoundedWalker(text)
        self._position = 0
        self._parts: list[str] = []
        # For each open brace, what to write at its end and whether it is an argument of an unknown command.
        self._open: list[tuple[str, bool]] = []
        self._ends = self._partners()

    def text(self) -> str:
        while (step := _STEP.search(self._text, self._position)) is not None:
            self._parts.append(self._text[self._position : step.start()])
            self._position = step.end()
            {"\\": self._command, "{": self._open_group, "}": self._close_group, "~": self._tie}.get(
                step[0], self._script
            )()
        return "".join([*self._parts, self._text[self._position :]])

    def _partners(self) -> dict[int, int]:
        opened: list[int] = []
        ends: dict[int, int] = {}
        for match in BRACE.finditer(self._text):
            if match[0] == "{":
                opened.append(match.start())
            elif match[0] == "}":
                ends[opened.pop()] = match.start()
        return ends

    @property
    def _before(self) -> str:
        """The last character written; "" at the beginning."""
        return next((part[-1] for part in reversed(self._parts) if part), "")

    def _next(self, position: int) -> str:
        return self._text[position : position + 1]

    def _open_group(self) -> None:
        start = self._position - 1
        inside = self._text[start + 1 : self._ends[start]]
        end = self._ends[start]
        touching = self._text[start - 1 : start].isalnum() or self._text[end + 1 : end + 2].isalnum()
        literal = "\\" not in inside[:200] and stays_in_braces(inside, touching=touching)
        self._parts.append(OPEN if literal else "")
        self._open.append((CLOSE if literal else "", False))

    def _close_group(self) -> None:
        end, of_unknown = self._open.pop()
        self._parts.append(end)
        if of_unknown and self._next(self._position) == "{":
            self._parts.append(" ")
            self._enter("", of_unknown=True)

    def _enter(self, end: str, *, of_unknown: bool = False) -> None:
        """Enter the group that begins here; `end` is written where it ends."""
        self._position += 1
        self._open.append((end, of_unknown))

    def _tie(self) -> None:
        """Write a blank for a tie, and ~ where it means "about"."""
        before, after = self._before, self._next(self._position)
        is_tie = before.isalnum() or before in tuple(_TIED) or unicodedata.category(before or " ") == "Co"
        number = _NUMBER.match(self._text, self._position)
        if is_tie and number:
            is_tie = not self._is_about("".join(self._parts[-3:])[-20:], number[0])
        self._parts.append(" " if is_tie or (after in ("\\", "") and before.isspace()) else "~")

    def _is_about(self, before: str, number: str) -> bool:
        """Return whether ~ means "about": z~2, 1~10, M(H2)~(0.8-2.0), R~800 next to ~10; not M~87, Fig.~3, NGC~1275."""
        if number[0] in " (-" or number.startswith("10^") or re.fullmatch(r"[\d.]+[eE][+\d-]*", number):
            return not (number[0] == "(" and before[-1] in ".s")
        if before[-1] in ")]-–—" or before[-1].isdigit():
            return True
        word = re.search(r"(?<!\w)\w*$", before)
        name = word[0] if word else ""
        if name in _GREEK or (len(name) == 1 and name.islower() and name != "a"):
            return True
        return len(name) == 1 and name.isupper() and self._has_about

    @cached_property
    def _has_about(self) -> bool:
        return _ABOUT.search(self._text) is not None

    def _script(self) -> None:
        mark = self._text[self._position - 1]
        written = writer.command(self._walker, self._position, mathematics=True)
        if written is None:
            self._parts.append(mark)
            return
        script, end = written
        bare = self._next(self._position) == "\\" and re.fullmatch(r"\w+", script.strip())
        self._parts.append(mark + script.strip() if bare else scripted(mark, script))
        self._position = end

    def _command(self) -> None:
        start = self._position - 1
        if verbatim := _VERBATIM.match(self._text, start):
            self._parts.append(verbatim[2])
            self._position = verbatim.end()
            return
        match = _COMMAND.match(self._text, start)
        if match is None:
            return
        self._position = match.end()
        if match[3]:
            self._sign(match[3], start)
        else:
            self._named(match[1], match[2], start)

    def _sign(self, sign: str, start: int) -> None:
        """Write a one-character command: an accent, a blank, an escaped character."""
        if sign not in macros.ACCENTS:
            self._parts.append(" " if sign in macros.SPACES else "" if sign in macros.LAYOUT else _escaped(sign))
            return
        after = self._text[self._position : self._position + 2]
        # it\'s is an escaped apostrophe, although ś is a letter.
        possessive = sign == "'" and self._text[start - 1 : start].islower() and re.match(r"s\b", after)
        written = None
        if not possessive and re.match(r"\{|\\[A-Za-z]|[^\W\d_]", after):
            written = writer.command(self._walker, start, mathematics=False)
        # No letter takes that accent, so it is an escaped sign, as in don\'t.
        if written is None or (len(written[0]) > 1 and after[0] not in "{\\"):
            self._parts.append(sign)
        else:
            self._parts.append(written[0])
            self._position = written[1]

    def _named(self, name: str, blank: str, start: int) -> None:
        after = self._next(self._position)
        if name in table.LETTER_COMMANDS:
            # To TeX, the blank only ends the name; 4686 \AA emission was not meant that way.
            keeps = blank and (
                (name == "AA" and re.search(r"\d[ ~]?$", "".join(self._parts[-2:]))) or not after.isalpha()
            )
            self._parts.append(table.LETTER_COMMANDS[name] + (blank if keeps else ""))
        elif name in macros.SILENT:
            self._skip(name)
        elif latex_citations.CITING.fullmatch(name):
            self._parts.append(latex_citations.note(self._skip_option()))
            self._skip_group()
        elif name in _AROUND and after == "{":
            self._parts.append(_AROUND[name][0])
            self._enter(_AROUND[name][1])
        elif name in macros.READ_ARGUMENTS and after in ("{", "["):
            self._skip_option()
            for _ in range(macros.READ_ARGUMENTS[name] if name != "hyperref" else 0):
                self._skip_group()
        elif name in _STYLES:
            self._style(name, after)
        elif name in macros.ARGUMENTS and self._has_arguments(name, blank, after):
            self._with_arguments(start)
        else:
            self._alone(name, blank, after)

    def _style(self, name: str, after: str) -> None:
        self._parts.append({"sc": SMALL_TEXT, "scshape": SMALL_TEXT, "par": " "}.get(name, ""))
        if name in ("left", "right") and after == ".":
            self._position += 1
        elif after == "{":
            self._enter("")

    def _alone(self, name: str, blank: str, after: str) -> None:
        """Write a command without arguments: a function, a blank, a sign, or nothing."""
        if name in macros.FUNCTIONS:
            sign: str | None = beside(macros.FUNCTION_TEXT.get(name, name))
        else:
            sign = " " if name in macros.SPACES else table.sign(name)
        # The blank after the name of a text sign only ends the name, as with letters.
        self._parts.append((sign or "") + ("" if sign and name.startswith("text") else blank))
        if sign is None and after == "~":
            self._parts.append(" ")
            self._position += 1
        if sign is None and after == "{":
            self._enter("", of_unknown=True)

    def _has_arguments(self, name: str, blank: str, after: str) -> bool:
        if name in _LETTER_ACCENTS:
            return after == "{" or (bool(blank) and after.isalpha())
        return after in ("{", "[") or (name in _TAKES_A_TOKEN and (after.isalnum() or after == "\\"))

    def _with_arguments(self, start: int) -> None:
        written = writer.command(self._walker, start, mathematics=False)
        if written is not None:
            self._parts.append(written[0])
            self._position = written[1]

    def _skip(self, name: str) -> None:
        """Skip the arguments of a command that are not read."""
        self._skip_option()
        environment = self._skip_group()
        if name == "begin" and environment in ("tabular", "array"):
            self._skip_group()

    def _skip_option(self) -> str:
        start = self._position
        while option := _OPTION.match(self._text, self._position):
            self._position = option.end()
        return self._text[start : self._position]

    def _skip_group(self) -> str:
        blank = _BLANK.match(self._text, self._position)
        start = blank.end() if blank else self._position
        if start not in self._ends:
            return ""
        self._position = self._ends[start] + 1
        return self._text[start + 1 : self._ends[start]]


def _escaped(sign: str) -> str:
    return DOLLAR if sign == "$" else table.sign(sign) or sign
