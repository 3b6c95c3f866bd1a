"""Recording what a subscriber opens: the switch among their preferences, and the requests from their browsers.

Pages do not depend on it and stay the same for everyone. A script on them looks for a marker cookie, which is the
same in all browsers, and reports the opened paper. A second cookie, sent only to that one address, says whose it is.
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
from subscriptions.link_lifetimes import OPENS_FOR, Purpose
from subscriptions.models import Subscriber
from subscriptions.views.signed_links import signed

OPENS_COOKIE, OPENS_COOKIE_PATH = "opens", "/opened/"
MARKER_COOKIE, MARKER_COOKIE_PATH = "opens_count", "/papers/"


@require_POST
@signed(Purpose.PREFERENCES)
def allow_opens(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Allow recording what the subscriber opens in this browser."""
    response = redirect(f"{reverse('preferences', args=[token])}#opens")
    if subscriber.allow_opens(timezone.now()):
        _remember(response, open_tracking.pass_of(subscriber))
        messages.success(request, "From now on, papers you open in this browser will improve your digests.")
    return response


@require_POST
@signed(Purpose.PREFERENCES)
def forget_opens(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Stop recording what the subscriber opens, in all browsers, and delete what was recorded."""
    open_tracking.forget_open(subscriber, timezone.now())
    messages.success(request, "We’ve stopped recording what you open and deleted what we had.")
    response = redirect(f"{reverse('preferences', args=[token])}#opens")
    _forget(response)
    return response


@require_POST
@never_cache
def record_opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the owner of the cookie opened a paper; delete the cookie if it is no longer valid."""
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
    # Readable by the script.
    response.set_cookie(MARKER_COOKIE, "1", OPENS_FOR, path=MARKER_COOKIE_PATH, secure=secure, samesite="Lax")


def _forget(response: HttpResponse) -> None:
    response.delete_cookie(OPENS_COOKIE, path=OPENS_COOKIE_PATH, samesite="Lax")
    response.delete_cookie(MARKER_COOKIE, path=MARKER_COOKIE_PATH, samesite="Lax")
