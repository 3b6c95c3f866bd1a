"""The panel's pages about source runs: the result of each run, and uploading papers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from digest.catalog import formatting, uploads
from digest.catalog.uploads import MAX_UPLOAD_BYTES
from digest.models import KeptUpload, SourceRun
from digest.panel.pages import log_change
from digest.sources.record import SourceError
from subscriptions.admin_base import ReadOnlyAdmin

# The run's own page shows the whole error.
ERROR_BEGIN = 100


class ImportUploadForm(forms.Form):
    """A file, either chosen now or kept from an earlier preview, or a text."""

    file = forms.FileField(
        required=False, help_text=f"{uploads.SUPPORTED_FORMATS}, up to {MAX_UPLOAD_BYTES // 2**20} MB"
    )
    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 12, "cols": 90}))
    kept = forms.ModelChoiceField(KeptUpload.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kept"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = KeptUpload.objects.filter(user=user)

    def clean_file(self) -> bytes:
        """Return the content of the file."""
        file = self.cleaned_data["file"]
        if file is None:
            return b""
        if file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(f"The file can be {MAX_UPLOAD_BYTES // 2**20} MB at most.")
        return bytes(file.read())

    def clean(self) -> dict[str, Any]:
        """Parse the input; its errors become form errors."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        # A file chosen now wins over typed text, which wins over the file of an earlier preview.
        stored_upload = cleaned.get("kept") if not cleaned.get("text", "").strip() else None
        content = cleaned.get("file") or (bytes(stored_upload.content) if stored_upload else b"")
        try:
            cleaned["upload"] = (
                uploads.read_bytes(content) if content else uploads.parse_upload(cleaned.get("text", ""))
            )
        except SourceError as error:
            raise forms.ValidationError(f"Nothing to import: {error}.") from error
        return cleaned


@admin.register(SourceRun)
class SourceRunAdmin(ReadOnlyAdmin):
    """The runs of the sources and their results, read-only; and the page for uploads."""

    list_display = (
        *("started_at", "source", "part", "status", "new", "updated", "unchanged", "skipped"),
        *("complete_to", "error_begin"),
    )
    list_filter = ("source", "status")
    nothing_yet = "Set SOURCES and restart to fetch papers automatically, or upload a file of papers."
    date_hierarchy = "started_at"
    fields = (
        *("source", "part", "status", "started_at", "ended_at", "numbers", "notes", "error"),
        *("since", "cursor", "complete_to", "not_before", "seen_at"),
    )

    @admin.display(description="error")
    def error_begin(self, run: SourceRun) -> str:
        """Return the start of the error, cut at a word."""
        return formatting.shorten(run.error, ERROR_BEGIN)

    def get_urls(self) -> list[URLPattern]:
        """Add the page for uploads."""
        page = path("upload/", self.admin_site.admin_view(self.upload), name="digest_sourcerun_upload")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show a link to the upload page to users who may use it."""
        context = {"may_upload": request.user.has_perm("digest.add_paper"), **(extra_context or {})}
        return super().changelist_view(request, context)

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Preview what would be imported, or import it."""
        if not request.user.has_perm("digest.add_paper"):
            raise PermissionDenied
        user = request.user.get_username()
        form = ImportUploadForm(request.POST or None, request.FILES or None, user=user)
        context: dict[str, Any] = {**self.admin_site.each_context(request), "title": "Upload papers", "form": form}
        if form.is_valid():
            upload = form.cleaned_data["upload"]
            if "_import" in request.POST:
                return self._take(request, upload)
            stored_upload = self._stored_upload(form, user)
            context |= {"outlook": uploads.outlook_of(upload), "kept": stored_upload}
            # A browser does not resend a file, so it is kept here. Typed text stays in the form.
            context["form"] = ImportUploadForm(
                initial={"text": form.cleaned_data["text"], "kept": stored_upload}, user=user
            )
        return render(request, "admin/digest/sourcerun/upload.html", context)

    def _stored_upload(self, form: ImportUploadForm, user: str) -> KeptUpload | None:
        """Return the previewed file, kept until it is imported; None if the input was text."""
        content = form.cleaned_data["file"]
        if content:
            form.cleaned_data["text"] = ""
            return KeptUpload.objects.keep(str(getattr(form.files["file"], "name", "") or "file"), content, user)
        stored_upload: KeptUpload | None = form.cleaned_data["kept"]
        return None if form.cleaned_data["text"].strip() else stored_upload

    def _take(self, request: HttpRequest, upload: uploads.Upload) -> HttpResponse:
        """Import the upload and redirect to the page of the run, which says what was left out."""
        self._note_changes(request, upload)
        try:
            run = uploads.import_upload(upload)
        except uploads.BusyError:
            self.message_user(request, "Another import is running. Try again in a minute.", messages.WARNING)
            return redirect("admin:digest_sourcerun_upload")
        KeptUpload.objects.filter(user=request.user.get_username()).delete()
        if run.error:
            self.message_user(request, f"Some papers couldn’t be imported: {run.error}.", messages.ERROR)
        else:
            self.message_user(request, f"Imported: {run.numbers}.", messages.SUCCESS)
        return redirect(reverse("admin:digest_sourcerun_change", args=[run.pk]))

    def _note_changes(self, request: HttpRequest, upload: uploads.Upload) -> None:
        """Record a change of the editions whose papers the import may overwrite, before it does.

        Metadata that comes from arXiv itself does not count as a curator's change.
        """
        for edition in uploads.touched(upload):
            edition.note_change(request.user.get_username())
            log_change(request, edition, "Uploaded papers that are in this edition.")
