"""From what users want to what they get: score, select, explain. Arrays in, arrays out, deterministic."""

from collections.abc import Mapping

import numpy as np

from digest.ranking import diversity, scoring
from digest.ranking.arrays import (
    NO_MASK,
    ZERO,
    CandidateFeatures,
    Limits,
    Ranking,
    ScoreComponents,
    ScoredCandidates,
    Selection,
    UserFeatures,
)
from digest.ranking.exploration import explore
from digest.ranking.interleaving import Challenger, interleave
from digest.ranking.reasons import strongest_reasons

# An affinity above this qualifies a paper without a followed topic: one in fifty pairs of seed papers is as close.
AFFINITY_THRESHOLD = np.float32(0.25)
# What every paper scores at least for readers of whole editions: no dislike weighs as much.
WHOLE_EDITION_BONUS = np.float32(1.0)


def rank(
    users: UserFeatures,
    candidates: CandidateFeatures,
    limits: Limits,
    challenger: Challenger | None = None,
    weights: Mapping[str, float] = scoring.WEIGHTS,
) -> Ranking:
    """Return which candidates each user gets, best first, and why.

    challenger: another ranker that takes turns in the digests of those who take part. weights: those of the usual one.
    """
    scored = score_candidates(users, candidates, weights)
    selection = within_reading_time(select(scored, candidates, limits), limits)
    rankers: dict[int, list[int]] = {}
    if challenger:
        theirs = score_candidates(users, candidates, challenger.weights)
        second = select(theirs, candidates, limits._replace(draws=np.zeros(len(limits.papers))))
        selection, rankers = interleave(selection, second, limits.papers, challenger)
        selection = within_reading_time(selection, limits)
    return _explained(users, candidates, scored, selection, rankers)


def rank_relevant(
    users: UserFeatures,
    candidates: CandidateFeatures,
    limits: Limits,
    weights: Mapping[str, float] = scoring.WEIGHTS,
) -> Ranking:
    """Return the papers that match each user, best first, and why: no whole editions, no pins, no exploration."""
    scored = score_relevant(users, candidates, weights)
    return _explained(users, candidates, scored, select_relevant(scored, candidates, limits), {})


def score_candidates(
    users: UserFeatures, candidates: CandidateFeatures, weights: Mapping[str, float] = scoring.WEIGHTS
) -> ScoredCandidates:
    """Score every candidate for every user."""
    topic = scoring.topic_match(users.follows, candidates.tags)
    reads_all = ~(users.follows.any(axis=1) | users.has_explicit_interests)
    votes, novelty = candidates.votes, candidates.novelty
    if reads_all.any():
        # Both help to order papers someone asked for, but in a whole edition they would upset the curator's order.
        novelty = np.where(reads_all[:, None], 0, novelty)
        votes = np.where(reads_all[:, None], 0, votes) if candidates.is_single_edition else votes
    components = ScoreComponents(topic, users.keyword, users.author, users.affinity, votes, novelty)
    personal = scoring.weighted_sum(components._replace(votes=ZERO, novelty=ZERO))
    never = (users.never.astype(np.float32) @ (candidates.tags.T > 0)) > 0 if users.never.any() else NO_MASK
    eligible = is_relevant(components) | candidates.pinned | reads_all[:, None]
    eligible &= ~(never | users.excluded)
    bonus = scoring.PIN_BONUS * candidates.pinned + scoring.curator_order(len(candidates.tags))
    scores = scoring.weighted_sum(components, weights) + bonus + WHOLE_EDITION_BONUS * reads_all[:, None]
    match = np.clip(personal + reads_all[:, None], 0, 1)
    eligible_scores = np.where(eligible, scores, 0).astype(np.float32)
    return ScoredCandidates(components, eligible_scores, match, never, users.excluded, reads_all)


def score_relevant(
    users: UserFeatures, candidates: CandidateFeatures, weights: Mapping[str, float] = scoring.WEIGHTS
) -> ScoredCandidates:
    """Score every candidate for every user, with 0 if nothing personal speaks for it."""
    scored = score_candidates(users, candidates, weights)
    relevant = is_relevant(scored.components)
    return scored._replace(scores=np.where(relevant, scored.scores, 0).astype(np.float32))


def is_relevant(components: ScoreComponents) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Return the mask of candidates that something personal speaks for: (users, candidates)."""
    relevant = (components.topic > 0) | (components.keyword > 0) | (components.author > 0)
    return np.asarray(relevant | (components.affinity > AFFINITY_THRESHOLD))


def select(scored: ScoredCandidates, candidates: CandidateFeatures, limits: Limits) -> Selection:
    """Select each user's papers: the best, different from each other, and one for exploration."""
    # Whole editions are read in the curator's order until something is known about what the user likes.
    diversity_weight = (~scored.reads_whole_edition | scored.components.affinity.any(axis=1)).astype(np.float32)
    papers = _best(scored, candidates, limits, diversity_weight)
    allowed = ~(scored.never | scored.excluded) & (scored.scores <= 0) & ~scored.reads_whole_edition[:, None]
    # A paper the user may dislike is not worth exploring.
    allowed &= scored.components.affinity >= 0
    appeal = candidates.votes + candidates.novelty
    explored = explore(papers, allowed, np.broadcast_to(appeal, allowed.shape), limits.papers, limits.draws)
    return Selection(*explored)


def select_relevant(scored: ScoredCandidates, candidates: CandidateFeatures, limits: Limits) -> Selection:
    """Select each user's papers: the best, different from each other."""
    papers = _best(scored, candidates, limits, np.ones(len(scored.scores), dtype=np.float32))
    return Selection(papers, np.zeros(papers.shape, dtype=np.bool_))


def within_reading_time(selection: Selection, limits: Limits) -> Selection:
    """Keep as much of each list as can be read in the time the user asked for, and always the first paper."""
    if limits.minutes is None or limits.reading_time is None:
        return selection
    takes = np.where(selection.papers >= 0, limits.reading_time[selection.papers], 0).cumsum(axis=1)
    too_long = (takes > limits.minutes[:, None]) & (np.arange(selection.papers.shape[1]) > 0)
    return Selection(np.where(too_long, -1, selection.papers), selection.exploratory & ~too_long)


def _best(
    scored: ScoredCandidates,
    candidates: CandidateFeatures,
    limits: Limits,
    diversity_weight: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.intp]]":
    places = int(limits.papers.max(initial=0))
    papers = diversity.select_diverse(scored.scores, candidates.redundancy, places, diversity_weight)
    papers[np.arange(papers.shape[1]) >= limits.papers[:, None]] = -1
    return papers


def _explained(
    users: UserFeatures,
    candidates: CandidateFeatures,
    scored: ScoredCandidates,
    selection: Selection,
    rankers: dict[int, list[int]],
) -> Ranking:
    reasons = strongest_reasons(scored, candidates, selection)
    topics = scoring.strongest_topic(users.follows, candidates.tags, selection.papers)
    return Ranking(scored, selection, reasons, topics, rankers)
