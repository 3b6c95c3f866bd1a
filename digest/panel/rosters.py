"""Bringing subscribers in from a file: upload, match the columns, look through it, bring it in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from digest.panel.pages import keep_in_trail, ring, show
from subscriptions import tasks
from subscriptions.models import Roster
from subscriptions.rosters import reading
from subscriptions.rosters.judging import Outcome

LABELS = {
    "email": "Address",
    "topics": "Topics, separated by commas",
    "time_zone": "Time zone",
    "local_time": "Time of day",
    "frequency": "How often",
    "consented_at": "When they agreed",
    "consent": "To what they agreed, and where",
}
LISTED = 50
WORKING = {Roster.Status.CHECKING, Roster.Status.IMPORTING}


@require_safe
def rosters(request: HttpRequest) -> HttpResponse:
    """List the files that were brought, and ask for one."""
    return _list(request)


def _list(request: HttpRequest, complaint: str = "", status: int = 200) -> HttpResponse:
    found = Roster.objects.defer("content", "faults")[:LISTED]
    context = {"title": "Bring in subscribers", "rosters": found, "complaint": complaint}
    return show(request, "panel/rosters.html", context, status)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a file and go to its page; 422 where it is no list."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise reading.RosterError("Please choose a file.")
        if (file.size or 0) > reading.LARGEST:
            raise reading.RosterError(f"The file is larger than {reading.LARGEST // 2**20} MB. Split it.")
        roster = reading.take_in(file.name or "list", file.read(), request.user.get_username())
    except reading.RosterError as error:
        return _list(request, str(error), 422)
    keep_in_trail(request, roster, f"Uploaded a list of {roster.lines} lines.")
    return HttpResponseRedirect(reverse("admin:roster", args=[roster.pk]))


@require_safe
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a list: its columns, how far it is, and what came of it; to htmx the progress alone."""
    found = get_object_or_404(Roster, pk=pk)
    return _page(request, found)


def _page(request: HttpRequest, found: Roster, complaint: str = "", status: int = 200) -> HttpResponse:
    head = reading.rows_of(found)[:4] if found.content else []
    matched = [(field, label, found.columns.get(field)) for field, label in LABELS.items()]
    counts: dict[str, Any] = found.counts
    context = {
        "title": f"List {found.name}",
        "roster": found,
        "head": list(enumerate(head[0])) if head else [],
        "examples": head[1:],
        "matched": matched,
        "counts": [(outcome.value, counts.get(outcome.value, 0)) for outcome in Outcome],
        "takes": counts.get(Outcome.PROVEN, 0) + counts.get(Outcome.TO_ASK, 0),
        "is_working": found.status in WORKING,
        "percent": 100 * found.position // max(found.lines, 1),
        "complaint": complaint,
    }
    template = "panel/roster_part.html" if request.headers.get("HX-Request") else "panel/roster.html"
    return show(request, template, context, status)


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over how the columns are matched, and begin to look through the list; nothing of it is written."""
    found = get_object_or_404(Roster, pk=pk)
    columns = {field: int(request.POST[field]) for field in LABELS if request.POST.get(field, "").isdecimal()}
    if "email" not in columns:
        return _page(request, found, "Please say which column holds the addresses.", 422)
    if found.status in {Roster.Status.UPLOADED, Roster.Status.CHECKED}:
        Roster.objects.filter(pk=pk, status=found.status).update(columns=columns)
        found.begin(Roster.Status.CHECKING, after=Roster.Status(found.status))
        ring(tasks.work_on_rosters)
    return HttpResponseRedirect(reverse("admin:roster", args=[pk]))


@require_POST
def bring_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to bring in a list that was looked through; 409 where it was not, or nothing of it can be taken."""
    found = get_object_or_404(Roster, pk=pk)
    takes = found.counts.get(Outcome.PROVEN, 0) + found.counts.get(Outcome.TO_ASK, 0)
    if not takes:
        return _page(request, found, "No line of it can be taken. Is the right column matched?", 409)
    if not found.begin(Roster.Status.IMPORTING, after=Roster.Status.CHECKED):
        return _page(request, found, "It is being brought in already, or has not been looked through.", 409)
    ring(tasks.work_on_rosters)
    keep_in_trail(request, found, f"Began to bring in a list of {found.lines} lines.")
    messages.success(request, "It is being brought in.")
    return HttpResponseRedirect(reverse("admin:roster", args=[pk]))
