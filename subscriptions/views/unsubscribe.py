"""Unsubscribing: a page with one button, the one click of RFC 8058, and a way back for those who did not mean it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from subscriptions import links, signing_up
from subscriptions.link_lifetimes import PREFERENCES_FOR, Purpose
from subscriptions.models import Subscriber
from subscriptions.tokens import is_younger
from subscriptions.views.mail_requests import consent_request_of
from subscriptions.views.signed_links import ignores_form, signed


# Mail programs POST here on their own (RFC 8058), with no cookie to hold a CSRF token: the signed link is the proof.
# They need a 200 at once, so the page's button gets its answer without a redirect too. What they POST is not read:
# some send it in a form or an encoding that cannot be.
@ignores_form
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.UNSUBSCRIBE, gone_status=200)
def unsubscribe(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show the unsubscribe button; unsubscribe when it is clicked."""
    if request.method == "POST":
        subscriber.unsubscribe(timezone.now())
    context = {"subscriber": subscriber, "token": token, "can_come_back": subscriber.can_come_back(timezone.now())}
    return render(request, "subscriptions/unsubscribe.html", context | _preferences_link(subscriber, token))


@require_POST
@signed(Purpose.UNSUBSCRIBE)
def come_back(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Undo a recent unsubscription."""
    if not signing_up.resubscribe(subscriber, consent_request_of(request)):
        return render(request, "subscriptions/not_subscribed.html", {"subscriber": subscriber})
    subscriber.refresh_from_db()
    return render(
        request, "subscriptions/back_again.html", {"subscriber": subscriber} | _preferences_link(subscriber, token)
    )


def _preferences_link(subscriber: Subscriber, token: str) -> dict[str, str]:
    """Return the token of a link to the preferences, if this link is young enough for one.

    This link is valid for ever and preferences links are not: from an old mail, readers request a link by address.
    """
    if not is_younger(Purpose.UNSUBSCRIBE, token, PREFERENCES_FOR):
        return {}
    return {"preferences_token": links.token_as_old(Purpose.PREFERENCES, subscriber, token)}
