"""What a digest would look like: the latest edition, chosen for wishes that need not be saved."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from digest import freezing, second_part
from digest.composing.plain import public_papers_by_id
from digest.everything import everything
from digest.models import Edition, Feedback, Paper, Profile
from digest.models.profile import OPINION
from digest.offers import Candidates, candidates
from digest.profiles import SAYS, faded
from digest.tastes import Wants
from subscriptions import schedule, wishes
from subscriptions.models import Breadth, Rule, Subscriber
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
    # At most so many in the second part; 0 for who wants none.
    max_more: int = 0
    # Whose it is, and the day: chance holds the same for them as when the digest is planned.
    subscriber: int = NOBODY
    period: date = date.min


class Line(NamedTuple):
    """One paper of a digest, and why it is there: the code of the reason and its argument."""

    paper: Paper
    code: str
    argument: str


# Key of a paper, code of the reason, its argument.
Entry = tuple[int, str, str]


class Chosen(NamedTuple):
    """What a taste gets of an offer, best first."""

    papers: list[Entry]
    why_none: str


@dataclass(frozen=True)
class Preview:
    """The papers of a digest, best first, out of how many of which edition; no edition is out at first."""

    edition: Edition | None
    lines: list[Line]
    of: int
    why_none: str = ""
    # The second part, chosen from so many papers; None where none is wanted.
    more: list[Line] = field(default_factory=list)
    of_more: int | None = None


def taste_of(subscriber: Subscriber, now: datetime) -> Taste:
    """Return the taste of a subscriber, as it is saved, for their next digest."""
    profile = Profile.objects.filter(subscriber=subscriber).first()
    left = faded(profile.as_of, now) if profile else 0
    opinions = {int(paper): float(weight) * left for paper, weight in profile.opinions} if profile else {}
    period = schedule.local_date(subscriber.next_digest_at or now, subscriber.time_zone)
    max_more = subscriber.max_more if subscriber.breadth == Breadth.EVERYTHING else 0
    amounts = subscriber.max_papers, subscriber.reading_minutes, subscriber.least_match, max_more
    return Taste(wishes.read(subscriber), opinions, *amounts, subscriber.pk, period)


def opinions_from(said: Mapping[int, str]) -> dict[int, float]:
    """Return what papers (by key) weigh for somebody who said just this about them."""
    return {paper: SAYS[Feedback.Kind(kind)] for paper, kind in said.items()}


def preview(taste: Taste, now: datetime) -> Preview:
    """Return the digest that the latest edition, and what came in lately, would make for a taste."""
    offer = candidates(None, now)
    chosen = choose(taste, offer, now)
    more, of_more = list[Entry](), None
    if taste.max_more:
        lately = everything(None, offer.papers, now)
        more, of_more = choose_more(taste, lately, now, [key for key, *_ in chosen.papers]), len(lately.papers)
    papers = public_papers_by_id({key for key, *_ in (*chosen.papers, *more)})
    lines, more_lines = (
        [Line(papers[key], code, argument) for key, code, argument in part if key in papers]
        for part in (chosen.papers, more)
    )
    return Preview(offer.newest, lines, len(offer.papers), chosen.why_none, more_lines, of_more)


def choose(taste: Taste, offer: Candidates, now: datetime) -> Chosen:
    """Return what a taste gets of an offer, as planning would choose it."""
    if not offer.papers:
        return Chosen([], "")
    asking = freezing.Asking(taste.subscriber, taste.period, taste.max_papers, taste.reading_minutes, taste.least_match)
    (digest,) = freezing.digests([asking], offer, now, _wants(taste))
    return Chosen(
        [(key, code, argument) for key, code, argument in json.loads(digest.content)["papers"]], digest.why_not
    )


def choose_more(taste: Taste, offer: Candidates, now: datetime, first: Sequence[int] = ()) -> list[Entry]:
    """Return what a taste gets of an offer as the second part of a digest, after a first part with these papers."""
    if not offer.papers or not taste.max_more:
        return []
    asking = freezing.Asking(taste.subscriber, taste.period, taste.max_more, None, taste.least_match)
    wants = _wants(taste)._replace(had=[(taste.subscriber, first)])
    (part,) = second_part.frozen([asking], second_part.choice([asking], offer, now, wants), offer)
    return [(key, code, argument) for key, code, argument in json.loads(part)["papers"]] if part else []


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
