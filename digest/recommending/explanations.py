"""Why a paper is or is not in someone's digest: every paper of an edition, with its score components."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from digest.models import Delivery
from digest.models.snapshot import components_in, entries_in
from digest.ranking import COMPONENTS, REASON_CODES, Ranking, weighted_component
from digest.recommending import extra_section, selection
from digest.recommending.candidates import CandidateSet
from digest.recommending.features import preference_rows
from subscriptions import schedule
from subscriptions.models import Subscriber


class ExclusionReason(StrEnum):
    """What kept a paper out of a digest."""

    NOTHING = ""
    ALREADY_SENT = "had"
    WRITTEN = "written"
    MUTED = "muted"
    NEVER = "never"
    DISLIKED = "disliked"
    NOT_ASKED_FOR = "not asked for"
    BELOW_THE_CUT = "below the cut"
    IN_NO_EDITION = "in no edition"


class PaperExplanation(NamedTuple):
    """One paper for one subscriber; `parts` are hundredths of the score, by name."""

    paper: int
    # From 1, in order of score; None for papers they cannot get.
    rank: int | None
    # Its position in the digest, from 1.
    place: int | None
    score: float
    parts: dict[str, int]
    exclusion: ExclusionReason
    # What exactly keeps it out: the muted phrase, the topic that is never wanted.
    exclusion_detail: str
    reason: str


class Receipt(NamedTuple):
    """An entry of a snapshot: why it is there, and its score components, which never change."""

    paper: int
    code: str
    argument: str
    # Empty for digests from before score components were stored.
    parts: dict[str, int]


@dataclass(frozen=True)
class DigestExplanation:
    """All candidates for one subscriber, in order of rank; `cut` is the lowest score that got in."""

    papers: list[PaperExplanation]
    cut: float

    def of(self, paper: int) -> PaperExplanation | None:
        """Return one paper (by key), or None if it is not a candidate."""
        return next((explained for explained in self.papers if explained.paper == paper), None)


def explain_digest(subscriber: Subscriber, candidates: CandidateSet, now: datetime) -> DigestExplanation:
    """Return each candidate's explanation for a subscriber, as if their digest were selected now."""
    period = schedule.local_date(subscriber.next_digest_at or now, subscriber.time_zone)
    amounts = subscriber.max_papers, subscriber.reading_minutes, subscriber.least_match
    request = selection.DigestRequest(subscriber.pk, period, *amounts)
    return _explanation(selection.rank_batch([request], candidates, now), candidates)


def explain_extra_section(
    subscriber: Subscriber, candidates: CandidateSet, first: Sequence[int], now: datetime
) -> DigestExplanation:
    """Return the explanation of the extra section that would follow a first section with these papers.

    Papers sent in other digests are not excluded for that here.
    """
    period = schedule.local_date(subscriber.next_digest_at or now, subscriber.time_zone)
    request = selection.DigestRequest(subscriber.pk, period, subscriber.max_more, None, subscriber.least_match)
    preferences = preference_rows([subscriber.pk], candidates, now)._replace(already_sent=[(subscriber.pk, first)])
    return _explanation(extra_section.rank_extra_batch([request], candidates, now, preferences), candidates)


def _explanation(batch: selection.RankedBatch, candidates: CandidateSet) -> DigestExplanation:
    ranking = batch.ranking
    scores = ranking.scored.scores[0]
    order = sorted(range(len(scores)), key=lambda paper: (-scores[paper], paper))
    places = {paper: place for place, paper in enumerate(ranking.papers[0].tolist(), start=1) if paper >= 0}
    papers = []
    for rank, paper in enumerate(order, start=1):
        place = places.get(paper)
        exclusion, detail = (ExclusionReason.NOTHING, "") if place else _exclusion(paper, batch, candidates)
        papers.append(
            PaperExplanation(
                candidates.papers[paper],
                rank if scores[paper] > 0 else None,
                place,
                float(scores[paper]),
                components_of(ranking, candidates, paper),
                exclusion,
                detail,
                REASON_CODES[ranking.reasons[0, place - 1]] if place else "",
            )
        )
    inside = [float(scores[paper]) for paper in places if scores[paper] > 0]
    return DigestExplanation(papers, min(inside, default=0.0))


def components_of(ranking: Ranking, candidates: CandidateSet, paper: int) -> dict[str, int]:
    """Return the score components of a paper (by index) for the only subscriber, in hundredths."""
    at = np.array([[paper]])
    components = {name: round(100 * float(weighted_component(ranking.scored, name, at)[0, 0])) for name in COMPONENTS}
    return components | {"pinned": 100 * int(candidates.pinned[paper])}


def _exclusion(paper: int, batch: selection.RankedBatch, candidates: CandidateSet) -> tuple[ExclusionReason, str]:
    """Return the strongest reason that kept a paper (by index) out, and its detail."""
    scored, features = batch.ranking.scored, batch.features
    shape = scored.scores.shape
    masks = {ExclusionReason.ALREADY_SENT: features.already_sent, ExclusionReason.WRITTEN: features.written}
    for exclusion, mask in masks.items():
        if np.broadcast_to(mask, shape)[0, paper]:
            return exclusion, ""
    if np.broadcast_to(scored.excluded, shape)[0, paper]:
        return ExclusionReason.MUTED, features.muting(0, paper)
    if np.broadcast_to(scored.never, shape)[0, paper]:
        refused = features.users.never[0] & (candidates.tags[paper] > 0)
        return ExclusionReason.NEVER, candidates.topics[int(refused.argmax())].name
    if scored.scores[0, paper] > 0:
        return ExclusionReason.BELOW_THE_CUT, ""
    if np.broadcast_to(scored.components.affinity, shape)[0, paper] < 0 and scored.components.topic[0, paper] > 0:
        return ExclusionReason.DISLIKED, ""
    return ExclusionReason.NOT_ASKED_FOR, ""


def receipts(delivery: Delivery) -> list[Receipt]:
    """Return the receipts stored with a delivery, best first."""
    return receipts_in(delivery.content)


def receipts_in(section: Mapping[str, Any]) -> list[Receipt]:
    """Return the receipts stored in a section of a snapshot, best first."""
    entries = zip(entries_in(section), components_in(section), strict=True)
    return [Receipt(paper, code, argument, components) for (paper, code, argument), components in entries]
