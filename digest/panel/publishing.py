"""Publishing and sending one edition: the page with all that can be done to it, and a view for each deed."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from digest import publishing, tasks
from digest.arranging import RefusedError, Seen, StaleError
from digest.models import Edition, Tally
from digest.offers import offer_of
from digest.panel import checklist
from digest.panel.pages import keep_in_trail, ring, show
from digest.sending import breaker, sweeping
from subscriptions import time_zones

CONFLICT = 409


class HourForm(forms.Form):
    """When an edition is to come out, on the clock of a zone; without a day: at once."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    clock = forms.TimeField(required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    zone = forms.ChoiceField(choices=time_zones.by_region, required=False)

    def moment(self) -> datetime | None:
        """Return the moment that was asked for; RefusedError where there is none such."""
        day, clock = self.cleaned_data["day"], self.cleaned_data["clock"]
        if "at_hour" not in self.data:
            return None
        if not day or not clock:
            raise RefusedError("Please give both a day and a time.")
        return publishing.moment(day, clock, self.cleaned_data["zone"] or "UTC")


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how the edition stands, and what can be done."""
    return _page(request, get_object_or_404(Edition, pk=pk), _form(request, pk))


def _form(request: HttpRequest, pk: int) -> HourForm:
    edition = get_object_or_404(Edition, pk=pk)
    zone = request.session.get("zone", "UTC")
    local = edition.publish_at.astimezone(ZoneInfo(zone))
    return HourForm(initial={"version": edition.version, "day": local.date(), "clock": local.time(), "zone": zone})


def _page(
    request: HttpRequest, edition: Edition, form: HourForm, complaint: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    sending = Tally.objects.filter(kind=Tally.Kind.SENDING, day=edition.day).first()
    counts = sending.counts if sending else {}
    readers = Tally.objects.filter(kind=Tally.Kind.SUBSCRIBERS).first()
    offer = None if edition.is_published else offer_of([edition], now)
    checks = checklist.checklist(edition, offer, now) if offer else []
    return show(
        request,
        "panel/publishing.html",
        {
            "title": f"{edition.day:%A, %-d %B %Y}",
            "edition": edition,
            "form": form,
            "complaint": complaint,
            "shown": len(offer.papers) if offer else 0,
            "sending": sending,
            "got_nothing": edition.cancelled_at or any(counts.get(state) for state in ("failed", "cancelled")),
            "readers": readers.counts.get("active") if readers else None,
            "is_early": edition.day > now.astimezone(UTC).date(),
            "doubts": [check for check in checks if check.verdict != checklist.Verdict.GOOD],
            "second_look": settings.SECOND_LOOK,
            "look_is_mine": edition.look_asked_by == request.user.get_username(),
            "may_publish": request.user.has_perm("digest.publish_edition"),
            "may_send": request.user.has_perm("digest.send_edition"),
        },
        status,
    )


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish now or at an hour, or ask for a look; 409 where somebody was faster, 422 where it cannot be."""
    edition = get_object_or_404(Edition, pk=pk)
    form = HourForm(request.POST)
    if not form.is_valid():
        return _page(request, edition, form, "That is no day and no time.", 422)
    request.session["zone"] = form.cleaned_data["zone"] or "UTC"
    seen = Seen(form.cleaned_data["version"], request.user.get_username())
    try:
        edition, done = publishing.bring_out(pk, seen, form.moment(), timezone.now())
    except StaleError as error:
        complaint = f"{error}. It was not published: look at the board, and press again."
        return _page(request, error.edition, _form(request, pk), complaint, CONFLICT)
    except RefusedError as error:
        edition.refresh_from_db()
        status = CONFLICT if edition.is_published else 422
        return _page(request, edition, form, str(error), status)
    return _done(request, edition, done)


def _done(request: HttpRequest, edition: Edition, done: str) -> HttpResponse:
    keep_in_trail(request, edition, done)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("admin:publishing", args=[edition.pk]))


def _deed(do: Callable[[Edition, str], str]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Make a view of a deed, which returns what was done; RefusedError where it cannot be done."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        edition = get_object_or_404(Edition, pk=pk)
        try:
            done = do(edition, request.user.get_username())
        except RefusedError as error:
            edition.refresh_from_db()
            return _page(request, edition, _form(request, pk), str(error), CONFLICT)
        return _done(request, edition, done)

    view.__doc__ = do.__doc__
    return view


@_deed
def take_back(edition: Edition, who: str) -> str:
    """Make it a draft again, while no mail has left."""
    publishing.take_back(edition, who, timezone.now())
    ring(tasks.sweep_editions)
    return "Taken back. It is a draft again, and would publish itself in a day."


@_deed
def stop(edition: Edition, who: str) -> str:
    """Halt the sending."""
    if not breaker.stop(edition, timezone.now(), who):
        raise RefusedError("Its sending is halted already.")
    return "Sending stopped."


@_deed
def go_on(edition: Edition, who: str) -> str:  # noqa: ARG001 - the trail tells who
    """Let the sending go on."""
    because = edition.halted_because
    if edition.cancelled_at:
        raise RefusedError("Its sending was cancelled. You can send it again to those who got nothing.")
    if not breaker.go_on(edition):
        raise RefusedError("Its sending goes on already.")
    return f"Sending goes on. It was halted: {because}."


@_deed
def cancel(edition: Edition, who: str) -> str:
    """End the sending for good."""
    if not sweeping.cancel(edition, who, timezone.now()):
        raise RefusedError("Its sending was cancelled already, or it is not out.")
    ring(tasks.sweep_editions)
    return "Sending cancelled. What had not left will not."


@_deed
def send_again(edition: Edition, who: str) -> str:  # noqa: ARG001 - the trail tells who
    """Send again to those who got nothing."""
    if not edition.is_published:
        raise RefusedError("It is not out.")
    number = sweeping.send_again(edition, timezone.now())
    ring(tasks.sweep_editions)
    return f"Sent again to those who got nothing: {number}."
