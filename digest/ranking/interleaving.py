"""Two rankers in one digest, to see which one readers prefer; pure functions.

Team-draft interleaving (Radlinski, Kurup and Joachims, CIKM 2008): like two captains picking teams, the rankers take
turns picking the best paper left, and a coin toss decides who begins each round. What a reader does with a paper
counts for the ranker that picked it.
"""

import random
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digest.ranking.arrays import Bools, Selection
from digest.ranking.scoring import WEIGHTS


class Ranker(IntEnum):
    """Which ranker picked a paper."""

    USUAL = 0
    CHALLENGER = 1
    # Neither: the paper is there for exploration.
    NOBODY = -1


# How other rankers weight the score components. Each is the usual one except for what its name says.
CHALLENGERS: dict[str, Mapping[str, float]] = {
    "plain": WEIGHTS | {"affinity": 0.0, "votes": 0.0, "novelty": 0.0},
    "more-taste": WEIGHTS | {"affinity": 2 * WEIGHTS["affinity"]},
    "more-votes": WEIGHTS | {"votes": 4 * WEIGHTS["votes"]},
    "more-novelty": WEIGHTS | {"novelty": 10 * WEIGHTS["novelty"]},
}


class Challenger(NamedTuple):
    """Another ranker, and the users in whose digests it picks."""

    weights: Mapping[str, float]
    # (users,): whether each takes part.
    takes_part: Bools
    # (users,): from 0 to 1, the same for the same digest; decides who begins each round.
    draws: NDArray[np.float64]


def interleave(
    usual: Selection, second: Selection, limits: NDArray[np.int64], challenger: Challenger
) -> tuple[Selection, dict[int, list[int]]]:
    """Return the selection with the challenger's picks in the digests of those who take part, and who picked what.

    limits: (users,), maximum number of papers.
    """
    papers, exploratory = usual.papers.copy(), usual.exploratory.copy()
    rankers: dict[int, list[int]] = {}
    for row in np.flatnonzero(challenger.takes_part).tolist():
        explored = usual.papers[row][usual.exploratory[row]].tolist()
        ours = usual.papers[row][~usual.exploratory[row]].tolist()
        theirs = second.papers[row][~second.exploratory[row]].tolist()
        coins = random.Random(int(challenger.draws[row] * 2**32)).getrandbits(64)  # noqa: S311 - not a secret
        room = min(int(limits[row]), papers.shape[1]) - len(explored)
        picked, who = team_draft(
            [paper for paper in ours if paper >= 0],
            [paper for paper in theirs if paper >= 0 and paper not in explored],
            room,
            coins,
        )
        rankers[row] = [*who, *[Ranker.NOBODY] * len(explored)]
        papers[row] = -1
        papers[row, : len(picked) + len(explored)] = picked + explored
        exploratory[row] = False
        exploratory[row, len(picked) : len(picked) + len(explored)] = True
    return Selection(papers, exploratory), rankers


def team_draft(
    usual: Sequence[int], challenger: Sequence[int], limit: int, coins: int
) -> tuple[list[int], list[Ranker]]:
    """Return at most `limit` papers from two lists, both best first, and who picked each.

    coins: a number whose bits say who begins each round.
    """
    picked: list[int] = []
    rankers: list[Ranker] = []
    lists = {Ranker.USUAL: usual, Ranker.CHALLENGER: challenger}
    while len(picked) < limit:
        first = Ranker(coins & 1)
        coins >>= 1
        before = len(picked)
        for ranker in (first, Ranker(1 - first)):
            best = next((paper for paper in lists[ranker] if paper not in picked), None)
            if best is not None and len(picked) < limit:
                picked.append(best)
                rankers.append(ranker)
        if len(picked) == before:
            break
    return picked, rankers
