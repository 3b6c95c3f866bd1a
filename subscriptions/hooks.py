"""Hooks: where an application above takes part in what happens to a subscriber, without being known here.

Applications fill them in `AppConfig.ready()`. Subscribers go by their key.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db.models import Count
from django.http import HttpRequest, HttpResponse

# What somebody answered while signing up: subscriber, answers by what they are about (its key), moment.
sign_up_answers: list[Callable[[int, Mapping[int, str], datetime], None]] = []

# The last day in whose period a subscriber was served, None where there is none: they are not served in it again.
last_served: list[Callable[[int], date | None]] = []

# Called right before a subscriber is deleted, in the transaction: for what outlives the row.
before_erasure: list[Callable[[int], None]] = []

# The subscriber (key) who is signed in where a request comes from; None where nobody is.
signed_in: list[Callable[[HttpRequest], int | None]] = []

# What leads somebody who is not signed in to where one signs in, and back.
ask_to_sign_in: list[Callable[[HttpRequest], HttpResponse]] = []

# What is counted of each topic, by name: in a form, topics with most of it stand first.
topic_counts: dict[str, Count] = {}


def keep_sign_up_answers(subscriber: int, answers: Mapping[int, str], at: datetime) -> None:
    """Hand on what somebody answered while signing up."""
    for keep in sign_up_answers:
        keep(subscriber, answers, at)


def last_served_day(subscriber: int) -> date | None:
    """Return the last day in whose period a subscriber was served; None where there is none."""
    return max((day for last in last_served if (day := last(subscriber))), default=None)


def prepare_erasure(subscriber: int) -> None:
    """Let go of what outlives a subscriber's row."""
    for prepare in before_erasure:
        prepare(subscriber)


def signed_in_subscriber(request: HttpRequest) -> int | None:
    """Return the subscriber (key) who is signed in; None where nobody is."""
    return next((key for ask in signed_in if (key := ask(request)) is not None), None)
