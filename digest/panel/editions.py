"""Editions: the list, the form, and the bulk actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from digest.community import votes
from digest.editions import curation, publishing
from digest.editions.changes import ChangeRefusedError, ExpectedVersion, StaleError
from digest.models import Edition, EditionPaper
from digest.sending import breaker
from subscriptions.admin_base import DisplayInline, PanelAdmin

IS_HIDDEN = Q(entries__placement=EditionPaper.Placement.HIDDEN)


class EditionPaperInline(DisplayInline):
    """The papers of an edition, in the order readers see them."""

    model = EditionPaper
    verbose_name_plural = "papers in order"
    fields = ("position", "placement", "note", "paper")
    readonly_fields = ("paper",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditionPaper]:
        """Fetch the papers with the entries."""
        return super().get_queryset(request).select_related("paper", "edition")

    def has_add_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:  # noqa: ARG002
        """Forbid adding: AddPaperInline does that, with a search field."""
        return False


class AddPaperInline(DisplayInline):
    """A row for adding a paper. It is separate because a search field in each of fifty rows costs fifty queries."""

    model = EditionPaper
    verbose_name = "paper"
    verbose_name_plural = "add papers"
    fields = ("paper", "position", "placement", "note")
    autocomplete_fields = ("paper",)
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditionPaper]:
        """Leave out the papers that are already in the edition."""
        return super().get_queryset(request).none()


class EditionForm(forms.ModelForm):  # type: ignore[type-arg]
    """An edition, and the version the curator saw when they began to edit it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        error_messages = {"day": {"unique": "There’s already an edition for this day."}}

    def clean_version(self) -> int:
        """Reject changes based on an outdated version."""
        version: int | None = self.cleaned_data["version"]
        now = Edition.objects.filter(pk=self.instance.pk).values_list("version", "changed_by").first()
        if version is not None and now and version != now[0]:
            raise forms.ValidationError(
                f"{now[1] or 'Someone'} changed this edition in the meantime. Nothing was saved. Reload and try again."
            )
        return now[0] if now else 0


@admin.register(Edition)
class EditionAdmin(PanelAdmin):
    """One day's papers: order, pin, hide and publish them; stop and resume the sending of the digests."""

    list_display = ("day", "to_board", "status", "shown", "hidden", "publish_at", "published_at", "sending")
    list_filter = ("status", ("halted_at", admin.EmptyFieldListFilter))
    nothing_yet = "Create the first edition, then choose its papers on the board."
    date_hierarchy = "day"
    form = EditionForm
    help_texts = {
        "publish_at": "When it goes out automatically (UTC). Leave empty for the usual hour.",
        "subject": "Subject of the emails. Leave empty to use the first paper’s title.",
        "intro": "Shown above the papers, on the page and in email.",
    }
    fields = ("day", "status", "publish_at", "published_at", "sending", "subject", "intro", "version")
    readonly_fields = ("status", "published_at", "sending")
    inlines = (EditionPaperInline, AddPaperInline)
    actions = ("publish", "stop_sending", "resume_sending")
    change_form_before_template = "panel/edition_form_lead.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        """Annotate the editions with their numbers of visible and hidden papers."""
        editions: QuerySet[Edition] = super().get_queryset(request)
        counts = {"shown": Count("entries", filter=~IS_HIDDEN), "hidden": Count("entries", filter=IS_HIDDEN)}
        return editions.annotate(**counts)

    def get_form(self, request: HttpRequest, obj: Edition | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Make the publication time optional: the model fills in the usual hour."""
        form = super().get_form(request, obj, change, **kwargs)
        if "publish_at" in form.base_fields:
            form.base_fields["publish_at"].required = False
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Suggest the next day without an edition."""
        tomorrow = timezone.now().date() + timedelta(days=1)
        return {"day": curation.free_day(tomorrow), **super().get_changeform_initial_data(request)}

    def get_fields(self, request: HttpRequest, obj: Edition | None = None) -> Any:
        """Ask only for what a new edition needs: its papers are chosen on the board."""
        return super().get_fields(request, obj) if obj else ("day", "publish_at", "subject", "intro")

    def get_inlines(self, request: HttpRequest, obj: Edition | None) -> Any:
        """Leave the papers of a new edition to the board."""
        return super().get_inlines(request, obj) if obj else ()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a short form with one button, which opens the board."""
        buttons = {"show_save_and_add_another": False, "show_save_and_continue": False}
        context = {"title": "Create an edition", **buttons, **(extra_context or {})}
        return super().add_view(request, form_url, context)

    def response_add(self, request: HttpRequest, obj: Edition, post_url_continue: str | None = None) -> HttpResponse:
        """Redirect to the board of the new edition."""
        super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(reverse("admin:board", args=[obj.pk]))

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may publish editions."""
        return request.user.has_perm("digest.publish_edition")

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may stop and resume sending."""
        return request.user.has_perm("digest.send_edition")

    def get_readonly_fields(self, request: HttpRequest, obj: Edition | None = None) -> Any:
        """Make the publication time read-only for users who may not publish, and if approval is required.

        In the second case, it is set on the publishing page.
        """
        fields = super().get_readonly_fields(request, obj)
        sets_hour = self.has_publish_permission(request) and not settings.SECOND_LOOK
        return fields if sets_hour or obj is None else (*fields, "publish_at")

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:  # noqa: FBT001
        """Record who set the publication time."""
        if "publish_at" in form.changed_data and obj.publish_at:
            obj.hour_set_by = request.user.get_username()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Record the change, so that the boards of other curators show it."""
        super().save_related(request, form, formsets, change)
        # A paper added to a published edition must be ranked among the trending papers.
        votes.count_votes(list(form.instance.papers.values_list("pk", flat=True)), timezone.now())
        form.instance.note_change(request.user.get_username())

    @admin.display(ordering="shown")
    def shown(self, edition: Edition) -> int:
        """Return the number of papers readers see."""
        return int(getattr(edition, "shown", 0))

    @admin.display(ordering="hidden")
    def hidden(self, edition: Edition) -> int:
        """Return the number of papers readers do not see."""
        return int(getattr(edition, "hidden", 0))

    @admin.display(description="board")
    def to_board(self, edition: Edition) -> SafeString:
        """Link to the board."""
        return render_to_string("panel/board_link.html", {"edition": edition})

    @admin.display(ordering="halted_at")
    def sending(self, edition: Edition) -> str:
        """Return whether the edition's digests are being sent, and if not, why."""
        if not edition.is_published:
            return ""
        if not edition.halted_at:
            return "running"
        return f"stopped on {date_format(localtime(edition.halted_at), 'DATETIME_FORMAT')}: {edition.halted_because}"

    @admin.action(description="Stop sending", permissions=["send"])
    def stop_sending(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Stop the sending of each edition and log who did it."""
        for edition in editions:
            if breaker.halt_edition(edition, timezone.now(), str(request.user)):
                self.log_change(request, edition, "Sending stopped.")
                self.message_user(request, f"Stopped sending {edition}.", messages.SUCCESS)
            else:
                self.message_user(request, f"Sending was already stopped for {edition}.", messages.INFO)

    @admin.action(description="Resume sending", permissions=["send"])
    def resume_sending(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Resume the sending of each edition, and log who did it and why it had been stopped."""
        for edition in editions:
            because = edition.halted_because
            if breaker.resume_edition(edition):
                self.log_change(request, edition, f"Sending resumed. It had been stopped: {because}.")
                self.message_user(request, f"Sending resumes for {edition} within a minute.", messages.SUCCESS)
            else:
                self.message_user(request, f"Sending isn’t stopped for {edition}.", messages.INFO)

    @admin.action(description="Publish the selected editions", permissions=["publish"])
    def publish(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Publish each edition, with a message for each."""
        for edition in editions:
            self.publish_one(request, edition)

    def publish_one(self, request: HttpRequest, edition: Edition) -> None:
        """Publish one edition, with a message that it was published or why not."""
        expected = ExpectedVersion(edition.version, request.user.get_username())
        try:
            _, description = publishing.publish_or_schedule(edition.pk, expected, None, timezone.now())
        except (ChangeRefusedError, StaleError) as error:
            self.message_user(request, f"Not published: {error}", messages.ERROR)
            return
        self.log_change(request, edition, description)
        edition.refresh_from_db()
        message = f"Published {edition}." if edition.is_published else description
        self.message_user(request, message, messages.SUCCESS)

    def response_change(self, request: HttpRequest, obj: Edition) -> HttpResponse:
        """Publish after saving, if that button was clicked."""
        if "_publish" in request.POST and self.has_publish_permission(request):
            self.publish_one(request, obj)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)
