"""Digest previews: the latest edition, recommended for preferences that need not be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from digest.community.user_profiles import SAYS, faded
from digest.models import Edition, Feedback, Paper, Profile
from digest.models.profile import OPINION
from digest.models.snapshot import SnapshotEntry, entries_in, read_section
from digest.recommending import extra_section, selection
from digest.recommending.candidates import CandidateSet, candidates_from_editions, recent_candidates
from digest.recommending.features import PreferenceRows
from subscriptions import preferences as wishes
from subscriptions import schedule
from subscriptions.author_matching import author_key
from subscriptions.models import Breadth, Rule, Subscriber
from subscriptions.models.subscriber import USUAL_PAPERS
from subscriptions.phrases import phrase_key
from subscriptions.preferences import Preferences

# The subscriber key of a request that belongs to no subscriber.
ANONYMOUS = 0


@dataclass(frozen=True)
class RecommendationRequest:
    """Everything a recommendation depends on: a subscriber's saved preferences, or ones being tried out."""

    preferences: Preferences
    # Paper's key → weight: see digest.models.Profile.
    opinions: Mapping[int, float] = field(default_factory=dict)
    max_papers: int = USUAL_PAPERS
    reading_minutes: int | None = None
    least_match: int = 0
    # At most this many papers in the extra section; 0 for none.
    max_more: int = 0
    # Papers (keys) that they wrote.
    written: Sequence[int] = ()
    # What they wrote about their interests.
    own_words: str = ""
    # Subscriber and day: random choices come out the same as when the digest is planned.
    subscriber: int = ANONYMOUS
    period: date = date.min


class PreviewLine(NamedTuple):
    """One paper of a digest, and why it is there: the code of the reason and its argument."""

    paper: Paper
    code: str
    argument: str


class Recommendation(NamedTuple):
    """The recommended candidates, best first."""

    papers: list[SnapshotEntry]
    why_none: str


@dataclass(frozen=True)
class Preview:
    """The papers of a digest, best first, their edition and how many it has; edition is None until one is published."""

    edition: Edition | None
    lines: list[PreviewLine]
    of: int
    why_none: str = ""
    # The extra section, and how many papers it was chosen from; None if none is wanted.
    more: list[PreviewLine] = field(default_factory=list)
    of_more: int | None = None


def request_of(subscriber: Subscriber, now: datetime) -> RecommendationRequest:
    """Return the request for a subscriber's next digest, from their saved preferences."""
    profile = Profile.objects.filter(subscriber=subscriber).first()
    share = faded(profile.as_of, now) if profile else 0
    opinions = {int(paper): float(weight) * share for paper, weight in profile.opinions} if profile else {}
    period = schedule.local_date(subscriber.next_digest_at or now, subscriber.time_zone)
    max_more = subscriber.max_more if subscriber.breadth == Breadth.EVERYTHING else 0
    amounts = subscriber.max_papers, subscriber.reading_minutes, subscriber.least_match, max_more
    rows = Feedback.objects.filter(subscriber=subscriber, kind=Feedback.Kind.WROTE)
    # Anyone who wrote a paper has a profile.
    written = list(rows.values_list("paper_id", flat=True)) if profile else []
    own = written, subscriber.own_words
    return RecommendationRequest(wishes.preferences_of(subscriber), opinions, *amounts, *own, subscriber.pk, period)


def opinions_from(answers: Mapping[int, str]) -> dict[int, float]:
    """Return the opinions, by paper (key), of someone who gave only these answers."""
    return {paper: SAYS[Feedback.Kind(kind)] for paper, kind in answers.items()}


def written_among(answers: Mapping[int, str]) -> list[int]:
    """Return the papers (keys) that these answers say were written by the reader."""
    return [paper for paper, kind in answers.items() if kind == Feedback.Kind.WROTE]


def build_preview(request: RecommendationRequest, now: datetime) -> Preview:
    """Return the digest a request would get from the latest edition and recent papers."""
    candidates = candidates_from_editions(None, now)
    recommendation = recommend_for_request(request, candidates, now)
    more, of_more = list[SnapshotEntry](), None
    if request.max_more:
        recent = recent_candidates(None, candidates.papers, now)
        more, of_more = (
            recommend_extra_for_request(request, recent, now, [key for key, *_ in recommendation.papers]),
            len(recent.papers),
        )
    papers = Paper.objects.for_mail({key for key, *_ in (*recommendation.papers, *more)})
    lines, extra_lines = (
        [PreviewLine(papers[key], code, argument) for key, code, argument in part if key in papers]
        for part in (recommendation.papers, more)
    )
    return Preview(candidates.newest, lines, len(candidates.papers), recommendation.why_none, extra_lines, of_more)


def recommend_for_request(request: RecommendationRequest, candidates: CandidateSet, now: datetime) -> Recommendation:
    """Return the recommended candidates, as planning would select them."""
    if not candidates.papers:
        return Recommendation([], "")
    digest_request = selection.DigestRequest(
        request.subscriber, request.period, request.max_papers, request.reading_minutes, request.least_match
    )
    (digest,) = selection.digest_snapshots([digest_request], candidates, now, _preference_rows(request))
    return Recommendation(entries_in(read_section(digest.section)), digest.why_not)


def recommend_extra_for_request(
    request: RecommendationRequest, candidates: CandidateSet, now: datetime, first: Sequence[int] = ()
) -> list[SnapshotEntry]:
    """Return the extra section of a digest, selected from the candidates, after a first section with these papers."""
    if not candidates.papers or not request.max_more:
        return []
    digest_request = selection.DigestRequest(
        request.subscriber, request.period, request.max_more, None, request.least_match
    )
    preferences = _preference_rows(request)._replace(already_sent=[(request.subscriber, first)])
    batch = extra_section.rank_extra_batch([digest_request], candidates, now, preferences)
    (section,) = extra_section.write_extra_sections([digest_request], batch, candidates)
    return entries_in(read_section(section))


def _preference_rows(request: RecommendationRequest) -> PreferenceRows:
    """Convert a request to the rows that planning would read."""
    subscriber, preferences = request.subscriber, request.preferences
    kinds = ((Rule.Kind.FOLLOW, preferences.follow), (Rule.Kind.MUTE, preferences.mute))
    return PreferenceRows(
        follows=[(subscriber, topic, weight) for topic, weight in preferences.weights.items()],
        rules=[(subscriber, kind, phrase, phrase_key(phrase)) for kind, phrases in kinds for phrase in phrases],
        authors=[(subscriber, name, author_key(name)) for name in preferences.authors],
        written=[(subscriber, request.written)],
        own_words=[(subscriber, request.own_words)] if request.own_words else [],
        opinions=[(subscriber, np.array(list(request.opinions.items()), dtype=OPINION), 1.0)],
    )
