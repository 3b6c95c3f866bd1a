"""Hooks: they let an application above react to events of a subscriber without being imported here.

Applications fill them in `AppConfig.ready()`. Subscribers are passed by key.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db.models import Count
from django.http import HttpRequest, HttpResponse

# Answers given while signing up: subscriber, answers by the key of what they are about, time.
sign_up_answers: list[Callable[[int, Mapping[int, str], datetime], None]] = []

# The last day for which a subscriber was served, None if there is none: they are not served for it again.
last_served: list[Callable[[int], date | None]] = []

# Called right before a subscriber is deleted, in the same transaction: for anything that outlives the row.
before_erasure: list[Callable[[int], None]] = []

# The subscriber (key) who is signed in, for a request; None if no one is.
signed_in: list[Callable[[HttpRequest], int | None]] = []

# When the link from an email was made that keeps someone signed in; None if they signed in themselves, or not at all.
signed_in_by_link: list[Callable[[HttpRequest], datetime | None]] = []

# Sends someone who is not signed in to the sign-in page, and back afterwards.
ask_to_sign_in: list[Callable[[HttpRequest], HttpResponse]] = []

# What is counted for each topic, by name: forms list the topics with the highest counts first.
topic_counts: dict[str, Count] = {}


def keep_sign_up_answers(subscriber: int, answers: Mapping[int, str], at: datetime) -> None:
    """Pass on the answers someone gave while signing up."""
    for keep in sign_up_answers:
        keep(subscriber, answers, at)


def last_served_day(subscriber: int) -> date | None:
    """Return the last day for which a subscriber was served; None if there is none."""
    return max((day for last in last_served if (day := last(subscriber))), default=None)


def prepare_erasure(subscriber: int) -> None:
    """Detach anything that outlives a subscriber's row."""
    for prepare in before_erasure:
        prepare(subscriber)


def signed_in_subscriber(request: HttpRequest) -> int | None:
    """Return the subscriber (key) who is signed in; None if no one is."""
    return next((key for ask in signed_in if (key := ask(request)) is not None), None)


def link_that_signed_in(request: HttpRequest) -> datetime | None:
    """Return when the link was made that keeps someone signed in; None if they signed in themselves, or not at all."""
    return next((made_at for ask in signed_in_by_link if (made_at := ask(request)) is not None), None)
