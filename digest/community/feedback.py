"""Readers' feedback on papers: storing, withdrawing and reading it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from digest.community import library, user_profiles
from digest.models import Feedback, Paper
from digest.models.feedback import OPINIONS
from subscriptions.models import Subscriber

Kind = Feedback.Kind


def give_feedback(subscriber: Subscriber, paper: int, kind: Kind, at: datetime) -> bool:
    """Store a subscriber's feedback on a paper (its key); return whether it is new. Opinions replace each other."""
    with transaction.atomic():
        # One after the other: two simultaneous clicks must not leave two opinions.
        Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        answers = Feedback.objects.filter(subscriber=subscriber, paper=paper)
        if kind in OPINIONS:
            answers.opinions().exclude(kind=kind).delete()
        _, is_new = answers.get_or_create(subscriber=subscriber, paper_id=paper, kind=kind, defaults={"at": at})
        if kind == Kind.SAVED:
            library.open_entry(subscriber, Paper.objects.get(pk=paper))
        user_profiles.learn(subscriber.pk, at)
    return is_new


def give_many(subscriber: Subscriber, answers: Mapping[int, str], at: datetime) -> None:
    """Store a subscriber's feedback on many papers (keys) at once; earlier opinions stay."""
    with transaction.atomic():
        Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        judged = set(Feedback.objects.opinions().filter(subscriber=subscriber).values_list("paper_id", flat=True))
        new = {key for key, kind in answers.items() if kind not in OPINIONS or key not in judged}
        papers = Paper.objects.with_page().filter(pk__any_of=new).values_list("pk", flat=True)
        rows = [Feedback(subscriber=subscriber, paper_id=key, kind=answers[key], at=at) for key in papers]
        Feedback.objects.bulk_create(rows, ignore_conflicts=True)
        user_profiles.learn(subscriber.pk, at)


def withdraw_feedback(subscriber: Subscriber, paper: int, kind: Kind, at: datetime) -> bool:
    """Delete a subscriber's feedback on a paper (its key); return whether there was any."""
    rows, _ = Feedback.objects.filter(subscriber=subscriber, paper=paper, kind=kind).delete()
    if rows:
        if kind == Kind.SAVED:
            library.close_entry(subscriber, paper)
        user_profiles.learn(subscriber.pk, at)
    return bool(rows)


def feedback_by_paper(subscriber: Subscriber, papers: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the kinds of a subscriber's feedback on each of these papers (their keys), in one query."""
    kinds: dict[int, set[str]] = {}
    rows = Feedback.objects.filter(subscriber=subscriber, paper__any_of=papers)
    for paper, kind in rows.values_list("paper_id", "kind"):
        kinds.setdefault(paper, set()).add(kind)
    return {paper: frozenset(own) for paper, own in kinds.items()}


def feedback_on(subscriber: Subscriber, paper: int) -> set[str]:
    """Return the kinds of a subscriber's feedback on a paper (its key)."""
    return set(Feedback.objects.filter(subscriber=subscriber, paper=paper).values_list("kind", flat=True))
