"""Importing subscribers from a file: upload it, match the columns, check it, import it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from digest.panel.pages import delay_on_commit, log_change, render_panel_page
from subscriptions import tasks
from subscriptions.importing import status_columns, table_reader
from subscriptions.importing.row_validation import RowOutcome
from subscriptions.importing.status_words import ImportedStatus
from subscriptions.models import Roster

COLUMN_LABELS = {
    "email": "Address",
    "topics": "Topics, separated by commas",
    "time_zone": "Time zone",
    "local_time": "Time of day",
    "frequency": "How often",
    "consented_at": "Date of consent",
    "consent": "Consent wording and where it was given",
}
STATUS_LABELS = {
    ImportedStatus.SUBSCRIBED: "subscribed",
    ImportedStatus.LEFT: "unsubscribed",
    ImportedStatus.BLOCKED: "must not be emailed",
    ImportedStatus.UNKNOWN: "unclear: leave them out",
}
# What the page calls an outcome, if not by its stored name.
OUTCOME_LABELS = {RowOutcome.NEVER_MAIL: "never to email", RowOutcome.BAD: "can’t be read"}
# Lines with these outcomes are imported.
IMPORTED_OUTCOMES = (RowOutcome.PROVEN, RowOutcome.TO_ASK)
SUPPRESSED_OUTCOMES = (RowOutcome.LEFT_THERE, RowOutcome.NEVER_MAIL)
NOT_IMPORTED_STATUSES = {Roster.Status.UPLOADED, Roster.Status.CHECKING, Roster.Status.CHECKED}
ROSTERS_LISTED = 50
WORKING_STATUSES = {Roster.Status.CHECKING, Roster.Status.IMPORTING}


@require_safe
def roster_list(request: HttpRequest) -> HttpResponse:
    """List the uploaded files, with a form to upload another."""
    return _list(request)


def _list(request: HttpRequest, error_message: str = "", status: int = 200) -> HttpResponse:
    recent_rosters = Roster.objects.defer("content", "faults")[:ROSTERS_LISTED]
    context = {"title": "Import subscribers", "rosters": recent_rosters, "error_message": error_message}
    return render_panel_page(request, "panel/rosters.html", context, status)


@require_POST
def upload_roster(request: HttpRequest) -> HttpResponse:
    """Store a file and redirect to its page; 422 if it is not a list."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise table_reader.RosterError("Please choose a file.")
        if (file.size or 0) > table_reader.MAX_ROSTER_BYTES:
            raise table_reader.RosterError(
                f"The file is larger than {table_reader.MAX_ROSTER_BYTES // 2**20} MB. Please split it."
            )
        purpose = request.POST.get("purpose", "")
        purpose = purpose if purpose in Roster.Purpose else Roster.Purpose.SUBSCRIBERS
        roster = table_reader.take_in(file.name or "list", file.read(), request.user.get_username(), purpose)
    except table_reader.RosterError as error:
        return _list(request, str(error), 422)
    log_change(request, roster, f"Uploaded a list with {roster.lines} lines.")
    return HttpResponseRedirect(reverse("admin:roster", args=[roster.pk]))


@require_safe
def roster_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a list: its columns, its progress and its results; for htmx only the progress."""
    uploaded = get_object_or_404(Roster, pk=pk)
    return _page(request, uploaded)


def _page(request: HttpRequest, roster: Roster, error_message: str = "", status: int = 200) -> HttpResponse:
    rows = table_reader.rows_of(roster) if roster.content else [[]]
    head = rows[0]
    labels = COLUMN_LABELS if roster.purpose == Roster.Purpose.SUBSCRIBERS else {"email": COLUMN_LABELS["email"]}
    counts: dict[str, Any] = roster.counts
    context = {
        "title": roster.name,
        "roster": roster,
        "head": list(enumerate(head)),
        "examples": rows[1:4],
        "matched": [(field, label, roster.columns.get(field)) for field, label in labels.items()],
        "status_evidence": _status_evidence(roster, rows),
        "words": [(word, count, roster.meanings.get(word, "")) for word, count in _words(roster)],
        "means": [(imported_status.name, label) for imported_status, label in STATUS_LABELS.items()],
        "counts": [
            (OUTCOME_LABELS.get(outcome, outcome.value), counts.get(outcome.value, 0)) for outcome in RowOutcome
        ],
        "imported_count": _number(roster, IMPORTED_OUTCOMES),
        "suppressed_count": _number(roster, SUPPRESSED_OUTCOMES),
        "is_working": roster.status in WORKING_STATUSES,
        "is_unfinished": roster.status in NOT_IMPORTED_STATUSES,
        "percent": 100 * roster.position // max(roster.lines, 1),
        "error_message": error_message,
    }
    template = "panel/roster_part.html" if request.headers.get("HX-Request") else "panel/roster.html"
    return render_panel_page(request, template, context, status)


def _number(roster: Roster, outcomes: Iterable[RowOutcome]) -> int:
    return sum(roster.counts.get(outcome, 0) for outcome in outcomes)


def _status_evidence(roster: Roster, rows: Sequence[Sequence[str]]) -> list[tuple[str, str, bool]]:
    """Return the columns and the file name that may say who left, as (form value, name, whether it counts)."""
    by_name = status_columns.columns_of(rows[0], rows[1:])
    columns = sorted({*by_name, *(number for number in roster.status_columns if number < len(rows[0]))})
    evidence = [(str(number), f"Column “{rows[0][number]}”", number in roster.status_columns) for number in columns]
    if (
        roster.purpose == Roster.Purpose.SUBSCRIBERS
        and status_columns.of_file(roster.name) is not status_columns.NO_STATEMENT
    ):
        evidence.append(("name", f"File name “{roster.name}”", roster.reads_name))
    return evidence


def _words(roster: Roster) -> list[tuple[str, int]]:
    """Return the status words that were unknown or that a user explained, each with how often it occurred."""
    explained = dict.fromkeys(roster.meanings, 0)
    return sorted({**explained, **roster.unknown_words}.items())


@require_POST
def check_roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Store how the columns are matched, and start checking the list. Nothing is imported yet."""
    uploaded = get_object_or_404(Roster, pk=pk)
    columns = {field: int(request.POST[field]) for field in COLUMN_LABELS if _is_number(request.POST.get(field, ""))}
    if "email" not in columns:
        return _page(request, uploaded, "Please choose the column with the email addresses.", 422)
    if uploaded.status in {Roster.Status.UPLOADED, Roster.Status.CHECKED}:
        changes = {"columns": columns, **_status_fields(request, uploaded)}
        Roster.objects.filter(pk=pk, status=uploaded.status).update(**changes)
        uploaded.begin(Roster.Status.CHECKING, after=Roster.Status(uploaded.status))
        delay_on_commit(tasks.work_on_rosters)
    return HttpResponseRedirect(reverse("admin:roster", args=[pk]))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 5  # noqa: PLR2004 - columns


def _status_fields(request: HttpRequest, roster: Roster) -> dict[str, Any]:
    """Return the form's choices on what says who left. Columns recognised by name count unless they are ignored."""
    rows = table_reader.rows_of(roster)
    ignored = set(request.POST.getlist("ignored"))
    chosen = {int(number) for number in request.POST.getlist("status") if _is_number(number)}
    columns = {*status_columns.columns_of(rows[0], rows[1:]), *chosen}
    meanings = dict(roster.meanings)
    for value in request.POST.getlist("meaning"):
        imported_status, _, word = value.partition(" ")
        if imported_status in ImportedStatus.__members__:
            meanings[word[:100]] = imported_status
    return {
        "status_columns": sorted(number for number in columns if str(number) not in ignored),
        "reads_name": "name" not in ignored,
        "meanings": meanings,
    }


@require_POST
def delete_roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a list that was not imported, with the addresses in it; 409 if it was, or is being imported."""
    uploaded = get_object_or_404(Roster, pk=pk)
    with transaction.atomic():
        # The activity log needs the row, so log before deleting it.
        log_change(request, uploaded, f"Deleted a list with {uploaded.lines} lines before importing it.")
        deleted, _ = Roster.objects.filter(pk=pk, status__in=NOT_IMPORTED_STATUSES).delete()
        transaction.set_rollback(not deleted)
    if not deleted:
        return _page(request, uploaded, "This list was imported, or is being imported, so it stays on record.", 409)
    messages.success(request, "Deleted the list.")
    return HttpResponseRedirect(reverse("admin:rosters"))


@require_POST
def import_roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Start importing a list that was checked; 409 if it was not, or if none of its lines can be imported."""
    uploaded = get_object_or_404(Roster, pk=pk)
    if not _number(uploaded, (*IMPORTED_OUTCOMES, *SUPPRESSED_OUTCOMES)):
        return _page(request, uploaded, "None of its lines can be imported. Is the right column selected?", 409)
    if not uploaded.begin(Roster.Status.IMPORTING, after=Roster.Status.CHECKED):
        return _page(request, uploaded, "This list is already being imported, or hasn’t been checked yet.", 409)
    delay_on_commit(tasks.work_on_rosters)
    log_change(request, uploaded, f"Started importing a list with {uploaded.lines} lines.")
    messages.success(request, "The import has started.")
    return HttpResponseRedirect(reverse("admin:roster", args=[pk]))
