"""Signing in to the panel: a limited number of tries, and a code beside the password."""

import logging
import time
from binascii import unhexlify
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import django_otp
import segno
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex
from limits import parse
from limits.errors import StorageError
from unfold.forms import AuthenticationForm

from digest.panel.pages import keep_in_trail
from subscriptions import limits

logger = logging.getLogger(__name__)

SPARE_CODES = 10
TOO_MANY = "Too many tries. Please wait a quarter of an hour."
# Where the key of a factor that is being set up lies until a code proves that the app has it.
NEW_KEY = "new-second-factor"


def may_come_in(request: HttpRequest) -> bool:
    """Say whether somebody has shown all that the panel asks for."""
    return is_staff(request) and (not settings.SECOND_FACTOR or request.user.is_verified())  # type: ignore[union-attr]


def is_staff(request: HttpRequest) -> bool:
    """Say whether somebody who works here signed in with the password."""
    return bool(request.user.is_active and request.user.is_staff)


def try_is_free(request: HttpRequest, name: str) -> bool:
    """Count a try, for a name and from a network; say whether it is one of those allowed."""
    limit = parse(settings.SIGN_IN_TRIES)
    keys = [("sign-in name", name.casefold()), ("sign-in network", limits.network_of(limits.client_address(request)))]
    try:
        counted = [limits.limiter(settings.RATE_LIMIT_STORAGE).hit(limit, *key) for key in keys]
    except StorageError:
        logger.exception("the rate limits' storage does not answer: this process counts for itself")
        counted = [limits.limiter("memory://").hit(limit, *key) for key in keys]
    return all(counted)


class SignInForm(AuthenticationForm):
    """Name and password, so many times."""

    def clean(self) -> Any:
        """Look at the password only where a try is free."""
        if not try_is_free(self.request, self.cleaned_data.get("username", "")):
            raise forms.ValidationError(TOO_MANY)
        return super().clean()


class CodeForm(forms.Form):
    """A code from the app, or a spare one."""

    code = forms.CharField(
        max_length=16,
        widget=forms.TextInput({"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """Return the code without the spaces some apps show."""
        return "".join(str(self.cleaned_data["code"]).split()).lower()


View = Callable[[HttpRequest, User], HttpResponse]


def _signed_in(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Make a view for somebody whose password was right, and who still has to show a code."""

    @wraps(view)
    @never_cache
    @require_http_methods(["GET", "POST"])
    def guarded(request: HttpRequest) -> HttpResponse:
        if not is_staff(request):
            return HttpResponseRedirect(reverse("admin:login"))
        if may_come_in(request) and settings.SECOND_FACTOR:
            return HttpResponseRedirect(_onward(request))
        return view(request, User.objects.get(username=request.user.get_username()))

    return guarded


@_signed_in
def second_factor(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for a code; let in who shows a right one."""
    if not has_factor(person):
        return HttpResponseRedirect(f"{reverse('admin:set_up_second_factor')}?{_query(request)}")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not try_is_free(request, person.username):
            form.add_error("code", TOO_MANY)
        elif device := django_otp.match_token(person, form.cleaned_data["code"]):
            django_otp.login(request, device)
            return HttpResponseRedirect(_onward(request))
        else:
            form.add_error("code", "This code is not right, or was used before. Wait for the next one.")
    return _page(request, "panel/second_factor.html", {"title": "One more step", "form": form})


@_signed_in
def set_up(request: HttpRequest, person: User) -> HttpResponse:
    """Give somebody without a second factor one: shown as a picture, kept once a code proves that an app has it."""
    if has_factor(person):
        # The password alone must not bring a new factor.
        return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{_query(request)}")
    key = request.session.setdefault(NEW_KEY, random_hex(20))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not try_is_free(request, person.username):
            form.add_error("code", TOO_MANY)
        elif _proves(form.cleaned_data["code"], key):
            return _keep(request, person, key)
        else:
            form.add_error("code", "This code is not right. Is the clock of the phone?")
    device = TOTPDevice(user=person, key=key, name="app")
    picture = segno.make(device.config_url).svg_data_uri(scale=5, border=3, light="#fff")
    context = {"title": "Set up a second factor", "form": form, "picture": picture, "address": device.config_url}
    return _page(request, "panel/second_factor_set_up.html", context)


def has_factor(person: User) -> bool:
    """Say whether somebody has a second factor."""
    return bool(TOTPDevice.objects.filter(user=person, confirmed=True).exists())


def forget_factors(person: User) -> None:
    """Take somebody's second factor away: they set up a new one at the next sign-in."""
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()


def _keep(request: HttpRequest, person: User, key: str) -> HttpResponse:
    # The step just used counts as used.
    device = TOTPDevice.objects.create(user=person, key=key, name="app", last_t=_totp(key).t())
    spare = StaticDevice.objects.create(user=person, name="spare codes")
    codes = [StaticToken.random_token() for _ in range(SPARE_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=spare, token=code) for code in codes])
    del request.session[NEW_KEY]
    django_otp.login(request, device)
    keep_in_trail(request, person, "Set up a second factor.")
    context = {"title": "Keep these codes", "codes": codes, "onward": _onward(request)}
    return _page(request, "panel/spare_codes.html", context)


def _totp(key: str) -> Any:
    totp = TOTP(unhexlify(key))
    totp.time = time.time()
    return totp


def _proves(code: str, key: str) -> bool:
    return code.isdecimal() and bool(_totp(key).verify(int(code), tolerance=1))


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context})


def _onward(request: HttpRequest) -> str:
    """Return where somebody wanted to go, on this site."""
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("admin:index")


def _query(request: HttpRequest) -> str:
    return urlencode({"next": _onward(request)})
