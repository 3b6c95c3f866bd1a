"""What marks a key sentence: its position, how it begins, its cue phrases, and how much of the rest it covers."""

import math
import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digest.catalog.abstract_words import Abstract, SentenceWords
from digest.catalog.sentences import word_set

Matrix = NDArray[np.float64]

_MENTIONS: dict[str, frozenset[str]] = {
    "we": frozenset({"we"}),
    "our": frozenset({"our"}),
    "new": frozenset({"novel", "new"}),
    "called": frozenset(["called", "named", "dubbed", "termed", "coined"]),
    "method": word_set(
        "method approach framework model algorithm architecture technique mechanism network dataset benchmark"
    ),
    "simple": frozenset(["simple", "efficient", "effective", "general", "unified"]),
    "contrast": word_set("however unfortunately yet although though despite while but"),
    "first": frozenset({"first"}),
    "art": frozenset({"art"}),
    "better": word_set(
        "outperform outperforms outperforming improve improves improved improving better superior achieve "
        "achieves surpass surpasses improvement improvements"
    ),
    "experiment": word_set(
        "experiment experiments experimental experimentally empirical empirically evaluate evaluation results "
        "result benchmarks benchmark datasets dataset"
    ),
    "extensive": frozenset(["extensive", "experiments", "validate", "conduct", "test"]),
    "code": frozenset(["code", "github", "available", "http", "https"]),
    "that": frozenset({"that"}),
    "which": frozenset({"which"}),
    "can": frozenset(["can", "could", "may", "might"]),
    "enable": word_set("enable enables enabling allow allows allowing leverage leverages leveraging learn"),
    "past": word_set(
        "recent recently traditional existing previous previously prior current currently often typically usually "
        "commonly widely been many most"
    ),
    "matter": word_set("important challenge challenging difficult problem crucial key essential fundamental"),
    "means": frozenset(["via", "using", "through", "with", "based"]),
    "sum": word_set("conclude overall suggest suggests implications summary conclusion"),
}
_STARTS: dict[str, frozenset[str]] = {
    "detail": frozenset(["specifically", "particularly", "concretely", "precisely"]),
    "more": word_set("moreover furthermore additionally besides further finally lastly second third also"),
    "so": word_set("thus therefore hence consequently accordingly motivated inspired based"),
    "it": word_set("it this these they such those that"),
    "the": frozenset({"the"}),
    "we": frozenset({"we"}),
    "our": frozenset({"our"}),
    "in": frozenset({"in"}),
    "to": frozenset({"to"}),
    "and": word_set("but and or so because since for while although"),
}
_LENGTHS = ((0, 8), (8, 12), (12, 16), (28, 34), (34, 42), (42, 10_000))
_SIGNS = frozenset().union(*_MENTIONS.values())
_POSITIONS, _LAST_POSITIONS = 6, 3
_SUMMARY_LENGTHS = (10, 15, 20)
_GOES_ON = (["specifically"], ["our"], ["this"], ["it"], ["concretely"])
_BY_DOING = re.compile(r"\bby \w+ing\b", re.I)
_DIGIT = re.compile(r"\d")


def sentence_features(abstract: Abstract, chances: Mapping[str, float]) -> Matrix:
    """Return each sentence's features: (sentences, FEATURES). chances: stem → how likely a summary is to use it."""
    every = max(sum(chances.values()), 1e-9)
    rows = [
        [*_of_words(sentence), *_of_place(abstract, place), *_of_overlap(abstract, sentence, chances, every)]
        for place, sentence in enumerate(abstract.sentences)
    ]
    table = np.array(rows, dtype=np.float64)
    compared = table[:, -len(_OVERLAP) :]
    highest = (compared >= compared.max(axis=0) - 1e-9) & (compared > 0)
    beside = (compared - compared.mean(axis=0)) / (compared.std(axis=0) + 0.05)
    return np.hstack([table, highest, beside])


def _of_words(sentence: SentenceWords) -> list[float]:
    start = sentence.words[0] if sentence.words else ""
    unique = _SIGNS.intersection(sentence.words)
    text = sentence.text
    return [
        *[not signs.isdisjoint(unique) for signs in _MENTIONS.values()],
        *[start in signs for signs in _STARTS.values()],
        sentence.proposes,
        sentence.shows,
        sentence.studies,
        sentence.names_work,
        sentence.work_speaks,
        _BY_DOING.search(text) is not None,
        _DIGIT.search(text) is not None,
        "(" in text,
        ":" in text,
        ";" in text,
        text.endswith("?"),
        bool(sentence.acronyms),
    ]


def _of_place(abstract: Abstract, place: int) -> list[float]:
    sentences, main, cue, cues = abstract.sentences, abstract.main, abstract.first_cue, abstract.cues
    last = len(sentences) - 1
    relative = place / max(last, 1)
    return [
        *[place == at for at in range(_POSITIONS)],
        *[place == last - at for at in range(_LAST_POSITIONS)],
        relative,
        relative**2,
        last == 0,
        place == cue,
        cue >= 0 and place == cue + 1,
        0 <= place < cue,
        cue >= 0 and place == cue - 1,
        place == main,
        0 <= main < place,
        (cue < 0) * relative,
        place > 0 and not _MENTIONS["contrast"].isdisjoint(sentences[place - 1].words[:3]),
        place > 0 and cues[place - 1],
        place < last and cues[place + 1],
        place < last and sentences[place + 1].words[:1] in _GOES_ON,
    ]


def _of_overlap(abstract: Abstract, sentence: SentenceWords, chances: Mapping[str, float], every: float) -> list[float]:
    """Return how much of title and abstract the sentence covers, and how much of a summary: the expected F1."""
    content, size, length = sentence.content, max(len(sentence.content), 1), len(sentence.stems)
    titled = abstract.title_content
    shared = len(content & titled)
    pairs = abstract.title_pairs.intersection(pairwise(sentence.stems))
    frequencies = [abstract.content[word] for word in content]
    together = sum(frequencies)
    hits = sum([chances.get(word, 0.0) for word in sentence.unique])
    return [
        *[low <= length < high for low, high in _LENGTHS],
        min((length / 25) ** 2, 9),
        math.log(max(length, 1)),
        shared / max(len(titled), 1),
        shared / size,
        shared / math.sqrt(size * max(len(titled), 1)),
        len(pairs) / max(len(abstract.title_pairs), 1),
        20 * together / size / abstract.total,
        together / abstract.total,
        frequencies.count(1) / size,
        sentence.proposes,
        sentence.shows,
        *[2 * hits / (length + words) for words in _SUMMARY_LENGTHS],
        2 * hits / (length + every),
        hits / max(length, 1),
        hits / every,
    ]


_OVERLAP = (
    *("length_squared", "length", "title_recall", "title_share", "title_cosine", "title_pairs", "common", "common_sum"),
    *("alone", "promise", "finding", *(f"expected_{words}" for words in _SUMMARY_LENGTHS)),
    *("expected_all", "expected_precision", "expected_recall"),
)
# The columns of `sentence_features`.
FEATURES = (
    *(f"says_{name}" for name in _MENTIONS),
    *(f"starts_{name}" for name in _STARTS),
    *("proposes", "shows", "studies", "names_work", "work_speaks", "by_doing", "digit", "bracket", "colon"),
    *("semicolon", "question", "acronym"),
    *(f"at_{at}" for at in range(_POSITIONS)),
    *(f"before_end_{at}" for at in range(_LAST_POSITIONS)),
    *("place", "place_squared", "only", "first_cue", "after_first_cue", "before_cue", "just_before_cue", "main"),
    *("after_main", "no_cue", "after_contrast", "after_a_cue", "before_a_cue", "before_detail"),
    *(f"words_{low}" for low, _ in _LENGTHS),
    *_OVERLAP,
    *(f"{name}_most" for name in _OVERLAP),
    *(f"{name}_beside" for name in _OVERLAP),
)
