"""Each subscriber's papers: ranked, selected, and written down with their reasons and score components."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from digest.models.snapshot import section_json
from digest.ranking import Limits, Ranking, rank
from digest.recommending.candidates import CandidateSet
from digest.recommending.features import BatchFeatures, PreferenceRows, build_features, preference_rows
from digest.recommending.interleaving import challenger_for
from digest.recommending.learned_weights import weights_in_force
from digest.recommending.section_writer import SectionWriter

NO_CLOSE_MATCH = "no paper reached the minimum match"


class DigestRequestRow(Protocol):
    """A request for a digest: a row of the planner, or anything with the same fields."""

    @property
    def pk(self) -> int: ...  # noqa: D102
    @property
    def period(self) -> date: ...  # noqa: D102
    @property
    def max_papers(self) -> int: ...  # noqa: D102
    @property
    def reading_minutes(self) -> int | None: ...  # noqa: D102
    @property
    def least_match(self) -> int: ...  # noqa: D102


class DigestRequest(NamedTuple):
    """A request for the digest of one subscriber, or of someone trying out preferences."""

    pk: int
    period: date
    max_papers: int
    reading_minutes: int | None
    least_match: int


class DigestSnapshot(NamedTuple):
    """The snapshot of one subscriber's papers: a section as `section_json` makes it."""

    section: str
    is_worth_sending: bool
    why_not: str = ""


class RankedBatch(NamedTuple):
    """The features and the ranking of a batch of subscribers."""

    features: BatchFeatures
    ranking: Ranking


def digest_snapshots(
    subscribers: Sequence[DigestRequestRow],
    candidates: CandidateSet,
    now: datetime,
    preferences: PreferenceRows | None = None,
) -> Iterator[DigestSnapshot]:
    """Yield the snapshot of each subscriber's digest, in the order given.

    preferences: their preferences if these are only being tried out; then no one takes part in an experiment.
    """
    batch = rank_batch(subscribers, candidates, now, preferences)
    writer = SectionWriter(batch.features, batch.ranking, candidates)
    close = has_close_match(subscribers, batch.ranking).tolist()
    for row, count in enumerate((batch.ranking.papers >= 0).sum(axis=1).tolist()):
        if count and not close[row]:
            empty = section_json((), len(candidates.papers))
            yield DigestSnapshot(empty, is_worth_sending=False, why_not=NO_CLOSE_MATCH)
        else:
            yield DigestSnapshot(writer.section(row, count), is_worth_sending=count > 0)


def rank_batch(
    subscribers: Sequence[DigestRequestRow],
    candidates: CandidateSet,
    now: datetime,
    preferences: PreferenceRows | None = None,
) -> RankedBatch:
    """Rank the candidates for a batch of subscribers, by their preferences: the stored ones, unless given."""
    keys = [subscriber.pk for subscriber in subscribers]
    rows = preference_rows(keys, candidates, now) if preferences is None else preferences
    features = build_features(keys, rows, candidates, now)
    draws = random_draws(subscribers)
    challenger = challenger_for(draws) if preferences is None and candidates.papers else None
    limits = _limits(subscribers, candidates, draws)
    return RankedBatch(features, rank(features.users, candidates.arrays, limits, challenger, weights_in_force()))


def random_draws(subscribers: Sequence[DigestRequestRow]) -> NDArray[np.float64]:
    """Return a random draw from 0 to 1 for each, seeded by subscriber and day: a second run draws the same."""
    numbers = np.array([subscriber.pk * 1_000_003 + subscriber.period.toordinal() for subscriber in subscribers])
    # Knuth's multiplicative hash: neighbours end up far apart.
    mixed = (numbers.astype(np.uint64) * np.uint64(2_654_435_761)) & np.uint64(0xFFFFFFFF)
    return mixed / 2**32


def has_close_match(subscribers: Sequence[DigestRequestRow], ranking: Ranking) -> NDArray[np.bool_]:
    """Return the mask of subscribers with a paper that matches as closely as they asked: (subscribers,)."""
    least = np.array([subscriber.least_match for subscriber in subscribers]) / 100
    papers = ranking.papers
    matches = np.where(papers >= 0, np.take_along_axis(ranking.scored.match, np.maximum(papers, 0), axis=1), 0)
    return np.asarray(matches.max(axis=1, initial=0) >= least)


def _limits(subscribers: Sequence[DigestRequestRow], candidates: CandidateSet, draws: NDArray[np.float64]) -> Limits:
    papers = np.array([subscriber.max_papers for subscriber in subscribers])
    if not candidates.papers or not any(subscriber.reading_minutes for subscriber in subscribers):
        return Limits(papers, draws)
    minutes = np.array([subscriber.reading_minutes or np.inf for subscriber in subscribers])
    return Limits(papers, draws, minutes, candidates.minutes)
