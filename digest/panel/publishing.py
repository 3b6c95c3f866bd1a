"""Publishing and sending one edition: the page with all possible actions, and a view for each action."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from digest import tasks
from digest.editions import publishing
from digest.editions.changes import ChangeRefusedError, ExpectedVersion, StaleError
from digest.models import Edition, Tally
from digest.panel import checklist
from digest.panel.dashboard import sending_figures
from digest.panel.edition_state import sending_template
from digest.panel.pages import delay_on_commit, log_change, render_panel_page
from digest.recommending.candidates import candidates_in
from digest.sending import bounce_reversal, breaker, bulk_actions, refusals
from subscriptions import time_zones
from subscriptions.forms import DayInput

HTTP_CONFLICT = 409
# The page lists at most this many changes. The activity log has all of them.
CHANGES_LISTED = 100
# Button labels: to publish, and where another curator has to approve it.
PUBLISH_LABELS = {"now": "Publish now", "then": "Schedule"}
REQUEST_APPROVAL_LABELS = {
    "now": "Ask for approval to publish now",
    "then": "Ask for approval to schedule",
}
# A version that no edition ever has.
NO_VERSION = -1


class PublicationTimeForm(forms.Form):
    """When an edition is to be published: right away, or at a local time in a time zone."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.DateField(required=False, widget=DayInput)
    clock = forms.TimeField(required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    zone = forms.ChoiceField(choices=time_zones.by_region, required=False)

    def moment(self) -> datetime | None:
        """Return the requested time, None for now; raise ChangeRefusedError if there is no such time."""
        day, clock = self.cleaned_data["day"], self.cleaned_data["clock"]
        if "at_hour" not in self.data:
            return None
        if not day or not clock:
            raise ChangeRefusedError("Please enter both a day and a time.")
        return publishing.publication_time(day, clock, self.cleaned_data["zone"] or "UTC")


class ApprovalForm(forms.Form):
    """The version of an edition that a curator looked at."""

    version = forms.IntegerField()


@require_safe
def publishing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the state of the edition, and what can be done."""
    return _page(request, get_object_or_404(Edition, pk=pk), _form(request, pk))


def _form(request: HttpRequest, pk: int) -> PublicationTimeForm:
    edition = get_object_or_404(Edition, pk=pk)
    zone = request.session.get("zone", "UTC")
    local = edition.publish_at.astimezone(ZoneInfo(zone))
    return PublicationTimeForm(
        initial={"version": edition.version, "day": local.date(), "clock": local.time(), "zone": zone}
    )


def _page(
    request: HttpRequest, edition: Edition, form: PublicationTimeForm, error_message: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    sending = Tally.objects.filter(kind=Tally.Kind.SENDING, day=edition.day).first()
    counts = sending.counts if sending else {}
    readers = Tally.objects.filter(kind=Tally.Kind.SUBSCRIBERS).first()
    offer = None if edition.is_published else candidates_in([edition], now)
    checks = checklist.checklist(edition, offer, now) if offer else []
    return render_panel_page(
        request,
        "panel/publishing.html",
        {
            "title": f"{edition.day:%A, %-d %B %Y}",
            "edition": edition,
            "form": form,
            "error_message": error_message,
            "shown": len(offer.papers) if offer else 0,
            "sending": sending,
            "sending_figures": sending_figures(sending) if sending else {},
            "got_nothing": edition.cancelled_at or any(counts.get(state) for state in ("failed", "cancelled")),
            "refusals": refusals.most_frequent(edition) if edition.is_published else [],
            "suppressed": bounce_reversal.count_liftable(edition) if edition.halted_at else 0,
            "readers": readers.counts.get("active") if readers else None,
            "is_early": edition.day > now.astimezone(UTC).date(),
            "doubts": [check.in_short for check in checks if check.verdict != checklist.CheckStatus.GOOD],
            "buttons": REQUEST_APPROVAL_LABELS
            if settings.SECOND_LOOK and not edition.look_asked_by
            else PUBLISH_LABELS,
            "sending_template": sending_template(edition),
            "needs_approval": settings.SECOND_LOOK,
            "changes": _changes(edition) if edition.waits_for_approval and edition.is_published else [],
            "changes_are_mine": edition.unseen_by == [request.user.get_username()],
            "request_is_mine": edition.look_asked_by == request.user.get_username(),
            "may_publish": request.user.has_perm("digest.publish_edition"),
            "may_send": request.user.has_perm("digest.send_edition"),
        },
        status,
    )


def _changes(edition: Edition) -> list[LogEntry]:
    """Return the changes since the last approval, oldest first."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Edition),
        object_id=str(edition.pk),
        action_time__gte=edition.unseen_since,
    )
    return list(entries.select_related("user").order_by("action_time", "pk")[:CHANGES_LISTED])


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, schedule, or ask for approval; 409 if someone else was faster, 422 if it is not possible."""
    edition = get_object_or_404(Edition, pk=pk)
    form = PublicationTimeForm(request.POST)
    if not form.is_valid():
        return _page(request, edition, form, "Please enter a valid day and time.", 422)
    request.session["zone"] = form.cleaned_data["zone"] or "UTC"
    expected = ExpectedVersion(form.cleaned_data["version"], request.user.get_username())
    try:
        edition, description = publishing.publish_or_schedule(pk, expected, form.moment(), timezone.now())
    except StaleError as error:
        error_message = f"{error}, so it wasn’t published. Check the board and try again."
        return _page(request, error.edition, _form(request, pk), error_message, HTTP_CONFLICT)
    except ChangeRefusedError as error:
        edition.refresh_from_db()
        status = HTTP_CONFLICT if edition.is_published else 422
        return _page(request, edition, form, str(error), status)
    return _redirect_with_message(request, edition, description)


def _redirect_with_message(request: HttpRequest, edition: Edition, description: str) -> HttpResponse:
    log_change(request, edition, description)
    messages.success(request, description)
    return HttpResponseRedirect(reverse("admin:publishing", args=[edition.pk]))


def _action_view(do: Callable[[Edition, str], str]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Make a view from an action, which returns what was done or raises ChangeRefusedError if it is not possible."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        edition = get_object_or_404(Edition, pk=pk)
        try:
            description = do(edition, request.user.get_username())
        except ChangeRefusedError as error:
            edition.refresh_from_db()
            return _page(request, edition, _form(request, pk), str(error), HTTP_CONFLICT)
        return _redirect_with_message(request, edition, description)

    view.__doc__ = do.__doc__
    return view


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve what others changed since publication; 409 if it was changed again, or if it is not possible."""
    edition = get_object_or_404(Edition, pk=pk)
    form = ApprovalForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else NO_VERSION
    try:
        edition, description = publishing.approve_changes(pk, ExpectedVersion(version, request.user.get_username()))
    except StaleError as error:
        return _page(request, error.edition, _form(request, pk), f"{error}. Please look again.", HTTP_CONFLICT)
    except ChangeRefusedError as error:
        edition.refresh_from_db()
        return _page(request, edition, _form(request, pk), str(error), HTTP_CONFLICT)
    delay_on_commit(tasks.watch_editions)
    return _redirect_with_message(request, edition, description)


@_action_view
def unpublish_edition(edition: Edition, who: str) -> str:
    """Turn the edition back into a draft, as long as no email has been sent."""
    publishing.unpublish(edition, who, timezone.now())
    delay_on_commit(tasks.sweep_editions)
    return "Unpublished. It’s a draft again and will go out automatically in a day."


@_action_view
def stop_sending(edition: Edition, who: str) -> str:
    """Stop sending the edition."""
    if not breaker.halt_edition(edition, timezone.now(), who):
        raise ChangeRefusedError("Sending is already stopped.")
    return "Sending stopped."


@_action_view
def resume_sending(edition: Edition, who: str) -> str:  # noqa: ARG001 - the activity log says who
    """Resume sending the edition."""
    because = edition.halted_because
    if edition.cancelled_at:
        raise ChangeRefusedError("Sending was cancelled. You can resend to everyone who got nothing.")
    if not breaker.resume_edition(edition):
        raise ChangeRefusedError("Sending is already running.")
    return f"Sending resumed. It had been stopped: {because}."


@_action_view
def clear_edition_bounces(edition: Edition, who: str) -> str:  # noqa: ARG001 - the activity log says who
    """Lift the suppressions caused by bounces of a halted edition."""
    if not edition.halted_at:
        raise ChangeRefusedError("Suppressions can only be lifted while sending is stopped.")
    number = bounce_reversal.lift_edition_bounces(edition, timezone.now())
    return f"Suppressions lifted: {number}."


@_action_view
def cancel_sending(edition: Edition, who: str) -> str:
    """Cancel the sending for good."""
    if not bulk_actions.cancel_queued(edition, who, timezone.now()):
        raise ChangeRefusedError("Sending was already cancelled, or the edition isn’t published.")
    delay_on_commit(tasks.sweep_editions)
    return "Sending cancelled. Nothing more goes out for this edition."


@_action_view
def requeue_failed(edition: Edition, who: str) -> str:  # noqa: ARG001 - the activity log says who
    """Resend the edition to readers who got nothing."""
    if not edition.is_published:
        raise ChangeRefusedError("This edition isn’t published.")
    number = bulk_actions.requeue(edition, timezone.now())
    delay_on_commit(tasks.sweep_editions)
    return f"Resending to {number} reader{'' if number == 1 else 's'} who got nothing."
