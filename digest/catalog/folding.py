"""Text as the search compares it: lower case, without accents. The database itself folds the index the same way.

The tables below went into the migration `folded_search`: if you change them, rebuild the index.
"""

import re
import unicodedata

# Letters that Unicode does not treat as letters with accents, and how people type them.
LETTER_FOLDING = dict(zip("øłđðħŧıŋĸȷ", "olddhtinkj", strict=True)) | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_LETTERS = str.maketrans(LETTER_FOLDING)
APOSTROPHES = "'’‘ʼʻ`"
_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))
# Only on Latin letters: й is a different letter from и, and no accent in Hindi is one.
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Return a text in lower case, without accents on Latin letters: “Łukasz Nguyễn” → “lukasz nguyen”."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).lower().translate(_LETTERS)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain))


def without_apostrophes(text: str) -> str:
    """Return a text without its apostrophes: “O’Brien” → “OBrien”."""
    return text.translate(_NO_APOSTROPHES)
