"""The input and output arrays of ranking.

Users are rows and candidates are columns: (users, candidates), or (1, candidates) and (1, 1) if all rows or all cells
are the same. Positions in a digest are (users, positions), best first, -1 where nothing is left.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
Bools = NDArray[np.bool_]

ZERO: Floats = np.zeros((1, 1), dtype=np.float32)
NO_MASK: Bools = np.zeros((1, 1), dtype=np.bool_)


class UserFeatures(NamedTuple):
    """What a batch of users wants. Per candidate: (users, candidates), or (1, 1) if no one wants that."""

    # (users, topics): 1 if followed, higher or lower for more or less of it. `never`: True if never wanted.
    follows: Floats
    never: Bools
    keyword: Floats = ZERO
    author: Floats = ZERO
    affinity: Floats = ZERO
    excluded: Bools = NO_MASK
    # (users,): whether they follow a word or an author, whether or not a candidate matches.
    has_explicit_interests: Bools = NO_MASK[0]


class CandidateFeatures(NamedTuple):
    """Papers in the curator's order. tags: (candidates, topics); pinned: (candidates,).

    votes, novelty: (1, candidates). redundancy: (candidates, candidates), see `diversity.redundancy`.
    """

    tags: Floats
    pinned: Bools
    redundancy: Floats
    votes: Floats = ZERO
    novelty: Floats = ZERO
    # Several editions have no common order, so votes decide which of their papers come first.
    is_single_edition: bool = False


class Limits(NamedTuple):
    """How much each user wants, and their random draws."""

    # (users,): maximum number of papers.
    papers: NDArray[np.int64]
    # (users,): from 0 to 1, the same for the same digest; decides which paper is shown for exploration.
    draws: NDArray[np.float64]
    # (users,): maximum minutes of reading; (candidates,): minutes per paper. None if no one set a limit.
    minutes: NDArray[np.float64] | None = None
    reading_time: Floats | None = None


class ScoreComponents(NamedTuple):
    """What speaks for and against candidates.

    From 0 to 1, except that a topic counts up to 2 for users who want more of it, and affinity goes down to -1.
    """

    topic: Floats = ZERO
    keyword: Floats = ZERO
    author: Floats = ZERO
    affinity: Floats = ZERO
    votes: Floats = ZERO
    novelty: Floats = ZERO


class ScoredCandidates(NamedTuple):
    """Every candidate for every user: (users, candidates)."""

    components: ScoreComponents
    # Above 0 for papers they can get.
    scores: Floats
    # How well it matches, from 0 to 1, regardless of the curator and the community.
    match: Floats
    never: Bools
    excluded: Bools
    # (users,): those who asked for nothing in particular read whole editions.
    reads_whole_edition: Bools


class Selection(NamedTuple):
    """What each user gets: (users, positions), best first, -1 where nothing is left."""

    papers: Indices
    # Whether a paper is there for exploration.
    exploratory: Bools


class Ranking(NamedTuple):
    """What each user gets, and why: all (users, positions)."""

    scored: ScoredCandidates
    selection: Selection
    # The strongest reason, as an index into REASON_CODES.
    reasons: Indices
    # The strongest followed topic, or -1.
    topics: Indices
    # Row of a user with an interleaved digest → which ranker picked each paper.
    rankers: "dict[int, list[int]]"

    @property
    def papers(self) -> Indices:
        """The selected candidates, best first; -1 where nothing is left."""
        return self.selection.papers
