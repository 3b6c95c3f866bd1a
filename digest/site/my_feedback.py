"""A reader's feedback on papers, listed with a button to undo each."""

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from digest.community import feedback
from digest.models import Feedback
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.views.signed_links import signed

Kind = Feedback.Kind
HEADINGS = {
    Kind.SAVED: "Saved",
    Kind.WROTE: "Written by you",
    Kind.MORE: "More like these",
    Kind.LESS: "Less like these",
    Kind.OPENED: "Opened",
}


class FeedbackGroup(NamedTuple):
    """All of a reader's feedback of one kind."""

    heading: str
    rows: list[Feedback]


@require_http_methods(["GET", "HEAD", "POST"])
@signed(Purpose.PREFERENCES)
def my_feedback(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """List all of a subscriber's feedback with a button to undo each, and handle its click."""
    if request.method == "POST":
        key = request.POST.get("said", "")
        rows = Feedback.objects.filter(subscriber=subscriber, pk=key) if key.isdecimal() else Feedback.objects.none()
        for row in rows[:1]:
            feedback.withdraw_feedback(subscriber, row.paper_id, Kind(row.kind), timezone.now())
            messages.success(request, "Undone.")
        return redirect(request.path)
    rows = Feedback.objects.filter(subscriber=subscriber).select_related("paper")
    groups = [FeedbackGroup(heading, [row for row in rows if row.kind == kind]) for kind, heading in HEADINGS.items()]
    context = {"groups": [group for group in groups if group.rows], "token": token}
    return render(request, "site/my_feedback.html", context)
