"""Pending sign-ups. One for a reader who left is kept apart from their row until it is confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from subscriptions import hooks, preferences
from subscriptions.models import Consent, Status, Subscriber, Topic
from subscriptions.models.choices import ASKS_BESIDE
from subscriptions.models.subscriber import CHOICES


@dataclass(frozen=True)
class PendingSignUp:
    """What a confirmation would apply: an unsaved subscriber with the request's choices, and the rest of it."""

    subscriber: Subscriber
    topics: Sequence[Topic]
    words: Sequence[str]


def packed(email: str, choices: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a sign-up form as JSON-compatible values."""
    chosen = {name: choices[name] for name in CHOICES & choices.keys() if choices[name] != ""}
    return {
        "email": email,
        "chosen": {name: _plain(value) for name, value in chosen.items()},
        "topics": [topic.pk for topic in choices["topics"]],
        **{name: list(choices.get(name, ())) for name in ("follow", "mute", "authors")},
        "said": {str(key): answer for key, answer in choices.get("said", {}).items()},
    }


def sign_up_of(subscriber: Subscriber) -> PendingSignUp | None:
    """Return the sign-up waiting for this subscriber's confirmation; None if there is none."""
    if subscriber.status == Status.PENDING:
        return _own_row(subscriber)
    if subscriber.status not in ASKS_BESIDE:
        return None
    request = subscriber.consents.requests().last()
    if request is None:
        return _own_row(subscriber) if asked_before_signing_in(subscriber) else None
    row = Subscriber.objects.get(pk=subscriber.pk)
    row.choose(_chosen(request))
    return PendingSignUp(row, _topics(request), _choices(request)["follow"])


def asked_before_signing_in(subscriber: Subscriber) -> bool:
    """Return whether someone signed up and then signed in before confirming: their choices are in their row."""
    if subscriber.status != Status.ACCOUNT:
        return False
    return subscriber.consents.given().filter(confirmed_at=None, withdrawn_at=None).exists()


def _own_row(subscriber: Subscriber) -> PendingSignUp:
    return PendingSignUp(subscriber, list(subscriber.topics.all()), preferences.preferences_of(subscriber).follow)


def apply_request(subscriber: Subscriber, request: Consent, at: datetime) -> None:
    """Apply the choices of a request to a former reader; earlier feedback and preferences stay."""
    choices = _choices(request)
    subscriber.email = choices["email"]
    subscriber.choose({**_chosen(request), "paused_until": None})
    subscriber.save()
    subscriber.follow(_topics(request))
    preferences.ask_for(subscriber, preferences.Preferences.of_words(choices))
    answers = {int(key): answer for key, answer in choices["said"].items()}
    hooks.keep_sign_up_answers(subscriber.pk, answers, at)


def _choices(request: Consent) -> dict[str, Any]:
    """Return the data that `packed` made."""
    return request.choices or {}


def _chosen(request: Consent) -> dict[str, Any]:
    """Return the subscriber's fields, as the form gave them."""
    fields: dict[str, Any] = {field.name: field for field in Subscriber._meta.concrete_fields}
    return {name: fields[name].to_python(value) for name, value in _choices(request)["chosen"].items()}


def _topics(request: Consent) -> list[Topic]:
    """Return the ticked topics that still exist."""
    return list(Topic.objects.filter(pk__any_of=_choices(request)["topics"]))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | time) else value
