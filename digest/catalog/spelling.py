"""Spelling correction: a word that is in no paper → one within an edit (a letter more, less, different or swapped)."""

import re

from digest.catalog import full_text
from digest.catalog.folding import fold
from digest.catalog.search_terms import Term

# In shorter words, one letter more or less makes another word.
MIN_CORRECTED_LENGTH, MAX_CORRECTED_LENGTH = 4, 24
# How many words are looked at, and how many corrections are tried for each.
MAX_CORRECTED_WORDS, TRIED = 4, 5
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def corrections(text: str, terms: "list[Term]") -> list[str]:
    """Return the text of a query with its unknown words corrected, the likeliest first; none if all are known.

    The full-text index is the vocabulary: it has the words of titles, abstracts and names, and is never out of date.
    """
    candidates = [term.words[0] for term in terms if len(term.words) == 1 and not term.is_excluded]
    words = [
        word
        for word in candidates
        if MIN_CORRECTED_LENGTH <= len(word) <= MAX_CORRECTED_LENGTH and word.isascii() and word.isalpha()
    ]
    frequencies = full_text.frequencies(words[:MAX_CORRECTED_WORDS]) if words else {}
    texts = [text]
    for word in [word for word in words[:MAX_CORRECTED_WORDS] if word not in frequencies]:
        meant = _meant(word)
        if not meant:
            return []
        texts = [_replaced(one, word, other) for one in texts for other in meant][:TRIED]
    return [one for one in texts if one != text]


def _meant(word: str) -> list[str]:
    """Return the known words that are one typo away, the most frequent first, then the likeliest typo."""
    slips = _one_slip_away(word)
    papers = full_text.frequencies(sorted(slips))
    # The index counts stems: "models" and "modeles" are as frequent.
    return sorted(papers, key=lambda other: (-papers[other], other[0] != word[0], slips[other], other))[:TRIED]


def _one_slip_away(word: str) -> dict[str, int]:
    """Return the words one edit away (Damerau, Communications of the ACM 7(3), 1964) → how unlikely the typo is."""
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    swapped = {head + right[1] + right[0] + right[2:] for head, right in splits if len(right) > 1}
    longer = {head + letter + right for head, right in splits for letter in ALPHABET}
    shorter = {head + right[1:] for head, right in splits if right}
    other = {head + letter + right[1:] for head, right in splits if right for letter in ALPHABET}
    unlikely: dict[str, int] = {}
    for rank, words in reversed(list(enumerate((swapped, longer, shorter, other)))):
        unlikely |= dict.fromkeys(words, rank)
    unlikely.pop(word, None)
    return unlikely


def _replaced(text: str, word: str, other: str) -> str:
    """Return the text with a word replaced, however it is spelled there."""
    return re.sub(r"[^\W_]+", lambda match: other if fold(match[0]) == word else match[0], text)
