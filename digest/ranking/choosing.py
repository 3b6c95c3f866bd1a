"""From what readers want to what they get: arrays in, arrays out, the same for the same input."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digest.ranking import diversity, scoring
from digest.ranking.exploring import explore
from digest.ranking.scoring import NOTHING, Floats, Indices, Parts

Bools = NDArray[np.bool_]

NOBODY: Bools = np.zeros((1, 1), dtype=np.bool_)
# So much to a reader's taste, a paper comes without a topic they follow: one in fifty pairs of seed papers is as close.
TO_TASTE = np.float32(0.25)
# What papers have at least for who reads whole editions: no dislike weighs as much.
WHOLE_EDITION = np.float32(1.0)


class Readers(NamedTuple):
    """What a batch of subscribers wants. With papers: (subscribers, papers), or (1, 1) where nobody wants such."""

    # (subscribers, topics): 1 where followed, more or less for more or less of it; True where never wanted.
    follows: Floats
    never: Bools
    keyword: Floats = NOTHING
    author: Floats = NOTHING
    taste: Floats = NOTHING
    muted: Bools = NOBODY
    # (subscribers,): whether they follow a word or an author, whatever is in this offer.
    asks: Bools = NOBODY[0]


class Offer(NamedTuple):
    """Papers in the curator's order. tags: (papers, topics); pinned: (papers,); same: see `diversity.sameness`."""

    tags: Floats
    pinned: Bools
    same: Floats
    votes: Floats = NOTHING
    novelty: Floats = NOTHING
    # Several editions have no common order: votes tell which of their papers come first.
    of_one_edition: bool = False


class Ranked(NamedTuple):
    """Every paper for every subscriber: (subscribers, papers)."""

    parts: Parts
    # Above 0 for what they can get.
    scores: Floats
    # How well it fits, from 0 to 1, whatever the curator and the community say.
    match: Floats
    never: Bools
    muted: Bools
    # (subscribers,): who asked for nothing in particular reads whole editions.
    reads_all: Bools


class Chosen(NamedTuple):
    """What each subscriber gets, best first: (subscribers, places), -1 where nothing is left."""

    papers: Indices
    # Whether a paper is there to show something different.
    different: Bools


def rank(readers: Readers, offer: Offer, weights: Mapping[str, float] = scoring.WEIGHTS) -> Ranked:
    """Score every paper for every subscriber."""
    topic = scoring.match(readers.follows, offer.tags)
    reads_all = ~(readers.follows.any(axis=1) | readers.asks)
    votes, novelty = offer.votes, offer.novelty
    if reads_all.any():
        # Among papers somebody asked for, both are a help; in a whole edition they would upset the curator's order.
        novelty = np.where(reads_all[:, None], 0, novelty)
        votes = np.where(reads_all[:, None], 0, votes) if offer.of_one_edition else votes
    parts = Parts(topic, readers.keyword, readers.author, readers.taste, votes, novelty)
    personal = scoring.total(parts._replace(votes=NOTHING, novelty=NOTHING))
    never = (readers.never.astype(np.float32) @ (offer.tags.T > 0)) > 0 if readers.never.any() else NOBODY
    wanted = (topic > 0) | (readers.keyword > 0) | (readers.author > 0) | (readers.taste > TO_TASTE)
    wanted |= offer.pinned | reads_all[:, None]
    wanted &= ~(never | readers.muted)
    scores = scoring.total(parts, weights) + scoring.PINNED * offer.pinned + scoring.order(len(offer.tags))
    scores += WHOLE_EDITION * reads_all[:, None]
    match = np.clip(personal + reads_all[:, None], 0, 1)
    return Ranked(parts, np.where(wanted, scores, 0).astype(np.float32), match, never, readers.muted, reads_all)


def choose(ranked: Ranked, offer: Offer, most: NDArray[np.int64], draws: NDArray[np.float64]) -> Chosen:
    """Choose each subscriber's papers.

    most: (subscribers,), how many they want. draws: (subscribers,), from 0 to 1, what chance holds for each; the same
    for the same digest.
    """
    places = int(most.max(initial=0))
    # Whole editions are read in the curator's order, until something is known of the reader's taste.
    care = (~ranked.reads_all | ranked.parts.taste.any(axis=1)).astype(np.float32)
    papers = diversity.best(ranked.scores, offer.same, places, care)
    papers[np.arange(papers.shape[1]) >= most[:, None]] = -1
    allowed = ~(ranked.never | ranked.muted) & (ranked.scores <= 0) & ~ranked.reads_all[:, None]
    # What speaks against a paper is no reason to try it.
    allowed &= ranked.parts.taste >= 0
    appeal = offer.votes + offer.novelty
    return Chosen(*explore(papers, allowed, np.broadcast_to(appeal, allowed.shape), most, draws))
