r"""Turn the value of a BibTeX field into text: {…}, "…", numbers, @strings, joined by #.

How BibTeX reads them: http://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf, section 3.
"""

import re

from digest.sources.record import SourceError

# How many characters the names in a file may expand to, and how many undefined ones are reported per value.
MAX_EXPANSION = 5 * 2**20
MAX_UNKNOWN_NAMES = 3

_MACROS = {name: name for name in "jan feb mar apr may jun jul aug sep oct nov dec".split()}  # noqa: SIM905
_NAME = re.compile(r"[^\s{}\"#=,;%()']+")
_BLANKS = re.compile(r"\s*+")
_SIGN = re.compile(r'\\.|[{}"]', re.S)
# Nothing but separators up to the end.
_LAST = re.compile(r"[ ,;\n\t\r]*+\Z")
_NEXT_FIELD = re.compile(r"[\s,;]*([A-Za-z][\w:.+-]*)\s*=\s*", re.S)


class Strings(dict[str, str]):
    """What the @string entries of a file define, by lower-case name, and BibTeX's months."""

    def __init__(self) -> None:
        super().__init__(_MACROS)
        self._room = MAX_EXPANSION

    def expand(self, name: str) -> str:
        """Return what a name stands for; itself if nothing defines it.

        SourceError if a file's names stand for more than MAX_EXPANSION characters: each may stand for two others, so
        a hundred short lines could otherwise fill any memory.
        """
        text = self.get(name.lower())
        if text is None:
            return name
        self._room -= len(text)
        if self._room < 0:
            raise SourceError(f"its @string entries expand to more than {MAX_EXPANSION // 2**20} MB of text")
        return text


def parse_value(raw: str, strings: Strings) -> tuple[str, list[str]]:
    """Return the text of a value, and the names in it that nothing defines."""
    text, _, unknown = _value(raw, 0, strings)
    return text, unknown


def fields(key: str, raw: str, strings: Strings) -> tuple[list[tuple[str, str]], list[str]]:
    """Return a field, and any after it that no comma separates from it, as (name, text), and remarks about them."""
    texts: list[tuple[str, str]] = []
    remarks: list[str] = []
    place = 0
    while True:
        text, place, unknown = _value(raw, place, strings)
        texts.append((key.lower(), text))
        remarks += [f"no @string defines “{name}” in {key.lower()}" for name in unknown]
        if _LAST.match(raw, place):
            return texts, remarks
        following = _NEXT_FIELD.match(raw, place)
        if not following:
            following_text = " ".join(raw[place : place + 200].split())[:40]
            remarks.append(f"expected a comma after {key.lower()}, found “{following_text}”")
            return texts, remarks
        remarks.append(f"expected a comma between {key.lower()} and {following[1].lower()}")
        key, place = following[1], following.end()


def _value(raw: str, place: int, strings: Strings) -> tuple[str, int, list[str]]:
    """Return the text of the value that begins here, where it ends, and the names in it that nothing defines."""
    parts: list[str] = []
    unknown: dict[str, None] = {}
    place = _after_blanks(raw, place)
    while place < len(raw):
        text, place, is_name = _part(raw, place)
        if is_name and text.lower() not in strings and not text.isdecimal():
            unknown[text] = None
        parts.append(strings.expand(text) if is_name else text)
        if not raw.startswith("#", place):
            break
        place = _after_blanks(raw, place + 1)
    return "".join(parts), place, list(unknown)[:MAX_UNKNOWN_NAMES]


def _part(raw: str, place: int) -> tuple[str, int, bool]:
    """Return the part of a value that begins here, where the next begins, and whether it is a name or a number."""
    if raw[place] in '{"':
        end = _end(raw, place)
        return raw[place + 1 : end], _after_blanks(raw, end + 1), False
    name = _NAME.match(raw, place)
    if not name:
        return "", _after_blanks(raw, place + 1), False
    return name[0], _after_blanks(raw, name.end()), True


def _after_blanks(raw: str, place: int) -> int:
    blanks = _BLANKS.match(raw, place)
    return blanks.end() if blanks else place


def _end(raw: str, place: int) -> int:
    """Return where the brace or quotation mark that opens here is closed; the end of the text if it never is."""
    closing = "}" if raw[place] == "{" else '"'
    depth = 0
    for sign in _SIGN.finditer(raw, place + 1):
        if depth == 0 and sign[0] == closing:
            return sign.start()
        depth += {"{": 1, "}": -1}.get(sign[0], 0)
    return len(raw)
