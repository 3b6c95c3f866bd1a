"""Two rankers in one digest, to see which of them readers like better: pure.

Team-draft interleaving (Radlinski, Kurup and Joachims, CIKM 2008): as two captains pick teams, the rankers take turns
in picking the best paper that is left, and chance says in each round who begins. What a reader does with a paper counts
for the ranker that picked it.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from digest.ranking.scoring import WEIGHTS


class Team(IntEnum):
    """Who picked a paper."""

    USUAL = 0
    CHALLENGER = 1
    # Neither: the paper that is there to show something different.
    NOBODY = -1


# What another ranker makes of the parts of a score. Each is the usual one, but for what its name says.
CHALLENGERS: dict[str, Mapping[str, float]] = {
    "plain": WEIGHTS | {"taste": 0.0, "votes": 0.0, "novelty": 0.0},
    "more-taste": WEIGHTS | {"taste": 2 * WEIGHTS["taste"]},
    "more-votes": WEIGHTS | {"votes": 4 * WEIGHTS["votes"]},
    "more-novelty": WEIGHTS | {"novelty": 10 * WEIGHTS["novelty"]},
}


def draft(usual: Sequence[int], challenger: Sequence[int], most: int, coins: int) -> tuple[list[int], list[Team]]:
    """Return at most so many papers of two lists, each best first, and who picked each.

    coins: a number whose bits say who begins in each round.
    """
    picked: list[int] = []
    teams: list[Team] = []
    lists = {Team.USUAL: usual, Team.CHALLENGER: challenger}
    while len(picked) < most:
        first = Team(coins & 1)
        coins >>= 1
        before = len(picked)
        for team in (first, Team(1 - first)):
            best = next((paper for paper in lists[team] if paper not in picked), None)
            if best is not None and len(picked) < most:
                picked.append(best)
                teams.append(team)
        if len(picked) == before:
            break
    return picked, teams
