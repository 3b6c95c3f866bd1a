"""The page that shows what each source says about a paper, joins it with another, or undoes a join."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from digest.catalog import identifiers, merging, splitting
from digest.models import Paper, PaperJoin, SourceStatement
from digest.panel.pages import log_change, render_panel_page

# No row has a longer key.
MAX_KEY_DIGITS = 18


class JoinForm(forms.Form):
    """The other paper, by any of its IDs or its address."""

    other = forms.CharField(
        max_length=300, label="The other paper", help_text="Its arXiv ID, DOI, or address on this site."
    )

    def __init__(self, *args: Any, paper: Paper, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._paper = paper

    def clean_other(self) -> Paper:
        """Return the paper; an error if there is none, or if readers have seen both."""
        other = identifiers.resolve(self.cleaned_data["other"])
        if other is None or other == self._paper:
            raise forms.ValidationError("There’s no other paper with that ID or address.")
        if merging.was_out(other) and merging.was_out(self._paper):
            raise forms.ValidationError("Readers have seen both, so both addresses have to stay.")
        return other


@require_http_methods(["GET", "HEAD", "POST"])
def paper_joins(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the sources say about a paper; join it with another one, or undo a join."""
    paper = get_object_or_404(Paper, pk=pk)
    form = JoinForm(request.POST if "_join" in request.POST else None, paper=paper)
    if "_undo" in request.POST:
        return _undo(request, paper)
    if "_part" in request.POST:
        return _part(request, paper)
    if form.is_valid():
        other = form.cleaned_data["other"]
        one = merging.join(paper, other, f"{request.user.get_username()} merged them")
        log_change(request, one, f"Merged with “{other.title}”.")
        messages.success(request, f"Merged with “{other.title}”. You can undo this below.")
        return redirect("admin:paper_joins", pk=one.pk)
    context = {
        "title": "Sources of this paper",
        "paper": paper,
        "statements": SourceStatement.objects.filter(paper=paper),
        "joins": PaperJoin.objects.filter(paper=paper),
        "form": form,
    }
    return render_panel_page(request, "admin/paper_joins.html", context)


def _part(request: HttpRequest, paper: Paper) -> HttpResponse:
    key = request.POST["_part"]
    number = key if key.isdecimal() and len(key) < MAX_KEY_DIGITS else 0
    statement = get_object_or_404(SourceStatement, paper=paper, pk=number)
    try:
        parted = splitting.part(statement)
    except splitting.NotPartedError as error:
        messages.error(request, str(error))
        return redirect("admin:paper_joins", pk=paper.pk)
    log_change(request, paper, f"Split off “{parted.title}”.")
    messages.success(request, f"“{parted.title}” is now a separate paper. No source will merge them again.")
    return redirect("admin:paper_joins", pk=paper.pk)


@transaction.atomic
def _undo(request: HttpRequest, paper: Paper) -> HttpResponse:
    key = request.POST["_undo"]
    joined = get_object_or_404(
        PaperJoin.objects.select_for_update(),
        pk=key if key.isdecimal() and len(key) < MAX_KEY_DIGITS else 0,
        paper=paper,
    )
    if joined.undone_at is None:
        other = merging.undo(joined)
        log_change(request, paper, f"Undid the merge with “{other.title}”.")
        messages.success(request, f"“{other.title}” is a separate paper again. No source will merge them again.")
    return redirect(reverse("admin:paper_joins", args=[paper.pk]))
