"""“Your sign-in”: panel users see, add and remove their own passkeys."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_otp.plugins.otp_static.models import StaticToken

from digest.models import Passkey
from digest.panel import devices, passkeys
from digest.panel.pages import log_change, render_panel_page
from digest.panel.second_factors import forget_factors, has_app, has_factor

View = Callable[..., HttpResponse]


def _for_the_verified(view: View) -> View:
    """Restrict a view to users verified by a second factor, even if the setting does not require one.

    The password alone must not be enough to add or remove a factor. Users who have none set one up first.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, **kwargs: int) -> HttpResponse:
        person = User.objects.get(username=request.user.get_username())
        if not request.user.is_verified():  # type: ignore[union-attr]
            step = "second_factor" if has_factor(person) else "set_up_second_factor"
            onward = urlencode({"next": reverse("admin:own_sign_in")})
            return HttpResponseRedirect(f"{reverse(f'admin:{step}')}?{onward}")
        return view(request, person, **kwargs)

    return guarded


@require_safe
@_for_the_verified
def own_sign_in(request: HttpRequest, person: User) -> HttpResponse:
    """Show the user's passkeys, app and recovery codes."""
    own = list(Passkey.objects.filter(user=person))
    by_app = has_app(person)
    context = {
        "title": "Your sign-in",
        "passkeys": own,
        "has_app": by_app,
        "recovery_codes": StaticToken.objects.filter(device__user=person).count(),
        "is_last": len(own) + by_app == 1,
        "must_have": settings.SECOND_FACTOR,
        "site_address": settings.SITE_URL,
    }
    return render_panel_page(request, "panel/own_sign_in.html", context)


@require_POST
@_for_the_verified
def another_passkey_options(request: HttpRequest, person: User) -> HttpResponse:
    """Return the options with which the browser creates a passkey."""
    return JsonResponse(passkeys.registration_options(request, person))


@require_POST
@_for_the_verified
def add_own_passkey(request: HttpRequest, person: User) -> HttpResponse:
    """Store the passkey that the browser created, and go back to the page."""
    try:
        passkey = passkeys.register_passkey(request, person)
    except passkeys.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        log_change(request, person, f"Added the passkey “{passkey}”.")
        messages.success(request, f"You can now sign in with “{passkey}”.")
    return HttpResponseRedirect(reverse("admin:own_sign_in"))


@require_POST
@_for_the_verified
def remove_own_passkey(request: HttpRequest, person: User, pk: int) -> HttpResponse:
    """Remove one of the user's passkeys. If it was the last factor, they set up a new one as at their first sign-in."""
    passkey = get_object_or_404(Passkey, pk=pk, user=person)
    passkey.delete()
    log_change(request, person, f"Removed the passkey “{passkey}”.")
    # The device with the passkey may be gone too, so forget all known browsers except this one.
    devices.forget_devices(person)
    if has_factor(person):
        messages.success(request, f"Removed “{passkey}”. Delete it on your device, too.")
        response = HttpResponseRedirect(reverse("admin:own_sign_in"))
        devices.remember_device(response, person)
        return response
    # Recovery codes alone are not a factor, and the next factor comes with new ones.
    forget_factors(person)
    return HttpResponseRedirect(reverse("admin:set_up_second_factor" if settings.SECOND_FACTOR else "admin:index"))


@require_POST
@_for_the_verified
def sign_out_everywhere(request: HttpRequest, person: User) -> HttpResponse:
    """End all of the user's sessions, including this one, and forget the browsers they signed in with."""
    log_change(request, person, "Signed out everywhere.")
    devices.end_sessions(person)
    logout(request)
    return HttpResponseRedirect(reverse("admin:login"))
