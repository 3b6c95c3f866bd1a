"""What a digest would look like: the latest edition, chosen for wishes that need not be saved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from digest import freezing
from digest.composing.plain import public_papers_by_id
from digest.models import Edition, Feedback, Paper, Profile
from digest.models.profile import OPINION
from digest.offers import Candidates, candidates
from digest.profiles import SAYS, faded
from digest.tastes import Wants
from subscriptions import schedule, wishes
from subscriptions.models import Rule, Subscriber
from subscriptions.phrases import author_key, phrase_key
from subscriptions.wishes import Wishes

# Stands for the one subscriber that a taste is of.
NOBODY = 0


@dataclass(frozen=True)
class Taste:
    """All that a choice of papers follows from: somebody's as it is saved, or one that is only tried."""

    wishes: Wishes
    # What papers weigh, by their keys: see digest.models.Profile.
    opinions: Mapping[int, float] = field(default_factory=dict)
    max_papers: int = 10
    reading_minutes: int | None = None
    least_match: int = 0
    # Whose it is, and the day: chance holds the same for them as when the digest is planned.
    subscriber: int = NOBODY
    period: date = date.min


class Line(NamedTuple):
    """One paper of a digest, and why it is there: the code of the reason and its argument."""

    paper: Paper
    code: str
    argument: str


class Chosen(NamedTuple):
    """What a taste gets of an offer, best first: key of the paper, code of the reason, its argument."""

    papers: list[tuple[int, str, str]]
    why_none: str


@dataclass(frozen=True)
class Preview:
    """The papers of a digest, best first, out of how many of which edition; no edition is out at first."""

    edition: Edition | None
    lines: list[Line]
    of: int
    why_none: str = ""


def taste_of(subscriber: Subscriber, now: datetime) -> Taste:
    """Return the taste of a subscriber, as it is saved, for their next digest."""
    profile = Profile.objects.filter(subscriber=subscriber).first()
    left = faded(profile.as_of, now) if profile else 0
    opinions = {int(paper): float(weight) * left for paper, weight in profile.opinions} if profile else {}
    period = schedule.local_date(subscriber.next_digest_at or now, subscriber.time_zone)
    amounts = subscriber.max_papers, subscriber.reading_minutes, subscriber.least_match
    return Taste(wishes.read(subscriber), opinions, *amounts, subscriber.pk, period)


def opinions_from(said: Mapping[int, str]) -> dict[int, float]:
    """Return what papers (by key) weigh for somebody who said just this about them."""
    return {paper: SAYS[Feedback.Kind(kind)] for paper, kind in said.items()}


def preview(taste: Taste, now: datetime) -> Preview:
    """Return the digest that the latest edition would make for a taste."""
    offer = candidates(None, now)
    chosen = choose(taste, offer, now)
    papers = public_papers_by_id({key for key, *_ in chosen.papers})
    lines = [Line(papers[key], code, argument) for key, code, argument in chosen.papers if key in papers]
    return Preview(offer.newest, lines, len(offer.papers), chosen.why_none)


def choose(taste: Taste, offer: Candidates, now: datetime) -> Chosen:
    """Return what a taste gets of an offer, as planning would choose it."""
    if not offer.papers:
        return Chosen([], "")
    asking = freezing.Asking(taste.subscriber, taste.period, taste.max_papers, taste.reading_minutes, taste.least_match)
    (digest,) = freezing.digests([asking], offer, now, _wants(taste))
    return Chosen(
        [(key, code, argument) for key, code, argument in json.loads(digest.content)["papers"]], digest.why_not
    )


def _wants(taste: Taste) -> Wants:
    """Return a taste as the rows that planning would read."""
    who, wanted = taste.subscriber, taste.wishes
    kinds = ((Rule.Kind.FOLLOW, wanted.follow), (Rule.Kind.MUTE, wanted.mute))
    return Wants(
        follows=[(who, topic, weight) for topic, weight in wanted.weights.items()],
        rules=[(who, kind, phrase, phrase_key(phrase)) for kind, phrases in kinds for phrase in phrases],
        authors=[(who, name, author_key(name)) for name in wanted.authors],
        opinions=[(who, np.array(list(taste.opinions.items()), dtype=OPINION), 1.0)],
    )
