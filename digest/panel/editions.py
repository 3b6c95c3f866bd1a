"""Editions: the list, the form, and what can be done to many at once."""

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
from unfold.admin import ModelAdmin

from digest import curation, publishing, voting
from digest.arranging import RefusedError, Seen, StaleError
from digest.models import Edition, EditionPaper
from digest.sending import breaker
from subscriptions.tables import Table

HIDDEN = Q(entries__placement=EditionPaper.Placement.HIDDEN)


class StandingInline(Table):
    """The papers of an edition, in the order readers see."""

    model = EditionPaper
    verbose_name_plural = "papers in order"
    fields = ("position", "placement", "note", "paper")
    readonly_fields = ("paper",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditionPaper]:
        """Bring the papers along."""
        return super().get_queryset(request).select_related("paper", "edition")

    def has_add_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:  # noqa: ARG002
        """Leave adding to the inline below, which has a search for it."""
        return False


class AddingInline(Table):
    """Room for one more paper. Apart from the others, for a search field on each of fifty rows costs fifty queries."""

    model = EditionPaper
    verbose_name = "paper"
    verbose_name_plural = "add papers"
    fields = ("paper", "position", "placement", "note")
    autocomplete_fields = ("paper",)
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditionPaper]:
        """Show none of those that stand already."""
        return super().get_queryset(request).none()


class EditionForm(forms.ModelForm):  # type: ignore[type-arg]
    """An edition, and the version somebody saw when they began to change it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_version(self) -> int:
        """Refuse what was made on a state that is no more."""
        seen: int | None = self.cleaned_data["version"]
        now = Edition.objects.filter(pk=self.instance.pk).values_list("version", "changed_by").first()
        if seen is not None and now and seen != now[0]:
            raise forms.ValidationError(f"{now[1]} changed this edition meanwhile. Nothing was saved: open it again.")
        return now[0] if now else 0


@admin.register(Edition)
class EditionAdmin(ModelAdmin):
    """One day's papers: put in order, pin, hide, publish; stop and go on with the sending of its digests."""

    list_display = ("day", "to_board", "status", "shown", "hidden", "publish_at", "published_at", "sending")
    list_filter = ("status", ("halted_at", admin.EmptyFieldListFilter))
    date_hierarchy = "day"
    form = EditionForm
    fields = ("day", "status", "publish_at", "published_at", "sending", "subject", "intro", "version")
    readonly_fields = ("status", "published_at", "sending")
    inlines = (StandingInline, AddingInline)
    actions = ("publish", "stop_sending", "go_on_sending")
    save_on_top = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        """Count the papers along."""
        editions: QuerySet[Edition] = super().get_queryset(request)
        counts = {"shown": Count("entries", filter=~HIDDEN), "hidden": Count("entries", filter=HIDDEN)}
        return editions.annotate(**counts)

    def get_form(self, request: HttpRequest, obj: Edition | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Let the hour of publication be empty: the model knows the usual one."""
        form = super().get_form(request, obj, change, **kwargs)
        if "publish_at" in form.base_fields:
            form.base_fields["publish_at"].required = False
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the next day that has no edition."""
        tomorrow = timezone.now().date() + timedelta(days=1)
        return {"day": curation.free_day(tomorrow), **super().get_changeform_initial_data(request)}

    def response_add(self, request: HttpRequest, obj: Edition, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to the board of a new edition, unless another button was pressed."""
        response = super().response_add(request, obj, post_url_continue)
        is_elsewhere = {"_addanother", "_continue", "_popup"} & request.POST.keys()
        return response if is_elsewhere else HttpResponseRedirect(reverse("admin:board", args=[obj.pk]))

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Say whether somebody brings editions out."""
        return request.user.has_perm("digest.publish_edition")

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Say whether somebody stops sending, and goes on with it."""
        return request.user.has_perm("digest.send_edition")

    def get_readonly_fields(self, request: HttpRequest, obj: Edition | None = None) -> Any:
        """Leave the hour to those who publish, and to the page of publishing where two have to look."""
        fields = super().get_readonly_fields(request, obj)
        sets_hour = self.has_publish_permission(request) and not settings.SECOND_LOOK
        return fields if sets_hour or obj is None else (*fields, "publish_at")

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:  # noqa: FBT001
        """Note who decided on the hour."""
        if "publish_at" in form.changed_data and obj.publish_at:
            obj.hour_set_by = request.user.get_username()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Count the change, so that the board of another shows it."""
        super().save_related(request, form, formsets, change)
        # A paper that was added has its place among the trending: the edition may be out.
        voting.count(list(form.instance.papers.values_list("pk", flat=True)), timezone.now())
        form.instance.note_change(request.user.get_username())

    @admin.display(ordering="shown")
    def shown(self, edition: Edition) -> int:
        """Count the papers readers see."""
        return int(getattr(edition, "shown", 0))

    @admin.display(ordering="hidden")
    def hidden(self, edition: Edition) -> int:
        """Count the papers readers do not see."""
        return int(getattr(edition, "hidden", 0))

    @admin.display(description="board")
    def to_board(self, edition: Edition) -> SafeString:
        """Link to the board."""
        return render_to_string("panel/board_link.html", {"edition": edition})

    @admin.display(ordering="halted_at")
    def sending(self, edition: Edition) -> str:
        """Tell whether its digests are sent, and why not."""
        if not edition.is_published:
            return ""
        if not edition.halted_at:
            return "goes on"
        return f"halted {date_format(localtime(edition.halted_at), 'DATETIME_FORMAT')}: {edition.halted_because}"

    @admin.action(description="Stop sending", permissions=["send"])
    def stop_sending(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Halt each and note who did it."""
        for edition in editions:
            if breaker.stop(edition, timezone.now(), str(request.user)):
                self.log_change(request, edition, "Sending stopped.")
                self.message_user(request, f"{edition} is not sent any more.", messages.SUCCESS)
            else:
                self.message_user(request, f"{edition} was halted before.", messages.INFO)

    @admin.action(description="Go on sending", permissions=["send"])
    def go_on_sending(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Let each go on and note who did it, and why it had been halted."""
        for edition in editions:
            because = edition.halted_because
            if breaker.go_on(edition):
                self.log_change(request, edition, f"Sending goes on. It was halted: {because}.")
                self.message_user(request, f"{edition} is sent again, within a minute.", messages.SUCCESS)
            else:
                self.message_user(request, f"{edition} is not halted.", messages.INFO)

    @admin.action(description="Publish the selected editions", permissions=["publish"])
    def publish(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Publish each and tell what became of it."""
        for edition in editions:
            self.publish_one(request, edition)

    def publish_one(self, request: HttpRequest, edition: Edition) -> None:
        """Publish and say so, or say why not."""
        seen = Seen(edition.version, request.user.get_username())
        try:
            _, done = publishing.bring_out(edition.pk, seen, None, timezone.now())
        except (RefusedError, StaleError) as error:
            self.message_user(request, f"Not published: {error}", messages.ERROR)
            return
        self.log_change(request, edition, done)
        edition.refresh_from_db()
        told = f"{edition} is published." if edition.is_published else done
        self.message_user(request, told, messages.SUCCESS)

    def response_change(self, request: HttpRequest, obj: Edition) -> HttpResponse:
        """Publish after saving where that button was pressed."""
        if "_publish" in request.POST and self.has_publish_permission(request):
            self.publish_one(request, obj)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)
