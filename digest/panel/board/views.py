"""The board's page, and the changes made on it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from digest import arranging, undoing
from digest.models import Edition, EditionPaper
from digest.panel.board import state
from digest.panel.pages import keep_in_trail, show

Placement = EditionPaper.Placement
# Where a session keeps how an edition stood before somebody's last changes.
HISTORY = "board-history"


@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the board; to a page that asks again, only what changed since the version it has."""
    edition = get_object_or_404(Edition, pk=pk)
    if request.GET.get("since") == str(edition.version):
        return HttpResponse(status=204)
    told = f"{edition.changed_by} changed this edition." if "since" in request.GET else ""
    return page(request, edition, {"told": told})


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one change and show the board; 409 with the board as it is now where somebody was faster."""
    edition = get_object_or_404(Edition, pk=pk)
    kept = undoing.history(request.session.get(HISTORY), edition)
    try:
        change = change_of(request, kept)
        seen = arranging.Seen(int(request.POST.get("version", -1)), request.user.get_username())
    except (KeyError, ValueError):
        raise Http404("no such change") from None
    try:
        before = undoing.standing(edition)
        edition, done = arranging.arrange(pk, seen, change)
    except arranging.StaleError as error:
        told = f"{error}. Your change was not made. This is how it is now: look, and do it again."
        return page(request, error.edition, {"complaint": told, "typed": request.POST}, status=409)
    except arranging.RefusedError as error:
        return page(request, Edition.objects.get(pk=pk), {"complaint": str(error), "typed": request.POST}, status=422)
    # The version was the one that was seen, so what was read before the change is what it changed.
    step: undoing.Step = {"before": before, "done": done}
    request.session[HISTORY] = undoing.note(kept, request.POST["act"], step, edition.version)
    keep_in_trail(request, edition, done)
    if request.headers.get("HX-Request"):
        return page(request, edition, {"told": done})
    messages.success(request, done)
    return HttpResponseRedirect(f"{reverse('admin:board', args=[pk])}?{state.Filters.of(request.GET).query}")


def change_of(request: HttpRequest, kept: undoing.History) -> arranging.Act:
    """Return the change that a form asks for; KeyError or ValueError where it asks for none there is."""
    fields = request.POST
    name = fields["act"]
    if name == "words":
        return arranging.words(fields["subject"], fields["intro"])
    if name == "clear":
        return arranging.clear()
    if name in {"undo", "redo"}:
        return undoing.undo(kept) if name == "undo" else undoing.redo(kept)
    if name == "add":
        return arranging.add(int(fields["paper"]), int(fields["place"]) if "place" in fields else None)
    entry = int(fields["entry"])
    of_an_entry = {
        "put": lambda: arranging.put(entry, int(fields["place"])),
        "up": lambda: arranging.shift(entry, -1),
        "down": lambda: arranging.shift(entry, 1),
        "pin": lambda: arranging.place(entry, Placement.PINNED),
        "list": lambda: arranging.place(entry, Placement.LISTED),
        "hide": lambda: arranging.place(entry, Placement.HIDDEN),
        "remove": lambda: arranging.remove(entry),
        "note": lambda: arranging.note(entry, fields["note"]),
    }
    return of_an_entry[name]()


def page(request: HttpRequest, edition: Edition, told: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return the board: whole, or the part that htmx puts in its place."""
    kept = undoing.history(request.session.get(HISTORY), edition)
    context = {
        **state.board(edition, state.Filters.of(request.GET)),
        **told,
        "title": f"{edition.day:%A, %-d %B %Y}",
        "note_length": arranging.NOTE_LENGTH,
        "may_undo": kept["done"][-1]["done"] if kept["done"] else "",
        "may_redo": kept["undone"][-1]["done"] if kept["undone"] else "",
        "may_change": request.user.has_perm("digest.change_edition"),
        "may_publish": request.user.has_perm("digest.publish_edition"),
    }
    template = "panel/board_part.html" if request.headers.get("HX-Request") else "panel/board.html"
    return show(request, template, context, status)
