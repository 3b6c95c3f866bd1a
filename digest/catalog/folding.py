"""Text as the search compares it: small letters, without accents. The index is folded alike by the database itself.

The tables below went into the migration `folded_search`: who changes them makes the index anew.
"""

import re
import unicodedata

# Letters that Unicode does not take for one with an accent, and how people type them.
LETTER_FOLDING = dict(zip("øłđðħŧıŋĸȷ", "olddhtinkj", strict=True)) | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_LETTERS = str.maketrans(LETTER_FOLDING)
APOSTROPHES = "'’‘ʼʻ`"
_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))
# On Latin letters alone: й is another letter than и, and no accent in Hindi is one.
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Return a text in small letters, without accents on Latin letters: “Łukasz Nguyễn” → “lukasz nguyen”."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).lower().translate(_LETTERS)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain))


def without_apostrophes(text: str) -> str:
    """Return a text with its apostrophes closed up: “O’Brien” → “OBrien”."""
    return text.translate(_NO_APOSTROPHES)
