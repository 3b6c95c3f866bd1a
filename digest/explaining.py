"""Why a paper is, or is not, in somebody's digest: every paper of an edition with its score in parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from digest import freezing, second_part
from digest.models import Delivery
from digest.offers import Candidates
from digest.ranking import scoring
from digest.ranking.choosing import Ranked
from digest.ranking.reasons import CODES, strongest
from digest.tastes import wants_of
from subscriptions import schedule
from subscriptions.models import Subscriber


class KeptOut(StrEnum):
    """What kept a paper out of a digest."""

    NOTHING = ""
    HAD = "had"
    MUTED = "muted"
    NEVER = "never"
    DISLIKED = "disliked"
    NOT_ASKED_FOR = "not asked for"
    BELOW_THE_CUT = "below the cut"
    IN_NO_EDITION = "in no edition"


class Explained(NamedTuple):
    """One paper for one subscriber; `parts` are hundredths of the score, by name."""

    paper: int
    # From 1, in the order of the scores; None for what they cannot get.
    rank: int | None
    # Its place in the digest, from 1.
    place: int | None
    score: float
    parts: dict[str, int]
    kept_out: KeptOut
    # What keeps it out in words: the phrase muted, the topic never wanted.
    because: str
    reason: str


class Receipt(NamedTuple):
    """A frozen entry of a digest: why it is there, and its score in parts, the same for ever."""

    paper: int
    code: str
    argument: str
    # Empty for digests from before parts were kept.
    parts: dict[str, int]


@dataclass(frozen=True)
class Explanation:
    """All papers of an offer for one subscriber, in the order of rank; `cut` is the last score that got in."""

    papers: list[Explained]
    cut: float

    def of(self, paper: int) -> Explained | None:
        """Return one paper (by key), or None where the offer does not hold it."""
        return next((explained for explained in self.papers if explained.paper == paper), None)


def explain(subscriber: Subscriber, offer: Candidates, now: datetime) -> Explanation:
    """Return what an offer is to a subscriber, as a digest of this moment would be chosen."""
    period = schedule.local_date(subscriber.next_digest_at or now, subscriber.time_zone)
    asked = subscriber.max_papers, subscriber.reading_minutes, subscriber.least_match
    return _explained(freezing.choice([freezing.Asking(subscriber.pk, period, *asked)], offer, now), offer)


def explain_more(subscriber: Subscriber, offer: Candidates, first: Sequence[int], now: datetime) -> Explanation:
    """Return what everything new is to a subscriber, as a second part would be chosen after a first with these papers.

    What came in other digests is no reason here.
    """
    period = schedule.local_date(subscriber.next_digest_at or now, subscriber.time_zone)
    asking = freezing.Asking(subscriber.pk, period, subscriber.max_more, None, subscriber.least_match)
    wants = wants_of([subscriber.pk], offer, now)._replace(had=[(subscriber.pk, first)])
    return _explained(second_part.choice([asking], offer, now, wants), offer)


def _explained(made: freezing.Choice, offer: Candidates) -> Explanation:
    scores = made.ranked.scores[0]
    order = sorted(range(len(scores)), key=lambda paper: (-scores[paper], paper))
    places = {paper: place for place, paper in enumerate(made.chosen.papers[0].tolist(), start=1) if paper >= 0}
    codes = strongest(made.ranked, offer.arrays, made.chosen)[0].tolist()
    explained = []
    for rank, paper in enumerate(order, start=1):
        place = places.get(paper)
        kept_out, because = (KeptOut.NOTHING, "") if place else _kept_out(paper, made, offer)
        explained.append(
            Explained(
                offer.papers[paper],
                rank if scores[paper] > 0 else None,
                place,
                float(scores[paper]),
                parts_of(made.ranked, offer, paper),
                kept_out,
                because,
                CODES[codes[place - 1]] if place else "",
            )
        )
    inside = [float(scores[paper]) for paper in places if scores[paper] > 0]
    return Explanation(explained, min(inside, default=0.0))


def parts_of(ranked: Ranked, offer: Candidates, paper: int) -> dict[str, int]:
    """Return the parts of a paper's score (by place) for the only subscriber, in hundredths."""
    shape = ranked.scores.shape
    parts = {
        name: round(100 * scoring.WEIGHTS[name] * float(np.broadcast_to(getattr(ranked.parts, name), shape)[0, paper]))
        for name in scoring.NAMES
    }
    return parts | {"pinned": 100 * int(offer.pinned[paper])}


def _kept_out(paper: int, made: freezing.Choice, offer: Candidates) -> tuple[KeptOut, str]:
    """Return what kept a paper (by place) out, and its name: the strongest first."""
    shape, ranked, wanted = made.ranked.scores.shape, made.ranked, made.tastes
    if np.broadcast_to(wanted.had, shape)[0, paper]:
        return KeptOut.HAD, ""
    if np.broadcast_to(ranked.muted, shape)[0, paper]:
        return KeptOut.MUTED, wanted.muting(0, paper)
    if np.broadcast_to(ranked.never, shape)[0, paper]:
        refused = wanted.readers.never[0] & (offer.tags[paper] > 0)
        return KeptOut.NEVER, offer.topics[int(refused.argmax())].name
    if ranked.scores[0, paper] > 0:
        return KeptOut.BELOW_THE_CUT, ""
    if np.broadcast_to(ranked.parts.taste, shape)[0, paper] < 0 and ranked.parts.topic[0, paper] > 0:
        return KeptOut.DISLIKED, ""
    return KeptOut.NOT_ASKED_FOR, ""


def receipts(delivery: Delivery) -> list[Receipt]:
    """Return what is frozen with a delivery, best first."""
    return receipts_in(delivery.content)


def receipts_in(part: Mapping[str, Any]) -> list[Receipt]:
    """Return what is frozen in a delivery's content, or in its second part, best first."""
    papers, parts = part.get("papers", []), part.get("parts", [])
    named = [dict(zip(freezing.PARTS, row, strict=False)) for row in parts] or [{}] * len(papers)
    return [Receipt(key, code, argument, row) for (key, code, argument), row in zip(papers, named, strict=True)]
