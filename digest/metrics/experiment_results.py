"""Which ranker won an interleaving experiment, by what readers did with the papers each one picked."""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from digest.models import Delivery, Feedback
from digest.models.snapshot import rankers_in
from digest.ranking.interleaving import Ranker

# Credit per kind of feedback. Saving and “more like this” say a lot; opening one says less: readers look to find out.
CREDIT = {Feedback.Kind.SAVED: 5, Feedback.Kind.MORE: 5, Feedback.Kind.OPENED: 3, Feedback.Kind.LESS: -5}
# There is a winner if the chance of seeing this lead between equal rankers is below this.
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class ExperimentResult:
    """How many digests each ranker won, and how many neither won."""

    challenger: str
    usual_won: int
    challenger_won: int
    ties: int

    @property
    def chance(self) -> float:
        """The chance of a result this uneven between equal rankers: the two-sided sign test, which leaves out ties."""
        return sign_test(self.usual_won, self.challenger_won)

    @property
    def winner(self) -> str:
        """The better ranker if there is one: "usual" or the challenger's name, otherwise ""."""
        if self.chance >= SIGNIFICANCE:
            return ""
        return self.challenger if self.challenger_won > self.usual_won else "usual"


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided p-value of the sign test: the binomial test at one half, which is symmetric."""
    trials, tail = wins + losses, min(wins, losses)
    return min(1.0, 2 * sum(math.comb(trials, k) for k in range(tail + 1)) / (1 << trials))


def experiment_result(since: datetime) -> ExperimentResult:
    """Count who won the digests planned since then; a digest without feedback counts for neither."""
    feedback = Feedback.objects.filter(at__gte=since).values_list("subscriber_id", "paper_id", "kind")
    by_reader: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for subscriber, paper, kind in feedback.iterator():
        by_reader[subscriber].append((paper, kind))
    leads = [
        _credit(content, by_reader[subscriber])
        for subscriber, content in Delivery.objects.filter(
            subscriber__any_of=list(by_reader), created_at__gte=since, content__has_key="teams"
        ).values_list("subscriber_id", "content")
    ]
    won = [(lead > 0) - (lead < 0) for lead in leads if lead is not None]
    return ExperimentResult(settings.INTERLEAVE_WITH, won.count(-1), won.count(1), won.count(0))


def _credit(content: dict[str, Any], feedback: list[tuple[int, str]]) -> int | None:
    """Return by how much the challenger leads in one digest; None if there is no feedback on its papers."""
    rankers = rankers_in(content)
    counted = [
        CREDIT[Feedback.Kind(kind)] * (1 if rankers[paper] == Ranker.CHALLENGER else -1)
        for paper, kind in feedback
        if rankers.get(paper, Ranker.NOBODY) != Ranker.NOBODY
    ]
    return sum(counted) if counted else None
