"""The history of a subscriber: consent, preferences, and digests with their reports; suppressions and data exports."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from digest.community.personal_data import everything_about
from digest.models import Delivery
from digest.panel.pages import log_change, render_panel_page
from subscriptions import exporting, suppression_list, time_zones
from subscriptions.models import Frequency, Status, Subscriber, Suppression

DIGESTS_LISTED = 60
DELIVERY_STATUS_LABELS = {
    Delivery.Status.SKIPPED: "Nothing was sent",
    Delivery.Status.KEPT: "Kept for their feed (no email)",
    Delivery.Status.QUEUED: "Waiting to be sent",
    Delivery.Status.HELD: "On hold: sending of this edition is stopped",
    Delivery.Status.CLAIMED: "About to be sent",
    Delivery.Status.SENDING: "Being sent",
    Delivery.Status.SENT: "Sent, no report yet",
    Delivery.Status.FAILED: "Failed",
    Delivery.Status.CANCELLED: "Cancelled",
    Delivery.Status.UNCERTAIN: "May have been sent",
    Delivery.Status.DELIVERED: "Delivered",
    Delivery.Status.BOUNCED: "Bounced",
    Delivery.Status.COMPLAINED: "Marked as spam",
}


@require_safe
def subscriber_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the history of a subscriber."""
    subscriber = get_object_or_404(Subscriber, pk=pk)
    rows = (
        subscriber.deliveries.select_related("edition").prefetch_related("events").order_by("-period")[:DIGESTS_LISTED]
    )
    labelled = [
        (row, DELIVERY_STATUS_LABELS.get(Delivery.Status(row.status), row.get_status_display())) for row in rows
    ]
    context = {
        "title": f"History of {subscriber.email}",
        "subscriber": subscriber,
        "why": delivery_state(subscriber),
        "unknown_values": unknown_values(subscriber),
        "consents": subscriber.consents.given(),
        "unconfirmed": subscriber.consents.requests().last(),
        "follows": [follow.topic.name for follow in subscriber.follows.select_related("topic")],
        "digests": labelled,
        "shown_at_most": DIGESTS_LISTED,
        "is_suppressed": Suppression.objects.covers(subscriber.email),
        "may_change": request.user.has_perm("subscriptions.change_subscriber"),
        "may_delete": request.user.has_perm("subscriptions.delete_subscriber"),
        "may_export": request.user.has_perm("subscriptions.export_roster"),
    }
    return render_panel_page(request, "panel/subscriber_history.html", context)


def delivery_state(subscriber: Subscriber) -> str:
    """Return a sentence that says why the subscriber gets email, or does not."""
    match subscriber.status:
        case Status.PENDING:
            return "No email: they never confirmed the sign-up."
        case Status.UNSUBSCRIBED:
            return "No email: they unsubscribed, or a suppression was lifted and they haven’t signed up again."
        case Status.ACCOUNT:
            return "No email: they have an account and never subscribed."
        case Status.SUPPRESSED:
            return "No email: the address is suppressed."
    if subscriber.is_paused and subscriber.paused_until:
        return f"No email until {date_format(subscriber.paused_until, 'j F Y')}: they paused their digests."
    due = subscriber.next_digest_at
    return f"Next digest: {date_format(due, 'j F Y, H:i')} UTC." if due else "No digest is scheduled."


def unknown_values(subscriber: Subscriber) -> list[str]:
    """Return a note for each unusable value of the subscriber, with what is used instead."""
    notes = []
    if not time_zones.known_as(subscriber.time_zone):
        notes.append(f"This server doesn’t know the time zone “{subscriber.time_zone}”, so it uses UTC.")
    if subscriber.frequency not in Frequency.values:
        notes.append(
            f"This version doesn’t know the frequency “{subscriber.frequency}”, so a digest goes out every day."
        )
    return notes


def _action_view(do: Callable[[Subscriber], str]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Make a view from an action, which returns what was done."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        subscriber = get_object_or_404(Subscriber, pk=pk)
        description = do(subscriber)
        log_change(request, subscriber, description)
        messages.success(request, description)
        return HttpResponseRedirect(reverse("admin:subscriber_history", args=[pk]))

    return view


@_action_view
def add_suppression(subscriber: Subscriber) -> str:
    """Suppress the subscriber's address."""
    suppression_list.suppress_subscriber(subscriber, timezone.now())
    return "Suppressed. We won’t email this address again."


@_action_view
def remove_suppression(subscriber: Subscriber) -> str:
    """Lift the suppression."""
    suppression_list.lift_suppression(subscriber)
    return "Suppression lifted. Digests start again once they sign up again."


@require_POST
def export_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Export everything stored about a subscriber as one JSON file."""
    subscriber = get_object_or_404(Subscriber, pk=pk)
    log_change(request, subscriber, "Exported their data.")
    name = f'attachment; filename="subscriber-{pk}.json"'
    return JsonResponse(
        everything_about(subscriber), json_dumps_params={"indent": 2}, headers={"Content-Disposition": name}
    )


@require_POST
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Stream all subscribers as CSV, line by line."""
    log_change(request, request.user, "Exported all subscribers.")  # type: ignore[arg-type]
    name = f'attachment; filename="subscribers-{timezone.now():%Y-%m-%d}.csv"'
    lines = exporting.lines()
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
