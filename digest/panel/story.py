"""The story of one subscriber: consent, preferences, every digest with what was reported; and what ends or hands it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from digest.models import Delivery
from digest.panel.pages import keep_in_trail, show
from subscriptions import exporting, suppressing
from subscriptions.held_data import held
from subscriptions.models import Status, Subscriber, Suppression

DIGESTS = 60
MEANING = {
    Delivery.Status.SKIPPED: "Nothing was sent",
    Delivery.Status.KEPT: "Kept for their feed: they want no mail",
    Delivery.Status.QUEUED: "Waits to be sent",
    Delivery.Status.HELD: "Waits: the sending of this edition is halted",
    Delivery.Status.CLAIMED: "Is about to be sent",
    Delivery.Status.SENDING: "Is being sent",
    Delivery.Status.SENT: "Sent; nothing was reported since",
    Delivery.Status.FAILED: "Could not be sent",
    Delivery.Status.CANCELLED: "Was not sent any more",
    Delivery.Status.UNCERTAIN: "May have been sent: nobody knows",
    Delivery.Status.DELIVERED: "Arrived",
    Delivery.Status.BOUNCED: "Came back",
    Delivery.Status.COMPLAINED: "Was marked as spam",
}


@require_safe
def story(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all there is to tell about a subscriber."""
    subscriber = get_object_or_404(Subscriber, pk=pk)
    rows = subscriber.deliveries.select_related("edition").prefetch_related("events").order_by("-period")[:DIGESTS]
    told = [(row, MEANING.get(Delivery.Status(row.status), row.get_status_display())) for row in rows]
    context = {
        "title": f"Story of {subscriber.email}",
        "subscriber": subscriber,
        "why": why_now(subscriber),
        "consents": subscriber.consents.all(),
        "follows": subscriber.follows.select_related("topic"),
        "digests": told,
        "shown_at_most": DIGESTS,
        "is_suppressed": Suppression.objects.covers(subscriber.email),
        "may_change": request.user.has_perm("subscriptions.change_subscriber"),
        "may_delete": request.user.has_perm("subscriptions.delete_subscriber"),
        "may_export": request.user.has_perm("subscriptions.export_roster"),
    }
    return show(request, "panel/story.html", context)


def why_now(subscriber: Subscriber) -> str:
    """Say in one sentence why mail comes, or does not."""
    match subscriber.status:
        case Status.PENDING:
            return "No mail comes: the sign-up was never confirmed."
        case Status.UNSUBSCRIBED:
            return "No mail comes: they unsubscribed, or a suppression was lifted and they did not sign up again."
        case Status.SUPPRESSED:
            return "No mail comes: the address is suppressed."
    if subscriber.is_paused and subscriber.paused_until:
        return f"No mail comes until {date_format(subscriber.paused_until, 'j F Y')}: they paused it."
    due = subscriber.next_digest_at
    return f"The next digest is due on {date_format(due, 'j F Y, H:i')} UTC." if due else "No digest is due."


def _deed(do: Callable[[Subscriber], str]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Make a view of a deed, which returns what was done."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        subscriber = get_object_or_404(Subscriber, pk=pk)
        done = do(subscriber)
        keep_in_trail(request, subscriber, done)
        messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:story", args=[pk]))

    return view


@_deed
def suppress(subscriber: Subscriber) -> str:
    """End all mail to somebody."""
    suppressing.suppress(subscriber, timezone.now())
    return "Suppressed: no mail goes to this address any more."


@_deed
def lift(subscriber: Subscriber) -> str:
    """Lift a suppression."""
    suppressing.lift(subscriber)
    return "Lifted. Digests begin again when they sign up anew."


@require_POST
def hand_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out all that is held about a subscriber, as one JSON file."""
    subscriber = get_object_or_404(Subscriber, pk=pk)
    keep_in_trail(request, subscriber, "Handed out all that is held about them.")
    name = f'attachment; filename="subscriber-{pk}.json"'
    return JsonResponse(held(subscriber), json_dumps_params={"indent": 2}, headers={"Content-Disposition": name})


@require_POST
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out all subscribers as CSV, line by line."""
    keep_in_trail(request, request.user, "Exported all subscribers.")  # type: ignore[arg-type]
    name = f'attachment; filename="subscribers-{timezone.now():%Y-%m-%d}.csv"'
    lines = exporting.lines()
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
