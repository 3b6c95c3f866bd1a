"""Turn what someone types into the search into terms: words, phrases in quotation marks, and what to exclude."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from digest.catalog.folding import APOSTROPHES, fold, without_apostrophes

# A query is cut off here: no one types more, and each word costs.
MAX_QUERY_LENGTH, MOST_TERMS = 250, 16

# A minus means “without” at the start of a word; within one it is a hyphen.
_PART = re.compile(r'(?P<minus>(?<!\S)-(?=["\w]))?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_WORD = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}-][^\W_]+)*")
_PIECE = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Term:
    """Consecutive words, folded.

    words: as they are in a text. name: as they are in a name, where “O’Brien” is one word.
    """

    words: tuple[str, ...]
    name: tuple[str, ...]
    is_excluded: bool = False
    is_phrase: bool = False
    # The last word may be the beginning of one.
    is_prefix: bool = False


def terms_of(text: str) -> list[Term]:
    """Return the terms of a query; the last word may be a prefix, unless it is quoted or excluded."""
    terms = list(dict.fromkeys(_terms(_cut(unicodedata.normalize("NFKC", text)).translate(_QUOTES))))[:MOST_TERMS]
    if terms and not (terms[-1].is_phrase or terms[-1].is_excluded):
        last = terms[-1]
        terms[-1] = Term(last.words, last.name, is_prefix=True)
    return terms


def _cut(text: str) -> str:
    """Return a text cut to the maximum length after a word, because half a word would be another word."""
    return (
        text if len(text) <= MAX_QUERY_LENGTH else text[:MAX_QUERY_LENGTH].rpartition(" ")[0] or text[:MAX_QUERY_LENGTH]
    )


def _terms(text: str) -> Iterator[Term]:
    for part in _PART.finditer(text):
        is_excluded, is_phrase = bool(part["minus"]), part["phrase"] is not None
        pieces = [part["phrase"]] if is_phrase else _WORD.findall(part["word"])
        for piece in pieces:
            folded = fold(piece)
            words = tuple(_PIECE.findall(folded))
            name = tuple(_PIECE.findall(without_apostrophes(folded)))
            if words:
                yield Term(words, name, is_excluded, is_phrase)
