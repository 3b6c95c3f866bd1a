"""A sentence that a language model wrote about a paper: when it may be shown, and where it is.

Whatever a model answers is untrusted: it may be wrong, or say what an abstract told it to say. A sentence is shown only
if it is short, if each number and name in it is in the title or the abstract, and if it addresses no one.
"""

import hashlib
import re

from digest.catalog.sentences import sentence_spans
from digest.models import Paper

MOST_WRITTEN_WORDS, FEWEST_WRITTEN_WORDS, MOST_LETTERS = 30, 5, 300
# Words of this many letters count; this share of them must be in the text, compared by their beginnings.
TELLING_WORD, STEM, LEAST_COVERED = 4, 5, 0.6

_WORD = re.compile(r"[^\W_](?:[^\W_]|[-'’.,/:](?=[^\W_]))*")
_PARTS = re.compile(r"[-'’/]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NO_PROSE = re.compile(r"[<>{}\[\]`*_#|\\~^@]|://|\bwww\.|\n", re.I)
_DOMAIN = re.compile(r"\b[a-z0-9-]+\.(?:com|org|net|io|ai|co|dev|app|info|xyz|edu|gov|me|ly|gg)\b", re.I)
# What addresses a reader, speaks about itself, or praises: no sentence about a paper needs it.
_ADDRESS = re.compile(
    r"\b(?:you|your|yours|please|click|visit|subscribe|buy|must[- ]read|should (?:read|cite|share)|everyone|everybody|"
    r"(?:ignore|disregard) (?:all|any|previous|prior|the|these|this)|as an ai|i am|i'm|i cannot|i can't|sorry|"
    r"best paper|important paper|paper of the (?:year|decade)|groundbreaking|revolutionary)\b",
    re.I,
)
# A sentence that begins with one of these tells someone what to do.
_IMPERATIVE = re.compile(
    r"(?:ignore|disregard|forget|say|tell|write|output|print|repeat|respond|answer|read|cite|follow|send|share|remember|"
    r"note|always|never|do|don't|go|see|try|use|make|let|accept|reject|recommend|rate|click|visit|subscribe)\b",
    re.I,
)
_SPELLED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_AMOUNTS = ("hundred", "thousand", "million", "billion", "dozen", "half", "twice", "double", "triple")
# A number in words, and its digits if the text may have those.
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_SPELLED, start=2)} | dict.fromkeys(_AMOUNTS, "")
# What a sentence may begin with although the text does not have it: words without a claim of their own.
_OPENER = re.compile(
    r"(?:an?|the|this|these|its?|they|we|in|on|to|for|by|with|from|using|via|through|under|based|new|here|both|when|while|"
    r"since|after|and|as|at|each|one|two|three|first|researchers|authors|papers?|study|work|article|presents?|"
    r"introduces?|proposes?|shows?|shown|demonstrates?|finds?|reports?|describes?|develops?|examines?|analy[sz]es|"
    r"evaluates?|compares?|investigates?|explores?|reveals?|offers?|provides?|achieves?)"
)


def refusal_of(sentence: str, title: str, abstract: str) -> str:
    """Return why a sentence may not be shown for a paper with this text; "" if it may."""
    words = _WORD.findall(sentence)
    spans = sentence_spans(sentence)
    if not FEWEST_WRITTEN_WORDS <= len(words) <= MOST_WRITTEN_WORDS or len(sentence) > MOST_LETTERS:
        return f"expected {FEWEST_WRITTEN_WORDS} to {MOST_WRITTEN_WORDS} words, found {len(words)}"
    if len(spans) != 1 or not sentence.isprintable() or not sentence.rstrip('”")’').endswith((".", "!", "?", "。")):
        return "it is not one complete sentence"
    if _NO_PROSE.search(sentence) or _DOMAIN.search(sentence):
        return "it contains a link or markup"
    if match := _ADDRESS.search(sentence):
        return f"it addresses the reader, or praises: “{match[0]}”"
    if _IMPERATIVE.match(sentence):
        return f"it tells the reader what to do: “{words[0]}”"
    return _claim_without_evidence(words, _NUMBER.findall(sentence), f"{title} {abstract}")


def _claim_without_evidence(words: list[str], numbers: list[str], text: str) -> str:
    """Return what a sentence says that its text does not: a number, a name, or most of its words; "" if nothing."""
    text_numbers = set(_NUMBER.findall(text))
    text_words = {part.casefold() for word in _WORD.findall(text) for part in (word, *_PARTS.split(word))}
    spelled = [
        word
        for word in map(str.casefold, words)
        if word in _NUMBER_WORDS and word not in text_words and _NUMBER_WORDS[word] not in text_numbers
    ]
    if missing := [number for number in numbers if number not in text_numbers] + spelled:
        return f"the number {missing[0]} isn’t in the paper’s text"
    stems = {word[:STEM] for word in text_words}
    for place, word in enumerate(words):
        is_name = any(letter.isupper() for letter in (word[1:] if place == 0 else word))
        parts = [part.casefold() for part in _PARTS.split(word) if part]
        is_known = word.casefold() in text_words or all(part in text_words for part in parts)
        may_open = is_known or not word[0].isupper() or parts[0][:STEM] in stems or _OPENER.fullmatch(parts[0])
        if (is_name and not is_known) or (place == 0 and not may_open):
            return f"the name {word} isn’t in the paper’s text"
    telling = [word.casefold() for word in words if len(word) >= TELLING_WORD]
    covered = [word for word in telling if word[:STEM] in stems or _OPENER.fullmatch(word)]
    if len(covered) < LEAST_COVERED * len(telling):
        return "most of its words aren’t in the paper’s text"
    return ""


def text_key(title: str, abstract: str) -> str:
    """Return a key for a text, because a sentence is only about that text."""
    return hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()[:16]


def written(paper: Paper) -> str:
    """Return the sentence that a model wrote about the paper as it is now, "" if there is none."""
    if not paper.written_sentence or paper.written_for != text_key(paper.title, paper.abstract):
        return ""
    return paper.written_sentence
