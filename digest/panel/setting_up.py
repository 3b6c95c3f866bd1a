"""Setting up a second factor at the first sign-in: a passkey, or an app with codes. Spare codes come with either."""

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

from digest.panel import passkeys
from digest.panel.factors import give_spare_codes, has_factor
from digest.panel.pages import keep_in_trail
from digest.panel.signing_in import CodeForm, View, onward, page, query, with_password
from digest.panel.tries import TOO_MANY, try_is_free

# Where the key of an app that is being set up lies until a code proves that the app has it.
NEW_KEY = "new-second-factor"


def _without_factor(view: View) -> View:
    """Send on who has a second factor: the password alone must not bring a new one."""

    def guarded(request: HttpRequest, person: User) -> HttpResponse:
        if has_factor(person):
            return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{query(request)}")
        return view(request, person)

    return guarded


@with_password
@_without_factor
def set_up(request: HttpRequest, person: User) -> HttpResponse:
    """Give somebody without a second factor one: a passkey, or an app that a code proves to have read the picture."""
    key = request.session.setdefault(NEW_KEY, random_hex(20))
    complaint = ""
    if "answer" in request.POST:
        try:
            return _welcome(request, person, passkeys.set_up(request, person))
        except passkeys.Refused as refusal:
            complaint = str(refusal)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_valid():
        if not try_is_free(request, person.username):
            form.add_error("code", TOO_MANY)
        elif _proves(form.cleaned_data["code"], key):
            # The step just used counts as used.
            app = TOTPDevice.objects.create(user=person, key=key, name="app", last_t=_totp(key).t())
            return _welcome(request, person, app)
        else:
            form.add_error("code", "This code is not right. Is the clock of the phone?")
    device = TOTPDevice(user=person, key=key, name="app")
    context = {
        "title": "Set up a second factor",
        "form": form,
        "picture": segno.make(device.config_url).svg_data_uri(scale=5, border=3, light="#fff"),
        "address": device.config_url,
        "complaint": complaint,
        "site_address": settings.SITE_URL,
    }
    return page(request, "panel/second_factor_set_up.html", context)


@require_POST
@with_password
@_without_factor
def ask_for_new_passkey(request: HttpRequest, person: User) -> HttpResponse:
    """Return the question that a browser answers with a new passkey."""
    return JsonResponse(passkeys.question_to_set_up(request, person))


def _welcome(request: HttpRequest, person: User, device: Any) -> HttpResponse:
    """Let in who just set up a second factor, and show the spare codes that go with it."""
    request.session.pop(NEW_KEY, None)
    django_otp.login(request, device)
    keep_in_trail(request, person, "Set up a second factor.")
    context = {"title": "Keep these codes", "codes": give_spare_codes(person), "onward": onward(request)}
    return page(request, "panel/spare_codes.html", context)


def _totp(key: str) -> Any:
    totp = TOTP(unhexlify(key))
    totp.time = time.time()
    return totp


def _proves(code: str, key: str) -> bool:
    return code.isdecimal() and bool(_totp(key).verify(int(code), tolerance=1))
