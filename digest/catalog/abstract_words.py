"""An abstract split into words, and the features that tell whether a summary would use a word.

A word counts by its stem, because summaries say "propose" where the abstract says "proposing". Pure.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from digest.catalog.sentences import word_set

_WORD = re.compile(r"[a-z0-9]+")
_ACRONYM = re.compile(r"\b[A-Z]{2,}\w*")
# Longest first: what is left must still be four letters.
_ENDINGS = (
    *("izations", "ization", "ations", "ation", "ingly", "ings", "ment", "ing", "ions", "ion", "ness", "ies", "ied"),
    *("ers", "ity", "ive", "est", "ed", "er", "es", "ly", "al", "s", "e", "y"),
)
FUNCTION_WORDS = word_set(
    "a an the of in on for to and or with by from at as is are was were be been this that these those it its "
    "we our can which such than their they has have not but also into via using use based both how more most "
    "while when where however"
)

_PROPOSE = word_set(
    "propose present introduce develop design describe devise formulate provide offer build construct create "
    "suggest extend explore advocate release contribute proposed presented introduced developed designed"
)
_SHOW = word_set(
    "show demonstrate prove find establish observe discover argue reveal identify derive give obtain achieve "
    "report showed demonstrated proved found established observed"
)
_STUDY = word_set(
    "study investigate analyze analyse examine consider address tackle evaluate compare focus apply use aim "
    "seek ask train learn studied investigated analyzed examined evaluated compared "
    "discuss review conduct perform carry determine measure compute calculate estimate constrain simulate model "
    "quantify characterise characterize reconsider revisit reexamine utilize utilise employ leverage adopt implement "
    "discussed reviewed performed measured computed calculated estimated"
)
_WORKS = word_set("paper work article study letter report note manuscript thesis survey review")
_WORK_VERBS = word_set(
    "proposes presents introduces develops describes shows demonstrates studies investigates addresses "
    "explores provides examines aims considers reports offers is"
)
_BETWEEN = word_set("then also first here further thus hence therefore")


@dataclass(frozen=True)
class SentenceWords:
    """A sentence, split into words once."""

    text: str
    words: list[str]
    stems: list[str]
    unique: set[str]
    content: set[str]
    acronyms: list[str]
    # Which kinds of cue phrase it has.
    proposes: bool
    shows: bool
    studies: bool
    names_work: bool
    work_speaks: bool

    @classmethod
    def of(cls, text: str) -> "SentenceWords":
        """Split a sentence into words."""
        words = _WORD.findall(text.lower())
        stems = [stem(word) for word in words]
        unique, unique_stems = set(words), set(stems)
        # Most sentences have neither and can be skipped.
        verbs = (
            {_next_verb(words, place) for place, word in enumerate(words) if word == "we"} if "we" in unique else set()
        )
        works = [] if unique.isdisjoint(_WORKS) else [place for place, word in enumerate(words) if word in _WORKS]
        own = [place for place in works if words[max(place - 1, 0)] in _THIS]
        speaks = any(word in _WORK_VERBS for place in own for word in words[place + 1 : place + 3])
        promises = bool(verbs & _PROPOSE), bool(verbs & _SHOW), bool(verbs & _STUDY)
        return cls(
            text,
            words,
            stems,
            unique_stems,
            unique_stems - FUNCTION_WORDS,
            _ACRONYM.findall(text),
            *promises,
            bool(own),
            speaks,
        )

    @property
    def is_strong(self) -> bool:
        """Whether it says what the paper contributes."""
        return self.proposes or self.work_speaks

    @property
    def is_cue(self) -> bool:
        """Whether it is about the paper at all."""
        return self.is_strong or self.shows or self.names_work


_THIS = frozenset(["this", "our", "the", "present", "current"])


def _next_verb(words: Sequence[str], place: int) -> str:
    for word in words[place + 1 : place + 4]:
        if word not in _BETWEEN and not word.endswith("ly"):
            return word
    return ""


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """Return a word without its ending: crude, but the same for all forms of a word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:  # noqa: PLR2004 - enough letters to identify a word
            return word[: -len(ending)]
    return word


@dataclass(frozen=True)
class Abstract:
    """A title and the sentences of its abstract, split into words, and what every sentence needs to know about them."""

    title: list[str]
    title_content: set[str]
    title_pairs: set[tuple[str, str]]
    sentences: list[SentenceWords]
    counts: Counter[str]
    # How often each word that is not a function word is in it, and the sum of these counts.
    content: dict[str, int]
    total: int
    cues: list[bool]
    first_cue: int
    # The first sentence that says what the paper contributes, or is at least about it; -1 for none.
    main: int

    @property
    def first_own(self) -> int:
        """The first sentence about the authors' own work; 0 if there is none."""
        return next((place for place, part in enumerate(self.sentences) if part.is_cue or part.studies), 0)

    @classmethod
    def of(cls, title: str, sentences: Sequence[str]) -> "Abstract":
        """Split a paper's text into words."""
        stems = [stem(word) for word in _WORD.findall(title.lower())]
        parts = [SentenceWords.of(sentence) for sentence in sentences]
        counts: Counter[str] = Counter()
        for part in parts:
            counts.update(part.stems)
        content = {word: count for word, count in counts.items() if word not in FUNCTION_WORDS}
        cues = [part.is_cue for part in parts]
        first_cue = cues.index(True) if True in cues else -1
        main = next((place for place, part in enumerate(parts) if part.is_strong), first_cue)
        pairs = set(pairwise(stems))
        return cls(
            stems,
            set(stems) - FUNCTION_WORDS,
            pairs,
            parts,
            counts,
            content,
            max(sum(content.values()), 1),
            cues,
            first_cue,
            main,
        )


def word_features(abstract: Abstract) -> dict[str, list[float]]:
    """Return for each stem of the abstract the features that tell whether a summary would use it."""
    title, main = set(abstract.title), abstract.main
    first: dict[str, int] = {}
    places: Counter[str] = Counter()
    in_cues: Counter[str] = Counter()
    beside_title: set[str] = set()
    capital: set[str] = set()
    unique = [sentence.unique for sentence in abstract.sentences]
    for place, sentence in enumerate(abstract.sentences):
        places.update(unique[place])
        for word in unique[place]:
            first.setdefault(word, place)
        if abstract.cues[place]:
            in_cues.update(unique[place])
        for left, right in pairwise(sentence.stems):
            if left in title:
                beside_title.add(right)
            if right in title:
                beside_title.add(left)
        capital.update([stem(word.lower()) for word in sentence.acronyms])
    in_main = unique[main] if main >= 0 else set()
    after_main = unique[main + 1] if 0 <= main < len(unique) - 1 else set()
    number, size, last = max(len(unique), 1), len(places) / 100, unique[-1] if unique else set()
    rows = {}
    for word, count in abstract.counts.items():
        titled, times, is_main, cue, begin = word in title, places[word], word in in_main, in_cues[word], first[word]
        often = times > 1
        rows[word] = [
            titled,
            math.log(count),
            often,
            times > 2,  # noqa: PLR2004 - in three sentences
            times / number,
            begin / number,
            begin == 0,
            begin == 1,
            word in last,
            is_main,
            word in after_main,
            cue > 0,
            cue / times,
            word in beside_title,
            word in capital,
            len(word) <= 3,  # noqa: PLR2004 - the, of, to
            len(word) >= 8,  # noqa: PLR2004 - a technical word
            word.isdigit(),
            titled and is_main,
            titled and often,
            is_main and often,
            size,
        ]
    return rows
