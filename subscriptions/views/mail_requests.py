"""Shared by all forms that send a mail: check the limits first, then send it by a task after the commit."""

from collections.abc import Callable
from functools import partial, wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from subscriptions import limits, outgoing, tasks
from subscriptions.models import Subscriber
from subscriptions.signing_up import ConsentRequest

View = Callable[[HttpRequest], HttpResponse]

# Not the key of any row: the task finds no one to email.
NOBODY = 0


def consent_request_of(request: HttpRequest) -> ConsentRequest:
    """Return when and from where the request came."""
    return ConsentRequest(timezone.now(), limits.client_address(request))


def asks_for_mail(view: View) -> View:
    """Respond in place of a view if the network requests too many mails."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except limits.TooManyFromNetworkError as error:
            minutes = -(-error.retry_after // 60)
            response = render(request, "subscriptions/too_many.html", {"minutes": minutes}, status=429)
            response["Retry-After"] = str(error.retry_after)
            return response

    return wrapped


def enqueue(name: str, subscriber: Subscriber | None) -> None:
    """Queue the mail of that name, to a subscriber or to NOBODY.

    It is always queued: response times must not reveal which addresses are known.
    """
    pk = subscriber.pk if subscriber else NOBODY
    outgoing.queue_mail(name, pk, partial(tasks.send_mail.delay, name, pk))
