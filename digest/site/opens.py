"""What somebody opens: the switch on the page of preferences, and the browsers that tell.

A page says nothing of it and stays the same for everybody. A script on it asks for the marker, which is alike in all
browsers, and tells what was looked at. Who it was says a cookie that goes to this one address alone.
"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from digest import opens
from digest.site import reading
from subscriptions.models import Subscriber
from subscriptions.tokens import OPENS_FOR, Purpose
from subscriptions.views.signed import signed

COOKIE, ITS_PATH = "opens", "/opened/"
MARKER, MARKED_PATH = "opens_count", "/papers/"


@require_POST
@signed(Purpose.PREFERENCES)
def allow_opens(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Let what somebody opens in this browser count."""
    response = redirect(f"{reverse('preferences', args=[token])}#opens")
    if subscriber.allow_opens(timezone.now()):
        _remember(response, opens.pass_of(subscriber))
        messages.success(request, "What you open in this browser counts from now on.")
    return response


@require_POST
@signed(Purpose.PREFERENCES)
def forget_opens(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Let nothing that somebody opens count any more, in any browser, and forget what did."""
    opens.forget(subscriber, timezone.now())
    messages.success(request, "What you open no longer counts, and what was noted of it is deleted.")
    response = redirect(f"{reverse('preferences', args=[token])}#opens")
    _forget(response)
    return response


@require_POST
@never_cache
def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that whoever carries the cookie opened a paper; have a browser forget a cookie that is no longer good."""
    response = HttpResponse(status=204)
    subscriber = opens.bearer_of(request.COOKIES.get(COOKIE, ""))
    if subscriber is None:
        _forget(response)
        return response
    opens.note(subscriber, get_object_or_404(reading.papers_for_page(), pk=pk).pk, timezone.now())
    return response


def _remember(response: HttpResponse, its_pass: str) -> None:
    secure = not settings.DEBUG
    response.set_cookie(COOKIE, its_pass, OPENS_FOR, path=ITS_PATH, secure=secure, httponly=True, samesite="Lax")
    # For the script to see.
    response.set_cookie(MARKER, "1", OPENS_FOR, path=MARKED_PATH, secure=secure, samesite="Lax")


def _forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=ITS_PATH, samesite="Lax")
    response.delete_cookie(MARKER, path=MARKED_PATH, samesite="Lax")
