"""What a batch of subscribers wants of an offer, as arrays: topics, words, authors, taste."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import sparse

from digest.likes import says_of
from digest.models import Profile
from digest.models.profile import opinions_of
from digest.offers import Candidates
from digest.profiles import faded

from digest.ranking.choosing import Bools, Readers
from digest.ranking.scoring import NOTHING, Floats
from digest.ranking.taste import taste
from subscriptions.models import AuthorFollow, Follow, Rule

Hits = dict[str, list[int]]


def readers(subscribers: Sequence[int], offer: Candidates, now: datetime) -> Readers:
    """Return what these subscribers (keys) want of an offer, in four queries."""
    row = {subscriber: index for index, subscriber in enumerate(subscribers)}
    follows, never = _follows(row, offer)
    shape = len(row), len(offer.papers)
    rules = list(Rule.objects.filter(subscriber__any_of=row).values_list("subscriber_id", "kind", "key"))
    authors = list(AuthorFollow.objects.filter(subscriber__any_of=row).values_list("subscriber_id", "key"))
    asks = np.zeros(len(row), dtype=np.bool_)
    asks[[row[reader] for reader, kind, _ in rules if kind == Rule.Kind.FOLLOW]] = True
    asks[[row[reader] for reader, _ in authors]] = True
    hits = phrase_hits({key for *_, key in rules}, offer) if rules else {}
    found = {
        wanted: [(row[reader], hits[key]) for reader, kind, key in rules if kind == wanted and key in hits]
        for wanted in Rule.Kind
    }
    written = [(row[reader], offer.by_author[key]) for reader, key in authors if key in offer.by_author]
    return Readers(
        follows,
        never,
        keyword=_marked(found[Rule.Kind.FOLLOW], shape),
        author=_marked(written, shape),
        taste=_taste(row, offer, now),
        muted=_marked(found[Rule.Kind.MUTE], shape).astype(np.bool_),
        asks=asks,
    )


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


def _follows(row: dict[int, int], offer: Candidates) -> tuple[Floats, Bools]:
    """Return what each follows, with its weight, and what each never wants: (subscribers, topics) both."""
    follows = np.zeros((len(row), len(offer.topics)), dtype=np.float32)
    column = {topic.pk: index for index, topic in enumerate(offer.topics)}
    rows = list(Follow.objects.filter(subscriber__any_of=row).values_list("subscriber_id", "topic_id", "weight"))
    # A topic that was made a moment ago is not in the offer yet.
    known = [(row[subscriber], column[topic], weight) for subscriber, topic, weight in rows if topic in column]
    if known:
        subscribers, topics, weights = zip(*known, strict=True)
        follows[subscribers, topics] = weights
    return np.maximum(follows, 0), follows < 0


def _marked(pairs: Sequence[tuple[int, list[int]]], shape: tuple[int, int]) -> Floats:
    """Return 1 where a pair of a row and columns says so: of that shape, or (1, 1) where none does."""
    if not pairs:
        return NOTHING
    marks = np.zeros(shape, dtype=np.float32)
    for reader, places in pairs:
        marks[reader, places] = 1
    return marks


def _taste(row: dict[int, int], offer: Candidates, now: datetime) -> Floats:
    """Return how much each paper is to each subscriber's taste: (subscribers, papers), or (1, 1) where none is known."""
    weights, known = weights_of(row, now)
    if weights is None or not offer.papers:
        return NOTHING
    return taste(weights, says_of(known, offer, now))


def weights_of(row: dict[int, int], now: datetime) -> tuple[Any, list[int]]:
    """Return what papers weigh for subscribers (key → row), and the papers (keys): (subscribers, papers) or None."""
    profiles = Profile.objects.filter(subscriber__any_of=row).values_list("subscriber_id", "raw", "as_of")
    stored = [(row[reader], opinions_of(bytes(raw)), faded(as_of, now)) for reader, raw, as_of in profiles]
    stored = [(place, opinions, share) for place, opinions, share in stored if len(opinions)]
    if not stored:
        return None, []
    papers = np.concatenate([opinions["paper"] for _, opinions, _ in stored])
    weights = np.concatenate([opinions["weight"] * np.float32(share) for _, opinions, share in stored])
    rows = np.repeat([place for place, *_ in stored], [len(opinions) for _, opinions, _ in stored])
    known, columns = np.unique(papers, return_inverse=True)
    matrix = sparse.csr_array((weights.astype(np.float32), (rows, columns)), shape=(len(row), len(known)))
    return matrix, known.tolist()


