"""Sign-up cookie: keeps a sign-up in the browser for an hour, so that the mail's link confirms it there at once.

The cookie is signed. It names the exact request, so that it does not confirm anything someone else has requested since.
A mail scanner has no cookie and confirms no one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict

from subscriptions.addresses import address_key
from subscriptions.models import Subscriber

SIGN_UP_COOKIE, SIGN_UP_SALT = "sign_up", "subscriptions.sign_up"
SIGN_UP_COOKIE_LIFETIME = timedelta(hours=1)
# Browsers keep cookies of up to 4 KB; choices longer than this are left out.
MAX_CHOICES_LENGTH = 2_000
NOT_KEPT = ("csrfmiddlewaretoken", "website")


@dataclass(frozen=True)
class OwnSignUp:
    """A sign-up made in this browser: the address as it was typed, the choices, and when it was requested."""

    email: str
    choices: QueryDict
    requested_at: str


def remember_sign_up(response: HttpResponse, form_data: QueryDict, email: str, requested_at: datetime | None) -> None:
    """Store a sign-up in the browser. requested_at: when the request it confirms was made; None to confirm nothing."""
    choices = form_data.copy()
    for name in NOT_KEPT:
        choices.pop(name, None)
    text = choices.urlencode()
    stored = {
        "email": email,
        "choices": text if len(text) <= MAX_CHOICES_LENGTH else "",
        "at": requested_at.isoformat() if requested_at else "",
    }
    response.set_cookie(
        SIGN_UP_COOKIE,
        signing.dumps(stored, salt=SIGN_UP_SALT, compress=True),
        max_age=SIGN_UP_COOKIE_LIFETIME,
        secure=not settings.DEBUG,
        httponly=True,
        # Sent when someone follows a link in a mail, but not when another site posts a form.
        samesite="Lax",
    )


def own_sign_up(request: HttpRequest) -> OwnSignUp | None:
    """Return this browser's sign-up of the last hour; None if there is none."""
    try:
        stored: dict[str, Any] = signing.loads(
            request.COOKIES.get(SIGN_UP_COOKIE, ""), salt=SIGN_UP_SALT, max_age=SIGN_UP_COOKIE_LIFETIME
        )
    except signing.BadSignature:
        return None
    return OwnSignUp(stored["email"], QueryDict(stored["choices"]), stored["at"])


def confirms_at_once(request: HttpRequest, subscriber: Subscriber) -> bool:
    """Return whether this browser made the very sign-up this subscriber has pending, and its user opened the link."""
    own = own_sign_up(request)
    # A browser that only prefetches a page says so in one of these headers.
    is_ahead = any("prefetch" in request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose"))
    if request.method != "GET" or is_ahead or own is None or address_key(own.email) != subscriber.email_key:
        return False
    waiting = subscriber.consents.filter(confirmed_at=None, withdrawn_at=None).last()
    return waiting is not None and waiting.requested_at.isoformat() == own.requested_at


def forget_sign_up(response: HttpResponse) -> None:
    """Forget the sign-up in this browser."""
    response.delete_cookie(SIGN_UP_COOKIE, samesite="Lax")
