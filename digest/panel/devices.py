"""Browsers that someone has signed in with before. Strangers' failed attempts do not lock these out."""

import hashlib
import hmac
from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from digest.models import PanelSignIn

# The user's primary key follows in the cookie's name, because several people may share a browser.
DEVICE_COOKIE_PREFIX = "panel_device_"
DEVICE_SALT = "digest.panel.devices"
DEVICE_LIFETIME = timedelta(days=180)


def remember_device(response: HttpResponse, person: User) -> None:
    """Set the cookie that identifies the browser. Only call this once the sign-in is complete."""
    row, _ = PanelSignIn.objects.get_or_create(user=person)
    device = {"id": token_urlsafe(12), "proof": _proof(row, person)}
    response.set_cookie(
        f"{DEVICE_COOKIE_PREFIX}{person.pk}",
        signing.dumps(device, salt=DEVICE_SALT),
        max_age=DEVICE_LIFETIME,
        path="/admin/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_of(request: HttpRequest, person: User | None, row: PanelSignIn | None) -> str:
    """Return the ID of the browser if it is known as this person's, otherwise ""."""
    if person is None or row is None:
        return ""
    try:
        device = signing.loads(
            request.COOKIES.get(f"{DEVICE_COOKIE_PREFIX}{person.pk}", ""), salt=DEVICE_SALT, max_age=DEVICE_LIFETIME
        )
    except signing.BadSignature:
        return ""
    return str(device["id"]) if hmac.compare_digest(device["proof"], _proof(row, person)) else ""


def forget_devices(person: User) -> None:
    """Forget all browsers the person has signed in with."""
    PanelSignIn.objects.get_or_create(user=person)[0].renew_key()


def end_sessions(person: User) -> None:
    """End all of the person's sessions, and forget the browsers they signed in with."""
    PanelSignIn.objects.get_or_create(user=person)[0].sign_out(timezone.now())


def _proof(row: PanelSignIn, person: User) -> str:
    """Return an HMAC that changes with the key and with the password."""
    return hmac.new(row.key.encode(), person.password.encode(), hashlib.sha256).hexdigest()
