"""Turn interests in a reader's own words into suggestions to edit: topics, words to follow, words to mute."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from digest.catalog import full_text, tagging
from digest.catalog.search_terms import terms_of
from digest.catalog.sentences import word_set
from digest.models import Paper
from subscriptions.models import Topic
from subscriptions.phrases import MAX_OWN_WORDS

# A phrase is worth following if some papers have it, but not every other one.
FEWEST_WITH_PHRASE = 3
MOST_FOLLOWED, MOST_MUTED = 8, 8
MOST_WORDS = 4

# What follows these words is not wanted, until a word says otherwise or the sentence ends.
_UNWANTED = re.compile(
    r"\b(?:but (?:not|no|nothing)\b(?! only| just| also)|not interested in|"
    r"(?:I )?(?:do not|don[’']t) (?:want|like|care (?:about|for)|need)|"
    r"except(?:ing| for)?|with the exception of|excluding|exclude|apart from|aside from|other than|"
    r"(?:anything|everything|all) but|without|rather than|instead of|nothing (?:about|on|with)|neither|"
    r"less (?:of|about|on|so)|fewer|(?:tired|sick|enough) of|not(?! only| just| merely)|no|never|avoid|hate|"
    r"dislike|skip)\b",
    re.I,
)
_WANTED_AGAIN = re.compile(r"\b(?:but|however|yet|only|rather|instead)\b(?! not\b| no\b)", re.I)
_SENTENCE = re.compile(r"(?<=[.;!?\n])\s+|\n+")
_BETWEEN = re.compile(
    r"[,;:.!?()\n/]+|\b(?:and|or|nor|but(?: also)?|as well as|plus|especially|particularly|including|like|such as|e\.g)"
    r"\b",
    re.I,
)
# Filler around the actual interests.
_FILLER = word_set(
    "i i'm i’m i'd we am are is was be do does work works working study studies studying research "
    "researching interested interest interests in on about of for to with by from at as the a an any some "
    "all more most much very my our your me us that this these those which who want wants like likes love "
    "care would could can mainly mostly also just really too new recent latest good papers paper articles "
    "article topics topic field area areas anything everything something things stuff related read "
    "reading follow following please using use uses used how what why where when its it their them only "
    "currently usually often sometimes but not no longer anymore fan "
)


@dataclass(frozen=True)
class Interests:
    """The suggestions drawn from a text."""

    topics: list[Topic] = field(default_factory=list)
    # Topics that it does not want become words to mute: whole topics are refused in the preferences.
    follow: list[str] = field(default_factory=list)
    mute: list[str] = field(default_factory=list)


def read_interests(text: str) -> Interests:
    """Return what a text of at most MAX_OWN_WORDS characters says its writer wants, and does not want."""
    parts = list(_parts(text[:MAX_OWN_WORDS]))
    likes = " ".join(part for part, is_wanted in parts if is_wanted)
    topics = [
        topic for topic in Topic.objects.all() if likes and tagging.score(likes, "", [], topic) >= tagging.THRESHOLD
    ]
    mute = list(_phrases(part for part, is_wanted in parts if not is_wanted))[:MOST_MUTED]
    named = {topic.name.casefold() for topic in topics}
    phrases = (phrase for phrase in _phrases(part for part, is_wanted in parts if is_wanted) if phrase not in named)
    follow = [phrase for phrase in phrases if phrase not in mute and _is_telling(phrase)][:MOST_FOLLOWED]
    return Interests(topics, follow, mute)


def split_own_words(text: str) -> tuple[str, str]:
    """Return what the writer of a text wants to read about, and what they do not."""
    parts = list(_parts(text[:MAX_OWN_WORDS]))
    sides = ([part.strip() for part, is_wanted in parts if is_wanted == side] for side in (True, False))
    likes, dislikes = (" ".join(filter(None, side)) for side in sides)
    return likes, dislikes


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Return the parts of a text, and whether each is wanted."""
    for sentence in _SENTENCE.split(text):
        place, is_wanted = 0, True
        while place < len(sentence):
            turn = (_UNWANTED if is_wanted else _WANTED_AGAIN).search(sentence, place)
            end = turn.start() if turn else len(sentence)
            yield sentence[place:end], is_wanted
            if turn is None:
                break
            place, is_wanted = turn.end(), not is_wanted


def _phrases(parts: Iterable[str]) -> Iterator[str]:
    """Return the phrases named, in lower case, each once."""
    seen = set()
    for part in parts:
        # “No surveys and no benchmarks” are two things.
        for piece in _BETWEEN.split(_UNWANTED.sub(", ", part)):
            words = [word.strip("\"'“”‘’*-–—") for word in piece.casefold().split()]
            while words and words[0] in _FILLER:
                words.pop(0)
            while words and words[-1] in _FILLER:
                words.pop()
            phrase = " ".join(filter(None, words))
            # A phrase that is interrupted by such words is a clause, not a name.
            if 0 < len(words) <= MOST_WORDS and len(phrase) > 1 and _FILLER.isdisjoint(words) and phrase not in seen:
                seen.add(phrase)
                yield phrase


def _is_telling(phrase: str) -> bool:
    """Return whether some papers have the phrase."""
    papers = full_text.matching(Paper.objects.with_page(), terms_of(f'"{phrase}"'))
    return len(papers) >= FEWEST_WITH_PHRASE
