"""What every form that sends a mail does: limits first, then the mail, by a task, after the commit."""

import logging
from collections.abc import Callable
from functools import partial, wraps

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from kombu.exceptions import OperationalError

from subscriptions import limits, tasks
from subscriptions.models import Subscriber
from subscriptions.signing_up import Asked

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]

# What to wait for where the queue is down.
RETRY_AFTER = 60


def asked(request: HttpRequest) -> Asked:
    """Return when and from where the request came."""
    return Asked(timezone.now(), limits.client_address(request))


def asks_for_mail(view: View) -> View:
    """Answer for a view whose network asks for too much, or whose mail cannot be queued."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except limits.TooManyFromNetworkError as error:
            minutes = -(-error.retry_after // 60)
            headers = {"Retry-After": str(error.retry_after)}
            response = render(request, "subscriptions/too_many.html", {"minutes": minutes}, status=429)
        except OperationalError:
            logger.exception("the broker does not answer: no mail can be queued")
            headers = {"Retry-After": str(RETRY_AFTER)}
            response = render(request, "subscriptions/no_mail_now.html", status=503)
        for name, value in headers.items():
            response[name] = value
        return response

    return wrapped


def enqueue(name: str, subscriber: Subscriber | None) -> None:
    """Queue the mail of that name once all is committed, where there is somebody to write to."""
    if subscriber:
        transaction.on_commit(partial(tasks.send_mail.delay, name, subscriber.pk))
