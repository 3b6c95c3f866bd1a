"""Setting up a second factor at the first sign-in: a passkey or an authenticator app, with recovery codes."""

import time
from binascii import unhexlify
from typing import Any

import django_otp
import segno
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from digest.panel import devices, passkeys
from digest.panel.pages import log_change
from digest.panel.second_factors import create_recovery_codes, has_factor
from digest.panel.signing_in import CodeForm, View, next_address, next_query, render_sign_in, require_password

# The session key for the secret of an app that is being set up, until a code proves that the app has it.
NEW_KEY_SESSION_KEY = "new-second-factor"


def _without_factor(view: View) -> View:
    """Redirect users who have a second factor: the password alone must not be enough to add another."""

    def guarded(request: HttpRequest, person: User) -> HttpResponse:
        if has_factor(person):
            return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{next_query(request)}")
        return view(request, person)

    return guarded


@require_password
@_without_factor
def set_up_second_factor(request: HttpRequest, person: User) -> HttpResponse:
    """Set up a first second factor: a passkey, or an app once a code proves that it has scanned the QR code."""
    key = request.session.setdefault(NEW_KEY_SESSION_KEY, random_hex(20))
    error_message = ""
    if "answer" in request.POST:
        try:
            return _welcome(request, person, passkeys.register_passkey(request, person))
        except passkeys.Refused as refusal:
            error_message = str(refusal)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_valid():
        # Failures are not counted: the key is on the page, so there is no secret to guess.
        if _proves(form.cleaned_data["code"], key):
            # The time step of this code is stored, so the code cannot be used a second time.
            app = TOTPDevice.objects.create(user=person, key=key, name="app", last_t=_totp(key).t())
            return _welcome(request, person, app)
        form.add_error("code", "That code isn’t right. Check that your phone’s clock is correct.")
    device = TOTPDevice(user=person, key=key, name="app")
    context = {
        "title": "Set up two-factor sign-in",
        "form": form,
        "picture": segno.make(device.config_url).svg_data_uri(scale=5, border=3, light="#fff"),
        "address": device.config_url,
        "error_message": error_message,
        "site_address": settings.SITE_URL,
    }
    return render_sign_in(request, "panel/second_factor_set_up.html", context)


@require_POST
@require_password
@_without_factor
def new_passkey_options(request: HttpRequest, person: User) -> HttpResponse:
    """Return the options with which the browser creates a passkey."""
    return JsonResponse(passkeys.registration_options(request, person))


def _welcome(request: HttpRequest, person: User, device: Any) -> HttpResponse:
    """Sign in a user who just set up a second factor, and show their recovery codes."""
    request.session.pop(NEW_KEY_SESSION_KEY, None)
    django_otp.login(request, device)
    log_change(request, person, "Set up two-factor sign-in.")
    context = {"title": "Save these codes", "codes": create_recovery_codes(person), "onward": next_address(request)}
    response = render_sign_in(request, "panel/recovery_codes.html", context)
    devices.remember_device(response, person)
    return response


def _totp(key: str) -> Any:
    totp = TOTP(unhexlify(key))
    totp.time = time.time()
    return totp


def _proves(code: str, key: str) -> bool:
    return code.isdecimal() and bool(_totp(key).verify(int(code), tolerance=1))
