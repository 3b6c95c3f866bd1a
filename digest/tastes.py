"""What a batch of subscribers wants of an offer, as arrays: topics, words, authors, taste."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from digest.likes import says_of
from digest.models import Delivery, Feedback, Paper, Profile
from digest.models.profile import Opinions, opinions_of
from digest.offers import Candidates
from digest.profiles import faded
from digest.ranking.choosing import NOBODY, Bools, Readers
from digest.ranking.scoring import NOTHING, Floats
from digest.ranking.taste import nearest, taste
from subscriptions.models import AuthorFollow, Breadth, Follow, Rule

Hits = dict[str, list[int]]
Asked = dict[int, list[tuple[str, str]]]
# The day of a digest is that of its reader's calendar.
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Tastes:
    """What a batch of subscribers wants of an offer: the arrays, and what the words of a reason are taken from."""

    offer: Candidates
    now: datetime
    subscribers: Sequence[int]
    readers: Readers
    hits: Hits
    # Row of a subscriber → what they follow, as written and as looked for.
    phrases: Asked
    mutes: Asked
    authors: Asked
    # What papers weigh for subscribers, and the papers (keys); see `_weights`.
    weights: Any
    known: list[int]
    # Which papers came already: (subscribers, papers), or (1, 1) where none did.
    had: Bools

    def phrase(self, reader: int, paper: int) -> str:
        """Return the longest phrase that a subscriber (row) follows and that stands in a paper (place)."""
        return self._longest(self.phrases.get(reader, []), paper)

    def muting(self, reader: int, paper: int) -> str:
        """Return the longest phrase that a subscriber (row) mutes and that stands in a paper (place)."""
        return self._longest(self.mutes.get(reader, []), paper)

    def _longest(self, asked: list[tuple[str, str]], paper: int) -> str:
        return max((phrase for phrase, key in asked if paper in self.hits.get(key, ())), key=len, default="")

    def author(self, reader: int, paper: int) -> str:
        """Return the author that a subscriber (row) follows and that wrote a paper (place)."""
        places = self.offer.by_author
        return next((name for name, key in self.authors.get(reader, ()) if paper in places.get(key, ())), "")

    def liked(self, reader: int, paper: int) -> str | None:
        """Return the title of what a subscriber (row) liked and that speaks most for a paper (place).

        None where they opened it, and said nothing about it.
        """
        found = nearest(self.weights, self.says, reader, paper)
        if found < 0:
            return ""
        known = self.known[found]
        return None if (self.subscribers[reader], known) in self.opened else self.titles.get(known, "")

    @cached_property
    def says(self) -> Floats:
        """What the known papers say: see digest.likes."""
        return says_of(self.known, self.offer, self.now)

    @cached_property
    def opened(self) -> set[tuple[int, int]]:
        """The subscribers and papers (keys) of which is known that they opened them, and nothing else."""
        allowing = Feedback.objects.filter(subscriber__any_of=self.subscribers).exclude(
            subscriber__may_note_opens_since=None
        )
        kinds = defaultdict(set)
        for subscriber, paper, kind in allowing.values_list("subscriber_id", "paper_id", "kind"):
            kinds[subscriber, paper].add(kind)
        return {pair for pair, found in kinds.items() if found == {Feedback.Kind.OPENED}}

    @cached_property
    def titles(self) -> dict[int, str]:
        """The titles of the known papers."""
        return dict(Paper.objects.filter(pk__any_of=self.known).values_list("pk", "title"))


class Wants(NamedTuple):
    """What a batch of subscribers (by key) wants, as it is stored, or as somebody tries it: plain rows."""

    # subscriber, topic, weight
    follows: Sequence[tuple[int, int, float]] = ()
    # subscriber, kind, phrase as written, phrase as looked for
    rules: Sequence[tuple[int, str, str, str]] = ()
    # subscriber, name as written, name as compared
    authors: Sequence[tuple[int, str, str]] = ()
    # subscriber, papers and what they weigh, what age has left of that
    opinions: Sequence[tuple[int, Opinions, float]] = ()
    # subscriber, papers that came already and are not to come again
    had: Sequence[tuple[int, Sequence[int]]] = ()


def wants_of(subscribers: Sequence[int], offer: Candidates, now: datetime) -> Wants:
    """Return what these subscribers (keys) want, and what of an offer came to them already."""
    return stored(subscribers, now)._replace(had=_had(subscribers, offer))


def stored(subscribers: Sequence[int], now: datetime) -> Wants:
    """Return what these subscribers (keys) want, in four queries."""
    rules = Rule.objects.filter(subscriber__any_of=subscribers).values_list("subscriber_id", "kind", "phrase", "key")
    authors = AuthorFollow.objects.filter(subscriber__any_of=subscribers)
    profiles = Profile.objects.filter(subscriber__any_of=subscribers).values_list("subscriber_id", "raw", "as_of")
    return Wants(
        list(Follow.objects.filter(subscriber__any_of=subscribers).values_list("subscriber_id", "topic_id", "weight")),
        list(rules),
        list(authors.values_list("subscriber_id", "name", "key")),
        [(reader, opinions_of(bytes(raw)), faded(as_of, now)) for reader, raw, as_of in profiles],
    )


def _had(subscribers: Sequence[int], offer: Candidates) -> list[tuple[int, list[int]]]:
    """Return what came in a second part, before the editions that an offer is of brought it again."""
    if offer.sent_since is None:
        # Mostly: nobody's digests are looked at.
        return []
    since = offer.sent_since.date() - A_DAY
    rows = Delivery.objects.filter(subscriber__any_of=subscribers, period__gte=since)
    rows = rows.filter(subscriber__breadth=Breadth.EVERYTHING, content__has_key="more")
    return [
        (reader, [paper for paper, *_ in entries])
        for reader, entries in rows.values_list("subscriber_id", "content__more__papers")
    ]


def tastes(subscribers: Sequence[int], wants: Wants, offer: Candidates, now: datetime) -> Tastes:
    """Return what these subscribers (keys) want of an offer."""
    row = {subscriber: index for index, subscriber in enumerate(subscribers)}
    shape = len(row), len(offer.papers)
    follows, never = _follows(row, wants, offer)
    phrases, mutes = (_by_row(row, wants.rules, kind) for kind in (Rule.Kind.FOLLOW, Rule.Kind.MUTE))
    authors: Asked = defaultdict(list)
    for subscriber, name, key in wants.authors:
        authors[row[subscriber]].append((name, key))
    hits = phrase_hits({key for *_, key in wants.rules}, offer) if wants.rules else {}
    weights, known = _weights(row, wants)
    asks = np.zeros(len(row), dtype=np.bool_)
    asks[[*phrases, *authors]] = True
    has_taste = weights is not None and offer.papers
    muted, had = _marked(mutes, hits, shape).astype(np.bool_), _came(row, wants, offer)
    readers = Readers(
        follows,
        never,
        keyword=_marked(phrases, hits, shape),
        author=_marked(authors, offer.by_author, shape) if authors else NOTHING,
        taste=taste(weights, says_of(known, offer, now)) if has_taste else NOTHING,
        muted=muted | had,
        asks=asks,
    )
    return Tastes(offer, now, subscribers, readers, hits, phrases, mutes, authors, weights, known, had)


def _came(row: dict[int, int], wants: Wants, offer: Candidates) -> Bools:
    """Return which papers of the offer came already: (subscribers, papers), or (1, 1) where none did."""
    place = {paper: index for index, paper in enumerate(offer.papers)} if wants.had else {}
    came = [(row[reader], place[paper]) for reader, papers in wants.had for paper in papers if paper in place]
    if not came:
        return NOBODY
    marks = np.zeros((len(row), len(offer.papers)), dtype=np.bool_)
    marks[tuple(zip(*came, strict=True))] = True
    return marks


def _by_row(row: dict[int, int], rules: Sequence[tuple[int, str, str, str]], wanted: str) -> Asked:
    """Return row → the phrases of one kind, as written and as looked for."""
    asked: Asked = defaultdict(list)
    for subscriber, kind, phrase, key in rules:
        if kind == wanted:
            asked[row[subscriber]].append((phrase, key))
    return asked


def phrase_hits(keys: set[str], offer: Candidates) -> Hits:
    """Return in which papers each phrase stands, as whole words in title or abstract; phrases that stand nowhere not.

    A phrase is text: what has a meaning in patterns has none here.
    """
    everything = "\n".join(offer.phrase_texts)
    hits: Hits = {}
    for key in keys:
        if not key or key not in everything:
            continue
        pattern = _whole_words(key)
        places = [place for place, text in enumerate(offer.phrase_texts) if key in text and pattern.search(text)]
        if places:
            hits[key] = places
    return hits


@lru_cache(maxsize=4096)
def _whole_words(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(key)}(?!\w)")


def _follows(row: dict[int, int], wants: Wants, offer: Candidates) -> tuple[Floats, Bools]:
    """Return what each follows, with its weight, and what each never wants: (subscribers, topics) both."""
    follows = np.zeros((len(row), len(offer.topics)), dtype=np.float32)
    column = {topic.pk: index for index, topic in enumerate(offer.topics)}
    # A topic that was made a moment ago is not in the offer yet.
    known = [(row[subscriber], column[topic], weight) for subscriber, topic, weight in wants.follows if topic in column]
    if known:
        subscribers, topics, weights = zip(*known, strict=True)
        follows[subscribers, topics] = weights
    return np.maximum(follows, 0), follows < 0


def _marked(asked: Asked, places: Hits, shape: tuple[int, int]) -> Floats:
    """Return 1 where a paper has what a subscriber asked for: of that shape, or (1, 1) where none has."""
    if not any(key in places for wanted in asked.values() for _, key in wanted):
        return NOTHING
    marks = np.zeros(shape, dtype=np.float32)
    for reader, wanted in asked.items():
        for _, key in wanted:
            marks[reader, places.get(key, [])] = 1
    return marks


def _weights(row: dict[int, int], wants: Wants) -> tuple[Any, list[int]]:
    """Return what papers weigh for subscribers (key → row), and the papers (keys): (subscribers, papers) or None."""
    kept = [(row[reader], opinions, share) for reader, opinions, share in wants.opinions if len(opinions)]
    if not kept:
        return None, []
    papers = np.concatenate([opinions["paper"] for _, opinions, _ in kept])
    weights = np.concatenate([opinions["weight"] * np.float32(share) for _, opinions, share in kept])
    rows = np.repeat([place for place, *_ in kept], [len(opinions) for _, opinions, _ in kept])
    known, columns = np.unique(papers, return_inverse=True)
    matrix = sparse.csr_array((weights.astype(np.float32), (rows, columns)), shape=(len(row), len(known)))
    return matrix, known.tolist()
