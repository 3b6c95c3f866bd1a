"""Signing in to the panel: a password, then a passkey or a code."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import django_otp
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from unfold.forms import AuthenticationForm

from digest.panel import devices, passkeys, sign_in_limits
from digest.panel.second_factors import has_factor, has_passkey
from digest.site.access import has_panel_access, is_staff


class PanelSignInForm(AuthenticationForm):
    """Name and password, with a limit on failures."""

    def clean(self) -> Any:
        """Check the password only if the limits allow an attempt."""
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password"):
            return super().clean()
        attempt = sign_in_limits.password_attempt(self.request, name)
        if not attempt.is_free():
            raise forms.ValidationError(sign_in_limits.TOO_MANY_ATTEMPTS)
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            attempt.failed()
            raise
        attempt.succeeded()
        return cleaned


class CodeForm(forms.Form):
    """A code from the app, or a recovery code."""

    code = forms.CharField(
        max_length=16,
        widget=forms.TextInput({"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """Return the code without the spaces some apps show."""
        return "".join(str(self.cleaned_data["code"]).split()).lower()


View = Callable[[HttpRequest, User], HttpResponse]


def require_password(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Restrict a view to users whose password was right and who still have to show a second factor."""

    @wraps(view)
    @never_cache
    @require_http_methods(["GET", "POST"])
    def guarded(request: HttpRequest) -> HttpResponse:
        if not is_staff(request):
            return HttpResponseRedirect(reverse("admin:login"))
        if has_panel_access(request) and settings.SECOND_FACTOR:
            return HttpResponseRedirect(next_address(request))
        return view(request, User.objects.get(username=request.user.get_username()))

    return guarded


@require_password
def second_factor(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for a passkey or a code, and sign in the user if it is right."""
    if not has_factor(person):
        return HttpResponseRedirect(f"{reverse('admin:set_up_second_factor')}?{next_query(request)}")
    error_message = ""
    if "answer" in request.POST:
        try:
            return _let_in(request, person, passkeys.authenticate_passkey(request, person))
        except passkeys.Refused as refusal:
            error_message = str(refusal)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_valid():
        attempt = sign_in_limits.factor_attempt(request, person)
        if not attempt.is_free():
            form.add_error("code", sign_in_limits.TOO_MANY_ATTEMPTS)
        elif device := django_otp.match_token(person, form.cleaned_data["code"]):
            attempt.succeeded()
            return _let_in(request, person, device)
        else:
            attempt.failed()
            form.add_error("code", "That code isn’t right, or was already used. Wait for the next one.")
    context = {
        "title": "Two-factor sign-in",
        "form": form,
        "has_passkey": has_passkey(person),
        "error_message": error_message,
        # If the browser asked again by itself after a refusal, the user could not read why.
        "at_once": request.method == "GET",
        "site_address": settings.SITE_URL,
    }
    return render_sign_in(request, "panel/second_factor.html", context)


@require_POST
@require_password
def passkey_options(request: HttpRequest, person: User) -> HttpResponse:
    """Return the options with which the browser uses a passkey."""
    return JsonResponse(passkeys.authentication_options(request, person))


def render_sign_in(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page for a user who is not signed in yet."""
    return render(request, template, {**admin.site.each_context(request), **context})


def next_address(request: HttpRequest) -> str:
    """Return the address the user wanted to open, if it is on this site, otherwise the panel's first page."""
    address = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe else reverse("admin:index")


def next_query(request: HttpRequest) -> str:
    """Return that address as a query string, to pass it on."""
    return urlencode({"next": next_address(request)})


def _let_in(request: HttpRequest, person: User, device: Any) -> HttpResponse:
    django_otp.login(request, device)
    response = HttpResponseRedirect(next_address(request))
    devices.remember_device(response, person)
    return response
