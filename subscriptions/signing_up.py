"""The steps of signing up, from the request to resubscribing. Consent is recorded at each."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from subscriptions import hooks, pending_sign_up, preferences
from subscriptions.addresses import address_key
from subscriptions.models import Consent, Status, Subscriber, Suppression
from subscriptions.models.choices import ASKS_BESIDE


@dataclass(frozen=True)
class ConsentRequest:
    """When someone made a request, and from which network address."""

    at: datetime
    address: str | None


def wording() -> str:
    """Return the text people agree to by signing up."""
    return (
        f"I want research papers from {settings.SITE_NAME} by email, as often as I chose. "
        "I can stop with one click in any email."
    )


@transaction.atomic
def sign_up(email: str, choices: dict[str, Any], consent_request: ConsentRequest) -> Subscriber | None:
    """Store a request to subscribe; return its subscriber, or None if the address must not be emailed.

    A stranger may have typed the address. So nothing changes for an active subscriber, and for someone who left, the
    request is kept apart from their own data. If no one has confirmed yet, the latest request counts.
    """
    if Suppression.objects.covers(email):
        _work_in_vain(choices, consent_request)
        return None
    locked = Subscriber.objects.select_for_update(of=("self",))
    subscriber, _ = locked.get_or_create(
        email_key=address_key(email), defaults={"email": email, "created_at": consent_request.at}
    )
    if subscriber.status == Status.PENDING:
        _keep(subscriber, email, choices, consent_request)
        return subscriber
    _work_in_vain(choices, consent_request)
    if subscriber.status in ASKS_BESIDE:
        _keep_open_consent(subscriber, consent_request, pending_sign_up.packed(email, choices))
    return subscriber


def _keep(subscriber: Subscriber, email: str, choices: dict[str, Any], consent_request: ConsentRequest) -> None:
    """Write a sign-up into the row of someone who never confirmed one."""
    subscriber.ask_again(email, consent_request.at)
    subscriber.choose(choices)
    subscriber.save()
    subscriber.follow(choices["topics"])
    preferences.ask_for(subscriber, preferences.Preferences.of_words(choices))
    hooks.keep_sign_up_answers(subscriber.pk, choices.get("said", {}), consent_request.at)
    _keep_open_consent(subscriber, consent_request, None)


def _keep_open_consent(subscriber: Subscriber, consent_request: ConsentRequest, choices: dict[str, Any] | None) -> None:
    Consent.objects.update_or_create(
        subscriber=subscriber,
        confirmed_at=None,
        withdrawn_at=None,
        defaults={
            "wording": wording(),
            "requested_at": consent_request.at,
            "requested_from": consent_request.address,
            "choices": choices,
        },
    )


def _work_in_vain(choices: dict[str, Any], consent_request: ConsentRequest) -> None:
    """Do the work of a new address, then undo it: response times must not reveal which addresses are known."""
    with transaction.atomic():
        address = f"{uuid.uuid4().hex}@example.invalid"
        nobody = Subscriber.objects.create(email=address, created_at=consent_request.at)
        _keep(nobody, address, choices, consent_request)
        transaction.set_rollback(True)


@transaction.atomic
def confirm_subscription(subscriber: Subscriber, consent_request: ConsentRequest) -> bool:
    """Confirm a sign-up, with its consent; return whether it counts now. Doing it twice changes nothing."""
    subscriber = _locked(subscriber)
    request = subscriber.consents.requests().last()
    waits = (
        subscriber.status == Status.PENDING
        or (subscriber.status in ASKS_BESIDE and request)
        or pending_sign_up.asked_before_signing_in(subscriber)
    )
    if waits and not Suppression.objects.covers(subscriber.email):
        if request:
            pending_sign_up.apply_request(subscriber, request, consent_request.at)
        subscriber.confirm(consent_request.at)
        open_consents = subscriber.consents.filter(confirmed_at=None, withdrawn_at=None)
        open_consents.update(confirmed_at=consent_request.at, confirmed_from=consent_request.address, choices=None)
    return subscriber.is_active


@transaction.atomic
def resubscribe(subscriber: Subscriber, consent_request: ConsentRequest) -> bool:
    """Undo a recent unsubscription, as a separate consent; return whether mail comes again.

    Only for a while: the unsubscribe link is in every mail for ever, and mails get forwarded.
    """
    subscriber = _locked(subscriber)
    if subscriber.can_come_back(consent_request.at) and not Suppression.objects.covers(subscriber.email):
        _confirm_at_once(subscriber, consent_request)
    return subscriber.is_active


@transaction.atomic
def subscribe_signed_in(subscriber: Subscriber, consent_request: ConsentRequest) -> bool:
    """Subscribe someone who is signed in, and so has proved their address; return whether mail comes now."""
    subscriber = _locked(subscriber)
    if subscriber.status in ASKS_BESIDE and not Suppression.objects.covers(subscriber.email):
        subscriber.consents.filter(confirmed_at=None).delete()
        _confirm_at_once(subscriber, consent_request)
    return subscriber.is_active


def _confirm_at_once(subscriber: Subscriber, consent_request: ConsentRequest) -> None:
    subscriber.confirm(consent_request.at)
    subscriber.consents.requests().delete()
    agreed = {"requested_at": consent_request.at, "requested_from": consent_request.address}
    confirmed = {"confirmed_at": consent_request.at, "confirmed_from": consent_request.address}
    Consent.objects.create(subscriber=subscriber, wording=wording(), **agreed, **confirmed)


def delete_unconfirmed(before: datetime, batch: int = 500) -> int:
    """Delete the sign-ups requested before then and never confirmed, a batch at a time; return how many.

    For readers who left, only the request is deleted: they stay on record as having left.
    """
    forgotten = Consent.objects.requests().filter(requested_at__lt=before).delete()[0]
    while keys := list(Subscriber.objects.never_confirmed(before).values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            # Filtered again, because someone may have confirmed meanwhile.
            expired = Subscriber.objects.never_confirmed(before).select_for_update().filter(pk__in=keys)
            forgotten += expired.delete()[1].get("subscriptions.Subscriber", 0)
    return forgotten


def _locked(subscriber: Subscriber) -> Subscriber:
    return Subscriber.objects.select_for_update().get(pk=subscriber.pk)
