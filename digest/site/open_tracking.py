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

from digest.community import open_tracking
from digest.site import paper_lists
from subscriptions.models import Subscriber
from subscriptions.tokens import OPENS_FOR, Purpose
from subscriptions.views.signed import signed

OPENS_COOKIE, OPENS_COOKIE_PATH = "opens", "/opened/"
MARKER_COOKIE, MARKER_COOKIE_PATH = "opens_count", "/papers/"


@require_POST
@signed(Purpose.PREFERENCES)
def allow_opens(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Let what somebody opens in this browser count."""
    response = redirect(f"{reverse('preferences', args=[token])}#opens")
    if subscriber.allow_opens(timezone.now()):
        _remember(response, open_tracking.pass_of(subscriber))
        messages.success(request, "From now on, papers you open in this browser improve your digest.")
    return response


@require_POST
@signed(Purpose.PREFERENCES)
def forget_opens(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Let nothing that somebody opens count any more, in any browser, and forget what did."""
    open_tracking.forget_open(subscriber, timezone.now())
    messages.success(request, "We’ve stopped noting what you open and deleted what we had.")
    response = redirect(f"{reverse('preferences', args=[token])}#opens")
    _forget(response)
    return response


@require_POST
@never_cache
def record_opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that whoever carries the cookie opened a paper; have a browser forget a cookie that is no longer good."""
    response = HttpResponse(status=204)
    subscriber = open_tracking.bearer_of(request.COOKIES.get(OPENS_COOKIE, ""))
    if subscriber is None:
        _forget(response)
        return response
    open_tracking.record_open(subscriber, get_object_or_404(paper_lists.papers_for_page(), pk=pk).pk, timezone.now())
    return response


def _remember(response: HttpResponse, its_pass: str) -> None:
    secure = not settings.DEBUG
    response.set_cookie(
        OPENS_COOKIE, its_pass, OPENS_FOR, path=OPENS_COOKIE_PATH, secure=secure, httponly=True, samesite="Lax"
    )
    # For the script to see.
    response.set_cookie(MARKER_COOKIE, "1", OPENS_FOR, path=MARKER_COOKIE_PATH, secure=secure, samesite="Lax")


def _forget(response: HttpResponse) -> None:
    response.delete_cookie(OPENS_COOKIE, path=OPENS_COOKIE_PATH, samesite="Lax")
    response.delete_cookie(MARKER_COOKIE, path=MARKER_COOKIE_PATH, samesite="Lax")
