"""Open tracking: which papers readers open, recorded only with consent and deleted when it is withdrawn."""

from datetime import datetime

from django.db import transaction

from digest.community import feedback, user_profiles
from digest.models import Feedback
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.tokens import BadToken, read_token, sign_token


def pass_of(subscriber: Subscriber) -> str:
    """Return the token with which a browser reports what a subscriber opens, if they allow it; "" otherwise.

    It contains the time of their consent, so it becomes invalid for good when they withdraw it.
    """
    since = subscriber.may_note_opens_since
    return sign_token(Purpose.OPENS, f"{subscriber.public_id.hex}.{since.timestamp()}") if since else ""


def bearer_of(token: str) -> Subscriber | None:
    """Return the subscriber of a token; None if it is invalid, expired, or consent was withdrawn."""
    try:
        public_id, _, since = read_token(Purpose.OPENS, token).partition(".")
    except BadToken:
        return None
    allowing = Subscriber.objects.active().filter(may_note_opens_since__isnull=False)
    subscriber = allowing.filter(public_id=public_id).first()
    agreed = subscriber and subscriber.may_note_opens_since
    return subscriber if agreed and str(agreed.timestamp()) == since else None


@transaction.atomic
def record_open(subscriber: Subscriber, paper: int, at: datetime) -> bool:
    """Record once that a subscriber opened a paper (its key); return whether that is new, with consent still given."""
    # Locked, so that nothing is recorded after permission was withdrawn.
    row = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    opened = Feedback.objects.filter(subscriber=row, paper=paper, kind=Feedback.Kind.OPENED)
    if row.may_note_opens_since is None or opened.exists():
        return False
    return feedback.give_feedback(row, paper, Feedback.Kind.OPENED, at)


@transaction.atomic
def forget_open(subscriber: Subscriber, at: datetime) -> None:
    """Stop recording openings, and delete what was recorded and what was learned from it."""
    row = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    row.may_note_opens_since = None
    row.save(update_fields=["may_note_opens_since"])
    if Feedback.objects.filter(subscriber=row, kind=Feedback.Kind.OPENED).delete()[0]:
        user_profiles.learn(row.pk, at)
    subscriber.refresh_from_db()
