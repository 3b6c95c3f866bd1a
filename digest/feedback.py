"""What readers say about papers: kept, taken back, told."""

from datetime import datetime

from django.db import transaction

from digest import profiles
from digest.models import Feedback
from digest.models.feedback import OPINIONS
from subscriptions.models import Subscriber

Kind = Feedback.Kind


def say(subscriber: Subscriber, paper: int, kind: Kind, at: datetime) -> bool:
    """Keep what a subscriber says about a paper (its key); return whether it is new. More and less end each other."""
    with transaction.atomic():
        # One after the other: two presses at once must not leave two opinions.
        Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        said = Feedback.objects.filter(subscriber=subscriber, paper=paper)
        if kind in OPINIONS:
            said.opinions().exclude(kind=kind).delete()
        _, is_new = said.get_or_create(subscriber=subscriber, paper_id=paper, kind=kind, defaults={"at": at})
        profiles.learn(subscriber.pk, at)
    return is_new


def take_back(subscriber: Subscriber, paper: int, kind: Kind, at: datetime) -> bool:
    """Forget what a subscriber said about a paper (its key); return whether there was anything to forget."""
    rows, _ = Feedback.objects.filter(subscriber=subscriber, paper=paper, kind=kind).delete()
    if rows:
        profiles.learn(subscriber.pk, at)
    return bool(rows)


def said_about(subscriber: Subscriber, paper: int) -> set[str]:
    """Return the kinds of all that a subscriber said about a paper (its key)."""
    return set(Feedback.objects.filter(subscriber=subscriber, paper=paper).values_list("kind", flat=True))
