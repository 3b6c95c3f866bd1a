"""The desk: editions to put in order and publish, papers, and the ledger of deliveries to read."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from digest import curation, voting
from digest.community_admin import MemberAdmin, SubmissionAdmin
from digest.composing import links
from digest.models import Delivery, Edition, EditionPaper, Event, Feedback, Listing, Paper, PaperIdentifier, PaperTopic
from digest.models.delivery import papers_in
from digest.sending import breaker
from digest.source_admin import SourceRunAdmin

# Desks of their own, in files of their own.
__all__ = ["MemberAdmin", "SourceRunAdmin", "SubmissionAdmin"]

HIDDEN = Q(entries__placement=EditionPaper.Placement.HIDDEN)


# The classes of the admin take no type argument when the program runs: hence the ignored ones.


class StandingInline(admin.TabularInline):  # type: ignore[type-arg]
    """The papers of an edition, in the order readers see."""

    model = EditionPaper
    verbose_name_plural = "papers in order"
    fields = ("position", "placement", "note", "paper")
    readonly_fields = ("paper",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditionPaper]:
        """Bring the papers along."""
        return super().get_queryset(request).select_related("paper", "edition")

    def has_add_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:  # noqa: ARG002
        """Leave adding to the inline below, which has a search for it."""
        return False


class AddingInline(admin.TabularInline):  # type: ignore[type-arg]
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


@admin.register(Edition)
class EditionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One day's papers: put in order, pin, hide, publish; stop and go on with the sending of its digests."""

    list_display = ("day", "status", "shown", "hidden", "publish_at", "published_at", "sending")
    list_filter = ("status", ("halted_at", admin.EmptyFieldListFilter))
    date_hierarchy = "day"
    fields = ("day", "status", "publish_at", "published_at", "sending")
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

    @admin.display(ordering="shown")
    def shown(self, edition: Edition) -> int:
        """Count the papers readers see."""
        return int(getattr(edition, "shown", 0))

    @admin.display(ordering="hidden")
    def hidden(self, edition: Edition) -> int:
        """Count the papers readers do not see."""
        return int(getattr(edition, "hidden", 0))

    @admin.display(ordering="halted_at")
    def sending(self, edition: Edition) -> str:
        """Tell whether its digests are sent, and why not."""
        if not edition.halted_at:
            return "goes on"
        return f"halted {date_format(localtime(edition.halted_at), 'DATETIME_FORMAT')}: {edition.halted_because}"

    @admin.action(description="Stop sending", permissions=["change"])
    def stop_sending(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Halt each and note who did it."""
        for edition in editions:
            if breaker.stop(edition, timezone.now(), str(request.user)):
                self.log_change(request, edition, "Sending stopped.")
                self.message_user(request, f"{edition} is not sent any more.", messages.SUCCESS)
            else:
                self.message_user(request, f"{edition} was halted before.", messages.INFO)

    @admin.action(description="Go on sending", permissions=["change"])
    def go_on_sending(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Let each go on and note who did it, and why it had been halted."""
        for edition in editions:
            because = edition.halted_because
            if breaker.go_on(edition):
                self.log_change(request, edition, f"Sending goes on. It was halted: {because}.")
                self.message_user(request, f"{edition} is sent again, within a minute.", messages.SUCCESS)
            else:
                self.message_user(request, f"{edition} is not halted.", messages.INFO)

    @admin.action(description="Publish the selected editions", permissions=["change"])
    def publish(self, request: HttpRequest, editions: QuerySet[Edition]) -> None:
        """Publish each and tell what became of it."""
        for edition in editions:
            self.publish_one(request, edition)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Give a paper that was added its place among the trending: the edition may be out."""
        super().save_related(request, form, formsets, change)
        voting.count(list(form.instance.papers.values_list("pk", flat=True)), timezone.now())

    def publish_one(self, request: HttpRequest, edition: Edition) -> None:
        """Publish and say so, or say why not."""
        try:
            done = curation.publish(edition, timezone.now())
        except curation.EmptyEditionError as error:
            self.message_user(request, f"Not published: {error}.", messages.ERROR)
            return
        if done:
            self.log_change(request, edition, "Published.")
            self.message_user(request, f"{edition} is published.", messages.SUCCESS)
        else:
            self.message_user(request, f"{edition} was published before.", messages.INFO)

    def response_change(self, request: HttpRequest, obj: Edition) -> HttpResponse:
        """Publish after saving where that button was pressed."""
        if "_publish" in request.POST:
            self.publish_one(request, obj)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows to read."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed by hand."""
        return False


class IdentifierInline(ReadOnlyInline):
    """What the world outside calls the paper."""

    model = PaperIdentifier


class ListingInline(ReadOnlyInline):
    """On which day which source has it."""

    model = Listing


class TagInline(ReadOnlyInline):
    """What the paper is about."""

    model = PaperTopic
    verbose_name = "topic"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the topics along."""
        return super().get_queryset(request).select_related("topic")


@admin.register(Paper)
class PaperAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Papers, and the edition each stands in."""

    list_display = ("title", "edition", "source", "created_at")
    list_filter = ("source",)
    list_select_related = ("entry__edition",)
    search_fields = ("title", "identifiers__value")
    readonly_fields = (
        *("original_title", "original_abstract", "original_authors"),
        *("source", "version", "withdrawn_at", "created_at", "updated_at"),
    )
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    inlines = (IdentifierInline, ListingInline, TagInline)

    @admin.display(ordering="entry__edition__day")
    def edition(self, paper: Paper) -> str:
        """Tell the day of its edition."""
        return str(paper.entry.edition.day) if hasattr(paper, "entry") else ""


class EventInline(ReadOnlyInline):
    """What the provider reported about the mail."""

    model = Event
    fields = ("at", "provider", "type", "kind", "recorded_at", "event_id")


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The ledger, to read."""

    list_display = ("id", "subscriber_email", "period", "status", "papers", "attempts", "sent_at", "error_begin")
    list_filter = ("status", "period")
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__email_key",)
    search_help_text = "Search by address"
    date_hierarchy = "period"
    # The ledger has millions of rows: counting all of them for each search is not worth it.
    show_full_result_count = False
    fields = (
        *("subscriber_email", "period", "edition", "status", "papers", "attempts", "not_before", "created_at"),
        *("claimed_by", "lease_until", "sent_at", "provider_id", "message_id", "error", "in_browser"),
    )
    readonly_fields = ("in_browser",)
    inlines = (EventInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only planning adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:  # noqa: ARG002
        """Only sending changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:  # noqa: ARG002
        """Nobody deletes: what was sent was sent."""
        return False

    @admin.display(description="subscriber", ordering="subscriber__email_key")
    def subscriber_email(self, delivery: Delivery) -> str:
        """Tell the address, where there still is one."""
        return delivery.subscriber.email if delivery.subscriber else "(left)"

    @admin.display
    def papers(self, delivery: Delivery) -> str:
        """Count the papers: chosen, of how many."""
        content, more = delivery.content, delivery.content.get("more", {})
        first = f"{len(papers_in(content))} of {content.get('of', 0)}"
        return f"{first}, and {len(papers_in(more))} of {more['of']}" if more else first

    @admin.display(description="error")
    def error_begin(self, delivery: Delivery) -> str:
        """Tell the beginning of what went wrong."""
        return delivery.error[:80]

    @admin.display(description="in the browser")
    def in_browser(self, delivery: Delivery) -> str:
        """Tell the address at which the digest can be seen."""
        return links.view(delivery.pk)


@admin.register(Feedback)
class FeedbackAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What readers said about papers, to read: it is theirs to say and to take back."""

    list_display = ("id", "kind", "paper", "subscriber", "at")
    list_filter = ("kind",)
    list_select_related = ("paper", "subscriber")
    search_fields = ("subscriber__email_key",)
    search_help_text = "Search by address"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only readers add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Feedback | None = None) -> bool:  # noqa: ARG002
        """Only readers change."""
        return False
