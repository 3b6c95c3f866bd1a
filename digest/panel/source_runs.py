"""The panel's pages about sources: what each run did, and papers brought by a person."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from digest import uploading
from digest.models import SourceRun
from digest.sources.bibtex import LARGEST
from digest.sources.record import SourceError
from subscriptions.tables import ReadOnlyAdmin


class UploadForm(forms.Form):
    """A file or a text: BibTeX, or arXiv ids."""

    file = forms.FileField(required=False, help_text="BibTeX, or a list of arXiv ids, in UTF-8")
    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 12, "cols": 90}))

    def clean_file(self) -> str:
        """Return the text of the file."""
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > LARGEST:
            raise forms.ValidationError(f"Expected a file of at most {LARGEST // 2**20} MB.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError("Expected text in UTF-8.") from error

    def clean(self) -> dict[str, Any]:
        """Read what was given; errors of it are errors of the form."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        # A file comes before what an earlier look left in the text.
        cleaned["text"] = cleaned.get("file") or cleaned.get("text", "")
        try:
            cleaned["upload"] = uploading.read(cleaned["text"])
        except SourceError as error:
            raise forms.ValidationError(f"Nothing can be imported: {error}.") from error
        return cleaned


@admin.register(SourceRun)
class SourceRunAdmin(ReadOnlyAdmin):
    """What the sources were asked and what came of it, to read; and the page for uploads."""

    list_display = (
        *("started_at", "source", "part", "status", "new", "updated", "unchanged", "skipped"),
        *("complete_to", "error_begin"),
    )
    list_filter = ("source", "status")
    date_hierarchy = "started_at"
    fields = (
        *("source", "part", "status", "started_at", "ended_at", "numbers", "notes", "error"),
        *("since", "cursor", "complete_to", "not_before", "seen_at"),
    )

    @admin.display(description="error")
    def error_begin(self, run: SourceRun) -> str:
        """Tell the beginning of what went wrong."""
        return run.error[:80]

    def get_urls(self) -> list[URLPattern]:
        """Add the page for uploads."""
        page = path("upload/", self.admin_site.admin_view(self.upload), name="digest_sourcerun_upload")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the way to the page for uploads to those who may use it."""
        context = {"may_upload": request.user.has_perm("digest.add_paper"), **(extra_context or {})}
        return super().changelist_view(request, context)

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Look at what would be imported, or import it."""
        if not request.user.has_perm("digest.add_paper"):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {**self.admin_site.each_context(request), "title": "Upload papers", "form": form}
        if form.is_valid():
            upload = form.cleaned_data["upload"]
            if "_import" in request.POST:
                return self._take(request, upload)
            context["outlook"] = uploading.look(upload)
            # A file cannot be kept in a form; its text can.
            context["form"] = UploadForm(initial={"text": form.cleaned_data["text"]})
        return render(request, "admin/digest/sourcerun/upload.html", context)

    def _take(self, request: HttpRequest, upload: uploading.Upload) -> HttpResponse:
        """Import it and go to the page of the run, which says what was left out."""
        try:
            run = uploading.take(upload)
        except uploading.BusyError:
            self.message_user(request, "Another upload is being imported. Try again in a minute.", messages.WARNING)
            return redirect("admin:digest_sourcerun_upload")
        if run.error:
            self.message_user(request, f"Not all of it was imported: {run.error}.", messages.ERROR)
        else:
            self.message_user(request, f"Imported: {run.numbers}.", messages.SUCCESS)
        return redirect(reverse("admin:digest_sourcerun_change", args=[run.pk]))
