"""The board, and the changes made on it."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from digest.editions import changes, undo
from digest.models import Edition, EditionPaper
from digest.panel.board import state
from digest.panel.pages import log_change, render_panel_page

Placement = EditionPaper.Placement
PLACEMENT_BY_COMMAND = {"pin": Placement.PINNED, "list": Placement.LISTED, "hide": Placement.HIDDEN}
# The session key for the states of an edition before someone's last changes (undo and redo).
HISTORY_SESSION_KEY = "board-history"


@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the board; answer 204 to a page that polls and already has the current version."""
    edition = get_object_or_404(Edition, pk=pk)
    if request.GET.get("since") == str(edition.version):
        return HttpResponse(status=204)
    notice = f"{edition.changed_by} changed this edition." if "since" in request.GET else ""
    return render_board(request, edition, {"notice": notice})


@require_POST
def apply_command(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one change and show the board; 409 with the current board if someone else changed it first."""
    edition = get_object_or_404(Edition, pk=pk)
    history = undo.history(request.session.get(HISTORY_SESSION_KEY), edition)
    try:
        change = parse_command(request, history)
        expected = changes.ExpectedVersion(int(request.POST.get("version", -1)), request.user.get_username())
    except (KeyError, ValueError):
        raise Http404("no such change") from None
    try:
        before = undo.edition_state(edition)
        edition, description = changes.apply_change(pk, expected, change)
    except changes.StaleError as error:
        message = f"{error}, so yours wasn’t saved. This is the current state. Please try again."
        return render_board(request, error.edition, {"error_message": message, "typed": request.POST}, status=409)
    except changes.ChangeRefusedError as error:
        return render_board(
            request, Edition.objects.get(pk=pk), {"error_message": str(error), "typed": request.POST}, status=422
        )
    # The version is the one the curator saw, so the state read above is the one this change was applied to.
    step: undo.UndoStep = {"before": before, "done": description}
    request.session[HISTORY_SESSION_KEY] = undo.record_step(history, request.POST["act"], step, edition.version)
    log_change(request, edition, description)
    if request.headers.get("HX-Request"):
        return render_board(request, edition, {"notice": description})
    messages.success(request, description)
    return HttpResponseRedirect(f"{reverse('admin:board', args=[pk])}?{state.Filters.of(request.GET).query}")


def parse_command(request: HttpRequest, history: undo.History) -> changes.Change:
    """Return the change that a form asks for; raise KeyError or ValueError if there is no such change."""
    fields = request.POST
    match fields["act"]:
        case "words":
            return partial(changes.write_words, subject=fields["subject"], intro=fields["intro"])
        case "clear":
            return changes.clear
        case "undo":
            return partial(undo.undo_change, stored=history)
        case "redo":
            return partial(undo.redo, stored=history)
        case "add":
            at = int(fields["place"]) if "place" in fields else None
            return partial(changes.add_paper, paper=int(fields["paper"]), at=at)
        case name:
            return _change_of_entry(name, request)


def _change_of_entry(name: str, request: HttpRequest) -> changes.Change:
    fields = request.POST
    entry = int(fields["entry"])
    match name:
        case "put":
            return partial(changes.move, entry=entry, place=int(fields["place"]))
        case "note":
            return partial(changes.write_note, entry=entry, text=fields["note"])
        case "remove":
            return partial(changes.remove_paper, entry=entry)
        case "up" | "down":
            return partial(changes.shift, entry=entry, by=-1 if name == "up" else 1)
    return partial(changes.set_placement, entry=entry, placement=PLACEMENT_BY_COMMAND[name])


def render_board(
    request: HttpRequest, edition: Edition, extra_context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Return the whole board, or for htmx only the part it swaps."""
    history = undo.history(request.session.get(HISTORY_SESSION_KEY), edition)
    context = {
        **state.board_context(edition, state.Filters.of(request.GET)),
        **extra_context,
        "title": f"{edition.day:%A, %-d %B %Y}",
        "note_length": changes.NOTE_LENGTH,
        "may_undo": history["done"][-1]["done"] if history["done"] else "",
        "may_redo": history["undone"][-1]["done"] if history["undone"] else "",
        "needs_approval": settings.SECOND_LOOK,
        "may_change": request.user.has_perm("digest.change_edition"),
        "may_publish": request.user.has_perm("digest.publish_edition"),
    }
    template = "panel/board_part.html" if request.headers.get("HX-Request") else "panel/board.html"
    return render_panel_page(request, template, context, status)
