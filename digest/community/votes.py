"""Votes for papers → each paper's count and trending score, written once per vote.

In digests, votes fade: digest.ranking.vote_decay.
"""

import math
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum

from digest.models import Member, Paper, Vote

# Days are counted from here; any day would do.
DAY_ZERO = datetime(2020, 1, 1, tzinfo=UTC)
# The weight of a vote by someone who joined a few days ago.
NEW_MEMBER = 0.3
# The weight of a vote for a paper the voter submitted: it is counted but does not affect the ranking.
OWN_PAPER = 0.0


def trending_score(weight: float, day: date) -> float:
    """Return a paper's trending score: log10(1 + weighted votes) + days from DAY_ZERO to its edition.

    Ten times the votes weigh as much as one day. The score never falls over time, so it is stored with each vote and
    needs no job to keep it fresh. Based on the formula that Reddit published for its hot page.
    """
    age = datetime.combine(day, time(), UTC) - DAY_ZERO
    return math.log10(1 + weight) + age.total_seconds() / 86_400


@transaction.atomic
def cast_vote(member: Member, paper: Paper, at: datetime) -> bool:
    """Cast the member's vote for the paper; return whether this call did it. A second call changes nothing."""
    _lock([paper.pk])
    weight = _weight(member, paper, at)
    _, new = Vote.objects.get_or_create(member=member, paper=paper, defaults={"weight": weight, "created_at": at})
    if new:
        count_votes([paper.pk], at)
    return new


@transaction.atomic
def withdraw_vote(member: Member, paper: Paper, at: datetime) -> bool:
    """Withdraw the member's vote; return whether this call did it."""
    _lock([paper.pk])
    deleted, _ = Vote.objects.filter(member=member, paper=paper).delete()
    if deleted:
        count_votes([paper.pk], at)
    return bool(deleted)


@transaction.atomic
def take_back_all(member: Member, at: datetime) -> None:
    """Withdraw all votes of a member, for example one who leaves or is barred."""
    keys = list(Vote.objects.filter(member=member).values_list("paper_id", flat=True))
    _lock(keys)
    Vote.objects.filter(member=member).delete()
    count_votes(keys, at)


def count_votes(papers: Collection[int], at: datetime) -> None:
    """Recount the votes and trending scores of these papers (their keys).

    A recount is correct whatever happened before. A paper in no edition has no trending score.
    """
    given = {"given": Count("given_votes"), "weight": Sum("given_votes__weight")}
    papers_with_votes = Paper.objects.filter(pk__any_of=papers).select_related("entry__edition").annotate(**given)
    rows: list[Any] = list(papers_with_votes)
    for paper in rows:
        paper.votes = paper.given
        paper.hot = trending_score(paper.weight or 0, paper.entry.edition.day) if hasattr(paper, "entry") else 0
        paper.voted_at = at
    Paper.objects.bulk_update(rows, ["votes", "hot", "voted_at"], batch_size=500)


def voted_by(member: Member, papers: Collection[int]) -> set[int]:
    """Return which of these papers (their keys) the member voted for."""
    return set(Vote.objects.filter(member=member, paper__any_of=papers).values_list("paper_id", flat=True))


def _weight(member: Member, paper: Paper, at: datetime) -> float:
    if paper.submissions.filter(member=member).exists():
        return OWN_PAPER
    return NEW_MEMBER if member.is_new(at) else 1.0


def _lock(papers: Collection[int]) -> None:
    # Two simultaneous votes would each count without the other. Locked in a fixed order, so that there is no deadlock.
    list(Paper.objects.select_for_update().filter(pk__any_of=papers).order_by("pk").values_list("pk"))
