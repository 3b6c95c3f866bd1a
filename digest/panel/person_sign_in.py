"""The sign-in of another panel user, for owners: unlock them after failed attempts, sign them out."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from digest.models import PanelSignIn
from digest.panel import devices
from digest.panel.pages import log_change, render_panel_page


@require_safe
def person_sign_in_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the failed attempts on record, and what can be done."""
    person = _person(request, pk)
    context = {
        "title": f"Sign-in for {person}",
        "person": person,
        "sign_in": PanelSignIn.objects.filter(user=person).first(),
        "needs_factor": settings.SECOND_FACTOR,
    }
    return render_panel_page(request, "panel/person_sign_in.html", context)


@require_POST
def lift_sign_in_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Unlock someone: forget their failed attempts."""
    person = _person(request, pk)
    PanelSignIn.objects.get_or_create(user=person)[0].lift(timezone.now())
    return _redirect_with_message(request, person, "Unlocked after failed sign-in attempts.")


@require_POST
def sign_out_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign someone out everywhere."""
    person = _person(request, pk)
    devices.end_sessions(person)
    return _redirect_with_message(request, person, "Signed out everywhere.")


def _person(request: HttpRequest, pk: int) -> User:
    """Return the user whose page this is. Only superusers can change a superuser."""
    person = get_object_or_404(User, pk=pk)
    if person.is_superuser and not request.user.is_superuser:
        raise PermissionDenied
    return person


def _redirect_with_message(request: HttpRequest, person: User, what: str) -> HttpResponse:
    log_change(request, person, what)
    messages.success(request, f"{person}: {what[0].lower()}{what[1:]}")
    return HttpResponseRedirect(reverse("admin:person_sign_in", args=[person.pk]))
