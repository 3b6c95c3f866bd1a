"""A share of the readers gets digests that two rankers picked in turn; what they do with them says who is better."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings
from scipy.stats import binomtest

from digest.models import Delivery, Feedback
from digest.ranking.choosing import Chosen, Offer, Readers, choose, rank
from digest.ranking.interleaving import CHALLENGERS, Team, draft

Teams = dict[int, list[Team]]

# What an act says. Saving and asking for more say much, opening says something, for one has to look to know.
CREDIT = {Feedback.Kind.SAVED: 5, Feedback.Kind.MORE: 5, Feedback.Kind.OPENED: 3, Feedback.Kind.LESS: -5}
# Below this chance of seeing such a lead among equals, there is a winner.
SURE = 0.05


@dataclass(frozen=True)
class Standing:
    """How many digests each ranker won, and how many neither did."""

    challenger: str
    usual_won: int
    challenger_won: int
    ties: int

    @property
    def chance(self) -> float:
        """How likely so uneven a result is among equals: the two-sided sign test, which leaves out ties."""
        decided = self.usual_won + self.challenger_won
        return float(binomtest(self.challenger_won, decided).pvalue) if decided else 1.0

    @property
    def winner(self) -> str:
        """Who is better, where that can be said: "usual", the challenger's name, or ""."""
        if self.chance >= SURE:
            return ""
        return self.challenger if self.challenger_won > self.usual_won else "usual"


def is_on() -> bool:
    """Say whether any reader takes part."""
    return settings.INTERLEAVE_SHARE > 0


def interleave(
    readers: Readers,
    offer: Offer,
    usual: Chosen,
    most: Sequence[int],
    chance: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> tuple[Chosen, Teams]:
    """Return the chosen papers with those of the challenger among them, and by row who picked each.

    chance: (subscribers,), from 0 to 1, the same for the same digest. It says who takes part, and who begins.
    """
    theirs = choose(
        rank(readers, offer, CHALLENGERS[settings.INTERLEAVE_WITH]), offer, np.array(most), np.zeros(len(most))
    )
    papers, different = usual.papers.copy(), usual.different.copy()
    teams: Teams = {}
    for row in np.flatnonzero(chance < settings.INTERLEAVE_SHARE).tolist():
        apart = usual.papers[row][usual.different[row]].tolist()
        ours = usual.papers[row][~usual.different[row]].tolist()
        challenger = theirs.papers[row][~theirs.different[row]].tolist()
        coins = random.Random(int(chance[row] * 2**32)).getrandbits(64)  # noqa: S311 - the same for the same digest
        room = min(most[row], papers.shape[1]) - len(apart)
        picked, who = draft(
            [paper for paper in ours if paper >= 0],
            [paper for paper in challenger if paper >= 0 and paper not in apart],
            room,
            coins,
        )
        teams[row] = who + [Team.NOBODY] * len(apart)
        papers[row] = -1
        papers[row, : len(picked) + len(apart)] = picked + apart
        different[row] = False
        different[row, len(picked) : len(picked) + len(apart)] = True
    return Chosen(papers, different), teams


def standing(since: datetime) -> Standing:
    """Count who won the digests planned since then; one about which nobody said anything counts for neither."""
    said = Feedback.objects.filter(at__gte=since).values_list("subscriber_id", "paper_id", "kind")
    by_reader: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for subscriber, paper, kind in said.iterator():
        by_reader[subscriber].append((paper, kind))
    leads = [
        _credit(content, by_reader[subscriber])
        for subscriber, content in Delivery.objects.filter(
            subscriber__any_of=list(by_reader), created_at__gte=since, content__has_key="teams"
        ).values_list("subscriber_id", "content")
    ]
    won = [(lead > 0) - (lead < 0) for lead in leads if lead is not None]
    return Standing(settings.INTERLEAVE_WITH, won.count(-1), won.count(1), won.count(0))


def _credit(content: dict[str, Any], said: list[tuple[int, str]]) -> int | None:
    """Return by how much the challenger leads in one digest; None where nothing was said about its papers."""
    team = {entry[0]: who for entry, who in zip(content["papers"], content["teams"], strict=False)}
    counted = [
        CREDIT[Feedback.Kind(kind)] * (1 if team[paper] == Team.CHALLENGER else -1)
        for paper, kind in said
        if team.get(paper, Team.NOBODY) != Team.NOBODY
    ]
    return sum(counted) if counted else None
