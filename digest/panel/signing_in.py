"""Signing in to the panel: a password, and beside it a passkey or a code."""

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

from digest.panel import passkeys
from digest.panel.factors import has_factor, has_passkey
from digest.panel.tries import TOO_MANY, try_is_free


def may_come_in(request: HttpRequest) -> bool:
    """Say whether somebody has shown all that the panel asks for."""
    return is_staff(request) and (not settings.SECOND_FACTOR or request.user.is_verified())  # type: ignore[union-attr]


def is_staff(request: HttpRequest) -> bool:
    """Say whether somebody who works here signed in with the password."""
    return bool(request.user.is_active and request.user.is_staff)


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


def with_password(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Make a view for somebody whose password was right, and who still has to show a second factor."""

    @wraps(view)
    @never_cache
    @require_http_methods(["GET", "POST"])
    def guarded(request: HttpRequest) -> HttpResponse:
        if not is_staff(request):
            return HttpResponseRedirect(reverse("admin:login"))
        if may_come_in(request) and settings.SECOND_FACTOR:
            return HttpResponseRedirect(onward(request))
        return view(request, User.objects.get(username=request.user.get_username()))

    return guarded


@with_password
def second_factor(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for a passkey or a code; let in who shows a right one."""
    if not has_factor(person):
        return HttpResponseRedirect(f"{reverse('admin:set_up_second_factor')}?{query(request)}")
    complaint = ""
    if "answer" in request.POST:
        try:
            return _let_in(request, passkeys.recognise(request, person))
        except passkeys.Refused as refusal:
            complaint = str(refusal)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_valid():
        if not try_is_free(request, person.username):
            form.add_error("code", TOO_MANY)
        elif device := django_otp.match_token(person, form.cleaned_data["code"]):
            return _let_in(request, device)
        else:
            form.add_error("code", "This code is not right, or was used before. Wait for the next one.")
    context = {
        "title": "One more step",
        "form": form,
        "has_passkey": has_passkey(person),
        "complaint": complaint,
        # A browser that asks by itself again after a refusal would never let the person read why.
        "at_once": request.method == "GET",
        "site_address": settings.SITE_URL,
    }
    return page(request, "panel/second_factor.html", context)


@require_POST
@with_password
def ask_for_passkey(request: HttpRequest, person: User) -> HttpResponse:
    """Return the question that a browser answers with a passkey."""
    return JsonResponse(passkeys.question_to_sign_in(request, person))


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page for somebody who is not in yet."""
    return render(request, template, {**admin.site.each_context(request), **context})


def onward(request: HttpRequest) -> str:
    """Return where somebody wanted to go, on this site."""
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("admin:index")


def query(request: HttpRequest) -> str:
    """Return it as a query, to take it along."""
    return urlencode({"next": onward(request)})


def _let_in(request: HttpRequest, device: Any) -> HttpResponse:
    django_otp.login(request, device)
    return HttpResponseRedirect(onward(request))
