"""Whether two descriptions are of one work: a preprint and its article, two servers' copies, versions of one text.

A wrong join loses a paper, a missed one shows it twice: so titles alone are never enough, and what tells papers of one
series apart (numbers, parts, errata, replies, languages) parts them whatever else is alike.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from subscriptions.phrases import author_key

# A preprint becomes an article in some years, if it does.
YEARS_APART = 4
# So many of the words are the same where a title was changed a little, or where a text was revised.
SAME_TITLE_WORDS, SAME_TEXT_WORDS = 0.6, 0.45
# Of a text that came out twice as an article.
SAME_ARTICLE_WORDS = 0.8
# Titles of fewer words are shared by many: “Introduction”, “On the Cauchy problem”.
FEWEST_TITLE_WORDS = 4
SHARED_AUTHORS = 0.5
_KEY_WORDS = 4
_64_BITS = 8

_PREPRINTS = re.compile(
    r"10\.(?:1101|64898|48550|21203|2139|20944|26434|31234|31219|31235|36227|22541|31222|31223|35542|5281|1002/essoar|"
    r"12688|3389/fpreprint)/"
)
_STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "on",
        "in",
        "for",
        "with",
        "and",
        "or",
        "to",
        "from",
        "by",
        "via",
        "at",
        "as",
        "is",
        "are",
        "be",
        "using",
        "under",
        "over",
        "its",
        "their",
        "into",
        "between",
    ]
)
_ROMAN = re.compile(r"(?:i|ii|iii|iv|v|vi|vii|viii|ix|x|xi|xii)")
# Beside another paper's title these make a title of its own.
_APART = frozenset(
    [
        "erratum",
        "errata",
        "corrigendum",
        "corrigenda",
        "correction",
        "corrections",
        "retraction",
        "retracted",
        "withdrawn",
        "comment",
        "comments",
        "reply",
        "response",
        "rejoinder",
        "addendum",
        "supplement",
        "supplementary",
        "appendix",
        "editorial",
        "commentary",
        "discussion",
        "rebuttal",
        "revisited",
        "update",
        "translation",
        "translated",
        "spanish",
        "french",
        "german",
        "portuguese",
        "chinese",
        "russian",
        "italian",
        "japanese",
        "part",
        "volume",
        "chapter",
        "edition",
        "protocol",
        "tutorial",
        "thesis",
        "slides",
        "poster",
        "workshop",
        "review",
        "survey",
        "follow-up",
        "followup",
    ]
)


@dataclass(frozen=True)
class WorkDescription:
    """One work as somebody describes it."""

    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    published: date | None = None

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the title, small and without accents."""
        return tuple(_words(self.title))

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The family names, in their order."""
        return tuple(key.split()[-1] for name in self.authors if (key := author_key(_unabbreviated(name))))

    @cached_property
    def text_words(self) -> frozenset[str]:
        """The words of the abstract that say something."""
        return frozenset(word for word in _words(self.abstract) if word not in _STOP_WORDS)

    def values(self, scheme: str) -> set[str]:
        """Return its identifiers of a scheme."""
        return {value for name, value in self.identifiers if name == scheme}


def is_same_work(first: WorkDescription, second: WorkDescription) -> bool:
    """Whether both are one work."""
    if set(first.identifiers) & set(second.identifiers):
        return not _is_other_kind(first, second)
    if _is_other_kind(first, second) or _have_rival_ids(first, second) or not _share_authors(first, second):
        return False
    if first.published and second.published and abs(first.published.year - second.published.year) > YEARS_APART:
        return False
    alike_texts = _likeness(first.text_words, second.text_words)
    has_texts = bool(first.text_words and second.text_words)
    if _are_articles(first, second):
        return _joined(first) == _joined(second) and has_texts and alike_texts >= SAME_ARTICLE_WORDS
    if _joined(first) == _joined(second):
        # Of short titles the texts must say so too.
        is_telling = len(first.words) >= FEWEST_TITLE_WORDS
        return alike_texts >= SAME_TEXT_WORDS / 2 if has_texts else is_telling
    alike_titles = _likeness(frozenset(first.words) - _STOP_WORDS, frozenset(second.words) - _STOP_WORDS)
    return has_texts and alike_titles >= SAME_TITLE_WORDS and alike_texts >= SAME_TEXT_WORDS


def keys_of_work(work: WorkDescription) -> list[int]:
    """Return the keys under which a work is looked for: two that may be one have at least one of them in common."""
    words = sorted({word for word in work.words if word not in _STOP_WORDS}, key=lambda word: (-len(word), word))
    names = dict.fromkeys([*work.families[:1], *work.families[-1:]])
    texts = [_joined(work), *(f"{name} {word}" for name in names for word in words[:_KEY_WORDS])]
    return sorted({_key(text) for text in texts if text}) if work.words else []


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=_64_BITS).digest(), "big", signed=True)


def _joined(work: WorkDescription) -> str:
    """Return the title's words as one, without those that come and go: “Gut microbiome of bees”, “The gut …”."""
    return "".join(word for word in work.words if word not in _STOP_WORDS) or "".join(work.words)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.findall(r"[^\W_]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def _unabbreviated(name: str) -> str:
    """Return a name with its family name last: PubMed writes “Lovelace A”, some “Lovelace, Ada”."""
    if "," in name:
        family, _, given = name.partition(",")
        return f"{given.strip()} {family.strip()}"
    *family_names, last = name.split() or [""]
    is_initials = bool(family_names) and re.fullmatch(r"[A-Z]{1,3}", last) is not None
    return f"{last} {' '.join(family_names)}" if is_initials else name


def _is_other_kind(first: WorkDescription, second: WorkDescription) -> bool:
    """Whether the titles differ in what parts papers of one series."""
    words, others = set(first.words), set(second.words)
    apart = words ^ others
    if apart & _APART or _numbers(first.words) != _numbers(second.words):
        return True
    return any(_ROMAN.fullmatch(word) for word in apart if word not in {"i", "a"}) or bool({"i"} & apart)


def _numbers(words: Sequence[str]) -> set[str]:
    return {word for word in words if any(sign.isdigit() for sign in word)}


def _have_rival_ids(first: WorkDescription, second: WorkDescription) -> bool:
    """Whether both have an id of a kind of which a work has one."""
    for scheme in ("arxiv", "pmid", "pmcid"):
        own, others = first.values(scheme), second.values(scheme)
        if own and others and not own & others:
            return True
    # Two preprints at one server are two.
    prefixes = [
        {name.partition("/")[0] for name in work.values("doi") if _PREPRINTS.match(name)} for work in (first, second)
    ]
    return bool(prefixes[0] & prefixes[1])


def _are_articles(first: WorkDescription, second: WorkDescription) -> bool:
    """Whether both came out as articles, each with a DOI of a publisher's."""
    return all(any(not _PREPRINTS.match(name) for name in work.values("doi")) for work in (first, second))


def _share_authors(first: WorkDescription, second: WorkDescription) -> bool:
    """Whether at least half of the shorter list of names is in the other, and one of them stands first in either."""
    own, others = first.families, second.families
    if not own or not others:
        return False
    shared = set(own) & set(others)
    few = min(len(set(own)), len(set(others)))
    # Whoever lists the first of many names only.
    return len(shared) / few >= SHARED_AUTHORS and (own[0] in shared or others[0] in shared)


def _likeness(words: frozenset[str], others: frozenset[str]) -> float:
    return len(words & others) / len(words | others) if words and others else 0.0
