"""Placeholder characters used while a text is cleaned; scripts, accents and lines; braces of sets."""

import re
import unicodedata

# From the private use area, removed from every text before it is read.
OPEN, CLOSE, DOLLAR, PERCENT = "\ue002", "\ue003", "\ue004", "\ue005"
# Before and after the name of a function; between the cells of a matrix; before small capitals.
BEFORE, AFTER, CELL, SMALL_TEXT = "\ue006", "\ue007", "\ue008", "\ue009"
# One character, from a plane that no one uses, for each formula and address set aside.
FIRST_ASIDE, LAST_ASIDE = 0xF0000, 0xFFFFD

# Where TeX sets a thin space next to the name of a function, if the neighbour is not a sign.
_THIN_BEFORE = re.compile(rf"(?<=[\w)\]}}!'{CLOSE}\u0300-\u036f]){BEFORE}")
_THIN_AFTER = re.compile(rf"{AFTER}(?=[^\W_]|[√∛∜∂∇∑∫∏|‖⟨⌊⌈{BEFORE}])")

_MARKS = "\u0300-\u036f\u20d0-\u20ff"
_ONE = re.compile(rf"[^\s][{_MARKS}]*")
# Longer than this, a wide accent covers words, which stay as they are.
_LONGEST_COVERED = 8
_LONGEST_SET = 200
# With the marks of sets in it that are dropped.
_LONGEST_SPREAD = 2 * _LONGEST_SET


def thin(text: str) -> str:
    """Return the text with blanks for the thin spaces next to functions, and without their marks."""
    text = _THIN_AFTER.sub(" ", _THIN_BEFORE.sub(" ", text))
    return text.replace(BEFORE, "").replace(AFTER, "").replace(CELL, " ")


def beside(function: str) -> str:
    """Return the name of a function with the marks for the thin spaces next to it."""
    return f"{BEFORE}{function}{AFTER}"


def scripted(mark: str, script: str) -> str:
    """Return a script on one line: x^2, x_(ij); primes and degrees as their signs. mark: "^" or "_"."""
    script = script.strip()
    if not script:
        return ""
    if mark == "^":
        if re.fullmatch(r"['′″]+", script):
            return script
        if script in ("∘", "°", "o") and script != "o":
            return "°"
    if _ONE.fullmatch(script):
        return mark + script
    if script[0] == "(" and _closes_at_end(script):
        return mark + script
    return f"{mark}({script})"


def _closes_at_end(text: str) -> bool:
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def with_accent(text: str, accent: str) -> str:
    """Return a text with an accent on its first letter, above any that it already has."""
    text = text.strip().replace("ı", "i").replace("ȷ", "j")
    if not text:
        return {"\u0302": "^", "\u0303": "~", "\u0301": "'", "\u0300": "`", "\u0308": '"'}.get(accent, "")
    if not text[0].isalpha():
        return text
    base, marks, rest = re.match(rf"(.)([{_MARKS}]*)(.*)", unicodedata.normalize("NFD", text), re.S).groups()  # type: ignore[union-attr]
    # A circumflex goes under a tilde, whatever order they were added in.
    spellings = (unicodedata.normalize("NFC", f"{base}{order}{rest}") for order in (marks + accent, accent + marks))
    return min(spellings, key=len)


def with_line(text: str, accent: str) -> str:
    """Return a formula with an accent on each letter, or on none if it would cover words."""
    text = text.strip().replace("ı", "i").replace("ȷ", "j")
    head, script, rest = re.match(r"([^_^]*)([_^]?)(.*)", text, re.S).groups()  # type: ignore[union-attr]
    letters = [char for char in head if char.isalnum()]
    if not letters or len(letters) > _LONGEST_COVERED:
        return text
    covered = re.sub(rf"(\w[{_MARKS}]*)", lambda match: match[1] + accent, head)
    return unicodedata.normalize("NFC", covered) + script + rest


_ELEMENT = r"[^{}\s,]{1,12}"
_SET = re.compile(rf"{_ELEMENT}(?:, ?{_ELEMENT})+")
_MATHEMATICAL = re.compile(r"[=<>≤≥∈∉|^_…∞⊂⊆→∼]")
_WORD = re.compile(r"[A-Za-z]{2,}")


def stays_in_braces(inside: str, *, touching: bool) -> bool:
    """Return whether braces around this are a set's and not a group's: {0, 1}, {x: x>0}, { yes, no }, {n}.

    touching: whether a letter or digit is right next to them, as in {e}BPF.
    """
    if not inside.strip() or len(inside) > _LONGEST_SET:
        return False
    if inside[0].isspace() and inside[-1].isspace():
        return True
    if _SET.fullmatch(inside) and not _WORD.search(inside):
        return True
    return bool(_MATHEMATICAL.search(inside)) or (not touching and re.fullmatch(r"[a-z0-9]", inside) is not None)


def with_braces(text: str) -> str:
    """Return the text with the braces of sets written out; an unpaired brace is dropped."""
    if OPEN not in text and CLOSE not in text:
        return text
    # Where each begins, and how many visible characters come before it.
    opened: list[tuple[int, int]] = []
    visible = 0
    characters = list(text)
    for place, char in enumerate(text):
        if char == OPEN:
            opened.append((place, visible))
        elif char == CLOSE and opened:
            start, visible_before = opened.pop()
            if visible == visible_before:
                characters[start] = characters[place] = ""
                continue
            # If the braces would be a group's when the text is read again, blanks preserve them.
            touching = text[start - 1 : start].isalnum() or text[place + 1 : place + 2].isalnum()
            inside = characters[start + 1 : place] if place - start < _LONGEST_SPREAD else []
            plain = stays_in_braces("".join(inside), touching=touching)
            characters[start], characters[place] = ("{", "}") if plain else ("{ ", " }")
        elif not char.isspace():
            visible += 1
    return "".join(characters).replace(OPEN, "").replace(CLOSE, "")
