"""Comparison keys for author names: the same person has one key, however a source spells the name."""

import re
import unicodedata
from functools import lru_cache

from subscriptions.phrases import MAX_PHRASE_LENGTH

# Letters that Unicode does not treat as a letter with an accent.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ħ": "h",
        "ŧ": "t",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
        "þ": "th",
        "Þ": "Th",
        "ı": "i",
        "ŋ": "n",
        "ĸ": "k",
        "ß": "ss",
    }
)
_SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
_NUMBER = re.compile(r"(?<!\s)\s+\d{4}$")
MOST_INITIALS = 3


@lru_cache(maxsize=20_000)
def author_key(name: str) -> str:
    """Return a name as it is compared: given name first, no accents, no punctuation, lower case.

    The same person has the same key in arXiv's, BibTeX's and DBLP's spelling: “Gödel, Kurt”, “kurt godel”, “Kurt F.
    Gödel” and “Kurt Gödel 0001” are one. Initials next to a given name say nothing and are dropped. A name with only
    initials keeps them and is someone else, because “J. Smith” may be Jane or John. At most MAX_PHRASE_LENGTH
    characters.
    """
    words = [_folded(word) for word in _in_reading_order(name)]
    words = [word for word in words if word]
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    suffix = [_SUFFIXES[words.pop()]] if len(words) > 2 and words[-1] in _SUFFIXES else []  # noqa: PLR2004
    if len(words) > 1 and len(words[0]) > 1:
        words = [words[0], *(word for word in words[1:-1] if len(word) > 1 or not word.isascii()), words[-1]]
    return " ".join([*words, *suffix])[:MAX_PHRASE_LENGTH].strip()


def _in_reading_order(name: str) -> list[str]:
    """Return the words of a name, given name first, each initial as its own word, without DBLP's number."""
    plain = _NUMBER.sub("", unicodedata.normalize("NFKC", name).strip())
    family, *given = (part.strip() for part in plain.split(","))
    # “Davis, Jr., Sammy” and “Davis, Sammy, Jr.”
    suffixes = [part for part in given if _folded(part) in _SUFFIXES]
    given = [part for part in given if part not in suffixes]
    words = [word for part in (*given, family, *suffixes) for word in re.split(r"\s+|(?<=\.)(?=\w)", part) if word]
    # “KF Gödel”, as PubMed and RIS write it; but “LI Ming” and “ADA” are names in capitals.
    initials = words and 1 < len(words[0]) <= MOST_INITIALS and re.fullmatch("[^\\W\\d_AEIOUY]+", words[0])
    if initials and words[0].isupper() and len(words) > 1 and not words[-1].isupper():
        words = [*words[0], *words[1:]]
    return [piece for word in words for piece in _initials(word)]


def _initials(word: str) -> list[str]:
    """Split “J.-P.” into its two letters; return any other word as it is."""
    parts = re.split(r"[.\s-]+", word)
    return [part for part in parts if part] if all(len(part) <= 1 for part in parts) else [word]


def _folded(word: str) -> str:
    """Return a word in lower case without accents or punctuation; a hyphen, as in Wei-Lun, does not split it."""
    word = unicodedata.normalize("NFKD", word.translate(_LETTERS)).casefold().translate(_LETTERS)
    return "".join(char for char in word if char.isalnum() and not unicodedata.combining(char))
