r"""Where the formulas of a text begin and end: $…$, $$…$$, \(…\), \[…\] and the environments of displayed formulas.

How a formula becomes text is in latex_writer.

A dollar is also money, so the text between two must look like a formula. The rules, in order:

1. A number after the first dollar, with words between it and the second, is prose: `$5 and $7`.
2. A digit after the second dollar is allowed if there is a command or nothing but signs inside, or a letter and a sign
   that a number follows: `$\sim$10`, `2$-$3`, `$p =$5`.
3. Blanks at the edges are allowed if there is a command, a script or no prose inside: `$ x $`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_ENVIRONMENTS = r"(?:equation|align|gather|eqnarray|multline|displaymath|math|split)\*?"
_OPENING = re.compile(rf"\\[(\[]|\\begin\s*\{{({_ENVIRONMENTS})\}}|\$\$|\$|\\.", re.S)
_DOLLAR = re.compile(r"\\.|\$", re.S)

_SIGNS_ALONE = re.compile(r"(?:\\[$%&#]|[\s<>=+\-−–±∼~≈≃≤≥×/·*^_{}()≲≳:;,.|'∘°])+")
# p = of $p =$5; costs $5 and the like are no such thing.
_RELATION = re.compile(r"\s*[A-Za-z](?:[\w\s,'+*/()-]*[\w\s)'])?[<>=≤≥≈∼~]\s*", re.ASCII)
_TEXT_GROUP = re.compile(r"\\(?:text\w*|emph|mathrm|rm|mbox|operatorname|mathit|mathsf|mathtt|mathbf)\*?\s*\{[^{}]*\}")
# Signs and Greek letters that were already Unicode count as much as a command.
_COMMAND = re.compile(r"\\[A-Za-z]+|\\[,;:>!|{}\s]|[\^_Α-Ωα-ωϑϕϵ←-⋿⟀-⟯]")
# Words that hold prose together and are in no formula.
_PROSE = re.compile(
    r"(?<![\\\w])(?:and|or|to|per|for|of|the|in|with|from|vs|versus|than|is|are|while|a|on|at|by|million|billion|"
    r"each|as|that|we|but|which|an|only|about|under|over|into|was|were|cost|costs)(?!\w)"
)
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}(?![A-Za-z])")


@dataclass(frozen=True)
class Formula:
    """Where a formula is in its text, delimiters included, and what is between them."""

    start: int
    end: int
    body: str


def find_formulas(text: str) -> Iterator[Formula]:
    """Yield the formulas of a text from left to right."""
    if "$" not in text and "\\" not in text:
        return
    closings = _Closings(text)
    position = 0
    while (opening := _OPENING.search(text, position)) is not None:
        position = opening.end()
        mark = opening[0]
        if opening[1]:
            close = f"\\end{{{opening[1]}}}"
        elif mark in ("\\(", "\\[", "$$"):
            close = {"\\(": "\\)", "\\[": "\\]"}.get(mark, "$$")
        elif mark == "$":
            end = closings.next_dollar(position)
            if end is not None and _is_formula(text, opening.start(), end):
                yield Formula(opening.start(), end + 1, text[position:end])
                position = end + 1
            continue
        else:
            continue
        end = closings.next(close, position)
        if end is not None and text[position:end].strip():
            yield Formula(opening.start(), end + len(close), text[position:end])
            position = end + len(close)


def replace(text: str, new: Callable[[Formula], str]) -> str:
    """Return the text with each formula replaced."""
    parts: list[str] = []
    position = 0
    for formula in find_formulas(text):
        parts += [text[position : formula.start], new(formula)]
        position = formula.end
    return "".join([*parts, text[position:]])


class _Closings:
    """Looks up closing delimiters, searching only once for one that is not there."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._absent: set[str] = set()
        self._dollars = [match.start() for match in _DOLLAR.finditer(text) if match[0] == "$"]
        self._passed = 0

    def next(self, close: str, position: int) -> int | None:
        if close in self._absent:
            return None
        end = self._text.find(close, position)
        if end < 0:
            self._absent.add(close)
            return None
        return end

    def next_dollar(self, position: int) -> int | None:
        while self._passed < len(self._dollars) and self._dollars[self._passed] < position:
            self._passed += 1
        return self._dollars[self._passed] if self._passed < len(self._dollars) else None


def _is_formula(text: str, start: int, end: int) -> bool:
    """Return whether the dollars at start and end enclose a formula, by the rules at the top of this file."""
    body, before, after = text[start + 1 : end], text[max(start - 1, 0) : start], text[end + 1 : end + 2]
    command = _COMMAND.search(body) is not None
    read = _TEXT_GROUP.sub(" ", body)
    is_relation = _RELATION.fullmatch(body) is not None and not _PROSE.search(read) and not _WORD.search(read)
    if not body.strip() or (_is_digit(after) and not (command or is_relation or _SIGNS_ALONE.fullmatch(body))):
        return False
    if _is_digit(body[0]):
        if body[-1].isspace() and _WORD.search(re.sub(r"\\[A-Za-z]+", " ", body)):
            # Money, then words and commands, then the next dollar.
            return False
        return not _PROSE.search(read) and (command or _is_number(body, read))
    blank_first, blank_last = body[0].isspace(), body[-1].isspace()
    if blank_first or blank_last:
        # " and " of "5$ and 7$", "x versus " of "$x versus $y".
        outward = (before.isalnum() and blank_first) or (after.isalnum() and blank_last)
        return not _PROSE.search(read) and (command or not (_WORD.search(read) or outward))
    # $HOME/$USER
    return command or not (after.isalpha() and re.fullmatch(r"[A-Z_]{2,}[/:]", body))


def _is_number(body: str, read: str) -> bool:
    """Return whether a body that begins with a digit is a number with its unit, not money and what follows it."""
    ends = not (body[-1].isspace() or body[-1] in "-–—/,:" or ";" in body)
    return ends and len(_WORD.findall(read)) <= 1 and body.count("(") == body.count(")")


def _is_digit(char: str) -> bool:
    return char.isascii() and char.isdigit()
