r"""Turn the value of a BibTeX field into text: {…}, "…", numbers, @strings, joined by #.

How BibTeX reads them: http://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf, section 3.
"""

import re

_MACROS = {name: name for name in "jan feb mar apr may jun jul aug sep oct nov dec".split()}  # noqa: SIM905
_NAME = re.compile(r"[^\s{}\"#=,;%()']+")
_NEXT_FIELD = re.compile(r"[\s,;]*([A-Za-z][\w:.+-]*)\s*=\s*", re.S)


class Strings(dict[str, str]):
    """What the @string entries of a file define, by lower-case name, and BibTeX's months."""

    def __init__(self) -> None:
        super().__init__(_MACROS)


def parse_value(raw: str, strings: Strings) -> tuple[str, str, list[str]]:
    """Return the text of a value, the rest after it, and the names in it that nothing defines."""
    parts: list[str] = []
    unknown: list[str] = []
    rest = raw.strip()
    while rest:
        text, rest, name = _part(rest)
        if name and text.lower() not in strings and not text.isdecimal():
            unknown.append(text)
        parts.append(strings.get(text.lower(), text) if name else text)
        if not rest.startswith("#"):
            break
        rest = rest[1:].lstrip()
    return "".join(parts), rest, unknown


def fields(key: str, raw: str, strings: Strings) -> tuple[list[tuple[str, str]], list[str]]:
    """Return a field, and any after it that no comma separates from it, as (name, text), and remarks about them."""
    texts: list[tuple[str, str]] = []
    remarks: list[str] = []
    while True:
        text, rest, unknown = parse_value(raw, strings)
        texts.append((key.lower(), text))
        remarks += [f"no @string defines “{name}” in {key.lower()}" for name in unknown]
        if not rest.strip(" ,;\n\t\r"):
            return texts, remarks
        following = _NEXT_FIELD.match(rest)
        if not following:
            remarks.append(f"expected a comma after {key.lower()}, found “{' '.join(rest.split())[:40]}”")
            return texts, remarks
        remarks.append(f"expected a comma between {key.lower()} and {following[1].lower()}")
        key, raw = following[1], rest[following.end() :]


def _part(text: str) -> tuple[str, str, bool]:
    """Return one part of a value, the rest after it, and whether it is a name or a number."""
    if text[0] in '{"':
        end = _end(text)
        return text[1:end], text[end + 1 :].lstrip(), False
    name = _NAME.match(text)
    if not name:
        return "", text[1:].lstrip(), False
    return name[0], text[name.end() :].lstrip(), True


def _end(text: str) -> int:
    """Return where the opening brace or quotation mark is closed; the end of the text if it never is."""
    closing = "}" if text[0] == "{" else '"'
    depth = 0
    for sign in re.finditer(r'\\.|[{}"]', text[1:], re.S):
        place = sign.start() + 1
        if depth == 0 and sign[0] == closing:
            return place
        depth += {"{": 1, "}": -1}.get(sign[0], 0)
    return len(text)
