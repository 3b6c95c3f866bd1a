"""The arrays that go into ranking and come out of it.

Users and candidates stand in rows and columns: (users, candidates), or (1, candidates) and (1, 1) where all rows or all
cells are the same. Places in a digest are (users, places), best first, -1 where nothing is left.
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
    """What a batch of users wants. With candidates: (users, candidates), or (1, 1) where nobody wants such."""

    # (users, topics): 1 where followed, more or less for more or less of it; True where never wanted.
    follows: Floats
    never: Bools
    keyword: Floats = ZERO
    author: Floats = ZERO
    affinity: Floats = ZERO
    muted: Bools = NO_MASK
    # (users,): whether they follow a word or an author, whatever is among these candidates.
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
    # Several editions have no common order: votes tell which of their papers come first.
    is_single_edition: bool = False


class Limits(NamedTuple):
    """How much each user wants, and what chance holds for them."""

    # (users,): papers at most.
    papers: NDArray[np.int64]
    # (users,): from 0 to 1, the same for the same digest; it decides what is shown to explore.
    draws: NDArray[np.float64]
    # (users,): minutes of reading at most, and (candidates,): what each paper takes. None where nobody set a limit.
    minutes: NDArray[np.float64] | None = None
    reading_time: Floats | None = None


class ScoreComponents(NamedTuple):
    """What speaks for and against candidates.

    From 0 to 1, but: a topic can count up to 2 for who wants more of it, and affinity goes down to -1.
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
    # Above 0 for what they can get.
    scores: Floats
    # How well it fits, from 0 to 1, whatever the curator and the community say.
    match: Floats
    never: Bools
    muted: Bools
    # (users,): who asked for nothing in particular reads whole editions.
    reads_whole_edition: Bools


class Selection(NamedTuple):
    """What each user gets: (users, places), best first, -1 where nothing is left."""

    papers: Indices
    # Whether a paper is there to explore.
    exploratory: Bools


class Ranking(NamedTuple):
    """What each user gets, and why: all (users, places)."""

    scored: ScoredCandidates
    selection: Selection
    # Which reason weighed most, as a place in REASON_CODES.
    reasons: Indices
    # Which followed topic weighed most, or -1.
    topics: Indices
    # Row of a user whose digest two rankers picked in turn → who picked each paper.
    rankers: "dict[int, list[int]]"

    @property
    def papers(self) -> Indices:
        """The selected candidates, best first; -1 where nothing is left."""
        return self.selection.papers
