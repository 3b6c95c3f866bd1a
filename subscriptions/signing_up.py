"""The steps of signing up, from asking to coming back after leaving. Consent is on record at each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from subscriptions import wishes
from subscriptions.addresses import key_of
from subscriptions.models import Consent, Status, Subscriber, Suppression


@dataclass(frozen=True)
class Asked:
    """When somebody asked for something, and from which network address."""

    at: datetime
    address: str | None


def wording() -> str:
    """Return what one agrees to by signing up."""
    return (
        f"I want to get research papers from {settings.SITE_NAME} by mail, as often as chosen here. "
        "I can stop it with one click in any mail."
    )


@transaction.atomic
def sign_up(email: str, choices: dict[str, Any], asked: Asked) -> Subscriber | None:
    """Keep a request to be written to; return whose it is, None where no mail may go.

    Nothing changes for somebody who is active: a stranger may have typed the address.
    """
    if Suppression.objects.covers(email):
        return None
    locked = Subscriber.objects.select_for_update(of=("self",))
    subscriber, _ = locked.get_or_create(email_key=key_of(email), defaults={"email": email, "created_at": asked.at})
    if subscriber.status not in (Status.PENDING, Status.UNSUBSCRIBED):
        return subscriber
    subscriber.ask_again(email, asked.at)
    subscriber.choose(choices)
    subscriber.save()
    subscriber.follow(choices["topics"])
    wishes.ask_for(subscriber, choices.get("follow", ()))
    # Feedback belongs to the part above this one: known here only as what hangs on a subscriber.
    subscriber.feedback.answer(subscriber, choices.get("said", {}), asked.at)
    Consent.objects.update_or_create(
        subscriber=subscriber,
        confirmed_at=None,
        withdrawn_at=None,
        defaults={"wording": wording(), "requested_at": asked.at, "requested_from": asked.address},
    )
    return subscriber


@transaction.atomic
def confirm(subscriber: Subscriber, asked: Asked) -> bool:
    """Make a sign-up count, with its consent; return whether it counts now. Doing it twice changes nothing."""
    subscriber = _locked(subscriber)
    if subscriber.status == Status.PENDING and not Suppression.objects.covers(subscriber.email):
        subscriber.confirm(asked.at)
        open_consents = subscriber.consents.filter(confirmed_at=None, withdrawn_at=None)
        open_consents.update(confirmed_at=asked.at, confirmed_from=asked.address)
    return subscriber.is_active


@transaction.atomic
def come_back(subscriber: Subscriber, asked: Asked) -> bool:
    """Undo an unsubscription of a moment ago, as a consent of its own; return whether mail comes again.

    Only for a while: the link to leave is in every mail for ever, and mails are passed on.
    """
    subscriber = _locked(subscriber)
    if subscriber.can_come_back(asked.at) and not Suppression.objects.covers(subscriber.email):
        subscriber.confirm(asked.at)
        agreed = {"requested_at": asked.at, "requested_from": asked.address}
        confirmed = {"confirmed_at": asked.at, "confirmed_from": asked.address}
        Consent.objects.create(subscriber=subscriber, wording=wording(), **agreed, **confirmed)
    return subscriber.is_active


def forget_unconfirmed(before: datetime, batch: int = 500) -> int:
    """Delete the sign-ups asked for before then and never confirmed, a batch at a time; return how many."""
    forgotten = 0
    while keys := list(Subscriber.objects.never_confirmed(before).values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            # Asked again, for one may have confirmed meanwhile.
            gone = Subscriber.objects.never_confirmed(before).select_for_update().filter(pk__in=keys)
            forgotten += gone.delete()[1].get("subscriptions.Subscriber", 0)
    return forgotten


def _locked(subscriber: Subscriber) -> Subscriber:
    return Subscriber.objects.select_for_update().get(pk=subscriber.pk)
