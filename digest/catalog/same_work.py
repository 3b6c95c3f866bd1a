"""Whether two descriptions are of one work: a preprint and its article, two servers' copies, versions of one text.

A wrong join loses a paper, a missed one shows it twice. So titles alone are never enough, and what tells papers of one
series apart (numbers, parts, errata, replies, languages) keeps them apart whatever else is alike.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from subscriptions.author_matching import author_key

# A preprint becomes an article within a few years, if at all. More than MAX_YEARS_BY_TITLE in bibliography.py, because
# here the authors agree too.
MAX_YEARS_APART = 4
# The share of words that are the same if a title was changed a little, or if a text was revised.
SAME_TITLE_WORDS, SAME_TEXT_WORDS = 0.6, 0.45
# The same for a text that came out twice as an article.
SAME_ARTICLE_WORDS = 0.8
# Titles with fewer words are shared by many papers: “Introduction”, “On the Cauchy problem”.
FEWEST_TITLE_WORDS = 4
SHARED_AUTHORS = 0.5
# A title with fewer words is not the beginning of another one.
FEWEST_SUBTITLED_WORDS = 2
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
# “Ada Lovelace, Jr.”: one index gives the suffix and another leaves it out.
_SUFFIX = re.compile(r",?\s(?:[JjSs]r\.?|II|III|IV)\s*$")
# Müller is Mueller to some indexes.
_UMLAUT = re.compile(r"(?<=[a-z])([aou])e(?=[a-z]{2})")
# CO_2 and 10^(-3): the scripts of a title are plain digits elsewhere.
_SCRIPT = re.compile(r"[_^](?:\(([^()]{0,40})\))?")
_ROMAN = re.compile(r"(?:i|ii|iii|iv|v|vi|vii|viii|ix|x|xi|xii)")
# Next to another paper's title, these make a different title.
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

# What publishers put before or after the title of a paper that was withdrawn.
_MARKER = re.compile(
    r"^(?:retracted|withdrawn|retraction|withdrawal)\b(?: (?:article|paper|chapter|notice|note|of|to|the|original)\b)*"
    r"|\b(?:retracted|withdrawn)(?: (?:article|paper)\b.*)?$"
)


@dataclass(frozen=True)
class WorkDescription:
    """One work as someone describes it."""

    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    published: date | None = None

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the title, in lower case and without accents."""
        return tuple(_words(self.title))

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The authors' family names, in order."""
        keys = (author_key(_unabbreviated(_SUFFIX.sub("", name))) for name in self.authors)
        return tuple(_UMLAUT.sub(r"\1", key.split()[-1]) for key in keys if key)

    @cached_property
    def text_words(self) -> frozenset[str]:
        """The words of the abstract, without stop words."""
        return frozenset(word for word in _words(self.abstract) if word not in _STOP_WORDS)

    def values(self, scheme: str) -> set[str]:
        """Return its identifiers with a scheme."""
        return {value for name, value in self.identifiers if name == scheme}


def is_same_work(first: WorkDescription, second: WorkDescription) -> bool:
    """Return whether both are one work."""
    if set(first.identifiers) & set(second.identifiers):
        return not _is_other_kind(first, second)
    if _is_other_kind(first, second) or _have_rival_ids(first, second) or not authors_agree(first, second):
        return False
    if first.published and second.published and abs(first.published.year - second.published.year) > MAX_YEARS_APART:
        return False
    alike_texts = _likeness(first.text_words, second.text_words)
    has_texts = bool(first.text_words and second.text_words)
    if _are_articles(first, second):
        return _joined(first) == _joined(second) and has_texts and alike_texts >= SAME_ARTICLE_WORDS
    if _joined(first) == _joined(second):
        # For short titles, the texts must agree too.
        is_telling = len(first.words) >= FEWEST_TITLE_WORDS
        return alike_texts >= SAME_TEXT_WORDS / 2 if has_texts else is_telling
    alike_titles = _likeness(frozenset(first.words) - _STOP_WORDS, frozenset(second.words) - _STOP_WORDS)
    return has_texts and alike_titles >= SAME_TITLE_WORDS and alike_texts >= SAME_TEXT_WORDS


def titles_agree(first: WorkDescription, second: WorkDescription) -> bool:
    """Return whether two titles may be one work's: small changes, a subtitle or the word “retracted” do not matter."""
    own, others = (WorkDescription(_MARKER.sub("", " ".join(work.words))) for work in (first, second))
    if _is_other_kind(own, others):
        return False
    short, long = sorted((own.words, others.words), key=len)
    if len(short) >= FEWEST_SUBTITLED_WORDS and long[: len(short)] == short:
        return True
    alike = _likeness(frozenset(own.words) - _STOP_WORDS, frozenset(others.words) - _STOP_WORDS)
    return short == long or alike >= SAME_TITLE_WORDS


def keys_of_work(work: WorkDescription) -> list[int]:
    """Return the keys to look a work up by: two that may be one work have at least one key in common."""
    words = sorted({word for word in work.words if word not in _STOP_WORDS}, key=lambda word: (-len(word), word))
    names = dict.fromkeys([*work.families[:1], *work.families[-1:]])
    texts = [_joined(work), *(f"{name} {word}" for name in names for word in words[:_KEY_WORDS])]
    return sorted({_key(text) for text in texts if text}) if work.words else []


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=_64_BITS).digest(), "big", signed=True)


def _joined(work: WorkDescription) -> str:
    """Return the title's words joined, without those that come and go: “Gut microbiome of bees”, “The gut …”."""
    return "".join(word for word in work.words if word not in _STOP_WORDS) or "".join(work.words)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", _SCRIPT.sub(r"\1", text)).casefold()
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
    """Return whether the titles differ in what tells papers of one series apart."""
    words, others = set(first.words), set(second.words)
    apart = words ^ others
    if apart & _APART or _numbers(first.words) != _numbers(second.words):
        return True
    return any(_ROMAN.fullmatch(word) for word in apart if word not in {"i", "a"}) or bool({"i"} & apart)


def _numbers(words: Sequence[str]) -> set[str]:
    return {word for word in words if any(sign.isdigit() for sign in word)}


def _have_rival_ids(first: WorkDescription, second: WorkDescription) -> bool:
    """Return whether both have an id of a kind that a work has only one of, and not the same one."""
    for scheme in ("arxiv", "pmid", "pmcid"):
        own, others = first.values(scheme), second.values(scheme)
        if own and others and not own & others:
            return True
    # Two preprints on one server are two works.
    prefixes = [
        {name.partition("/")[0] for name in work.values("doi") if _PREPRINTS.match(name)} for work in (first, second)
    ]
    return bool(prefixes[0] & prefixes[1])


def _are_articles(first: WorkDescription, second: WorkDescription) -> bool:
    """Return whether both came out as articles, each with a publisher's DOI."""
    return all(any(not _PREPRINTS.match(name) for name in work.values("doi")) for work in (first, second))


def authors_agree(first: WorkDescription, second: WorkDescription) -> bool:
    """Return whether at least half of the shorter author list is in the other, including one of the first authors."""
    own, others = first.families, second.families
    if not own or not others:
        return False
    shared = set(own) & set(others)
    few = min(len(set(own)), len(set(others)))
    # Some list only the first of many names.
    return len(shared) / few >= SHARED_AUTHORS and (own[0] in shared or others[0] in shared)


def _likeness(words: frozenset[str], others: frozenset[str]) -> float:
    return len(words & others) / len(words | others) if words and others else 0.0
