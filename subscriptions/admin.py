"""The panel's pages for subscribers, topics and suppressed addresses."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import JSONField, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from subscriptions import schedule, time_zones
from subscriptions.addresses import address_key
from subscriptions.admin_base import DisplayInline, PanelAdmin, ReadOnlyInline
from subscriptions.forms import AddressField
from subscriptions.importing import retention
from subscriptions.models import AuthorFollow, Consent, Follow, Rule, Subscriber, Suppression, Topic
from subscriptions.models.lines import StorableDecoder
from subscriptions.models.suppression import hash_of
from subscriptions.paging import AtMost


class FollowInline(DisplayInline):
    """The topics of a subscriber."""

    model = Follow
    autocomplete_fields = ("topic",)
    verbose_name = "topic"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Follow]:
        """Fetch the topics in the same query."""
        return super().get_queryset(request).select_related("topic", "subscriber")


class RuleInline(ReadOnlyInline):
    """The words a subscriber follows and mutes. Read-only: they are the subscriber's own choice."""

    model = Rule


class AuthorInline(ReadOnlyInline):
    """The authors a subscriber follows."""

    model = AuthorFollow
    verbose_name = "author"


class ConsentInline(ReadOnlyInline):
    """What a subscriber agreed to. Read-only: no one can consent for someone else."""

    model = Consent

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        """Leave out unconfirmed sign-ups in the name of someone who left: anyone may have made them."""
        return super().get_queryset(request).filter(choices__isnull=True)


class SubscriberForm(forms.ModelForm):  # type: ignore[type-arg]
    """What can be changed about a subscriber by hand."""

    time_zone = forms.ChoiceField(choices=time_zones.by_region, widget=UnfoldAdminSelectWidget)


@admin.register(Subscriber)
class SubscriberAdmin(PanelAdmin):
    """Subscribers: find by address, change choices, unsubscribe, delete. None are added: they sign up themselves."""

    form = SubscriberForm
    list_display = (
        "id",
        "email",
        "story",
        "status",
        "frequency",
        "local_time",
        "time_zone",
        "next_digest_at",
        "created_at",
    )
    list_display_links = ("id", "email")
    list_filter = ("status", "frequency", "channel", "breadth", "topics")
    nothing_yet = "People sign up on the site. To bring a list from another service, use Import."
    search_fields = ("email_key",)
    search_help_text = "Search by the start of an address, or by its domain, such as @example.org"
    show_full_result_count = False
    paginator = AtMost
    fields = (
        *("public_id", "email", "status", *schedule.ScheduleFields._fields, "channel", "max_papers", "reading_minutes"),
        *(
            "least_match",
            "breadth",
            "max_more",
            "paused_until",
            "next_digest_at",
            "seen_until",
            "created_at",
            "confirmed_at",
            "unsubscribed_at",
        ),
    )
    # Status and address only change with consent, the next digest with the schedule.
    readonly_fields = (
        *("public_id", "email", "status", "next_digest_at", "seen_until"),
        *("created_at", "confirmed_at", "unsubscribed_at"),
    )
    help_texts = {
        "local_time": "When the digest should arrive, in their time zone.",
        "weekday": "For weekly digests. 0 is Monday.",
        "chosen_days": "For digests on chosen days: add up 1 Mon, 2 Tue, 4 Wed, 8 Thu, 16 Fri, 32 Sat, 64 Sun.",
        "month_day": "For monthly digests. In shorter months, the last day counts.",
        "reading_minutes": "As many papers as fit into this reading time, up to the maximum.",
        "least_match": "In percent. No digest goes out unless at least one paper matches this well.",
        "max_more": "Maximum number of papers in the extra section, for readers who want everything new.",
        "paused_until": "The first day they get a digest again.",
    }
    inlines = (FollowInline, RuleInline, AuthorInline, ConsentInline)
    actions = ("unsubscribe",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """No one can sign up someone else."""
        return False

    def save_model(self, request: HttpRequest, obj: Subscriber, form: Any, change: bool) -> None:  # noqa: FBT001
        """Reschedule the next digest if the schedule changed."""
        if obj.is_active and {*schedule.ScheduleFields._fields, "paused_until"} & {*form.changed_data}:
            obj.reschedule(timezone.now())
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let anyone who may delete a subscriber delete the related rows too, even if not by themselves."""
        to_delete, counts, _, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:  # noqa: ARG002 - Django's signature
        """Erase the subscriber, as they could do themselves."""
        retention.erase_address(obj.email)
        obj.erase()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        """Erase each subscriber."""
        for subscriber in queryset:
            self.delete_model(request, subscriber)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: Any,
        search_term: str,
    ) -> tuple[Any, bool]:
        """Search the index of addresses: matching text anywhere in an address would mean reading all of them."""
        key = address_key(search_term)
        if not key:
            return queryset, False
        end = {"email_key__endswith": key} if key.startswith("@") else {"email_key__startswith": key}
        return queryset.filter(**end), False

    @admin.display(description="history")
    def story(self, subscriber: Subscriber) -> SafeString:
        """Link to the subscriber's whole history."""
        return render_to_string("panel/subscriber_history_link.html", {"subscriber": subscriber})

    @admin.action(description="Unsubscribe the selected subscribers", permissions=["change"])
    def unsubscribe(self, request: HttpRequest, subscribers: QuerySet[Subscriber]) -> None:
        """Stop each subscriber's digests."""
        for subscriber in subscribers:
            subscriber.unsubscribe(timezone.now())
        self.message_user(request, f"Unsubscribed {len(subscribers)}.")


@admin.register(Topic)
class TopicAdmin(PanelAdmin):
    """Topics, with their number of followers when last counted."""

    list_display = ("name", "slug", "description", "followers")
    search_fields = ("name", "slug")
    nothing_yet = "Run manage.py load_topics for the starter topics, or add your own."
    prepopulated_fields = {"slug": ("name",)}
    help_texts = {
        "arxiv_categories": 'A list, such as ["cs.LG", "stat.ML"].',
        "keywords": "A list of words and phrases to find in titles and abstracts.",
    }
    formfield_overrides = {JSONField: {"decoder": StorableDecoder}}


class SuppressionForm(forms.ModelForm):  # type: ignore[type-arg]
    """An address to suppress: typed here, stored as a hash."""

    email = AddressField()
    # Someone else's address, so the browser should not fill in the user's own.
    email.widget = UnfoldAdminEmailInputWidget({"autocomplete": "off"})

    class Meta:
        model = Suppression
        fields = ("reason",)

    def clean_email(self) -> str:
        """Refuse an address that is already suppressed."""
        email = str(self.cleaned_data["email"])
        if Suppression.objects.covers(email):
            raise forms.ValidationError("This address is already suppressed.")
        return email


@admin.register(Suppression)
class SuppressionAdmin(PanelAdmin):
    """Addresses that must not be emailed. Only their hashes are stored, so a search needs the whole address."""

    list_display = ("short_hash", "reason", "created_at")
    list_filter = ("reason",)
    nothing_yet = "Addresses that bounce or complain end up here automatically, and we never email them again."
    search_fields = ("address_hash",)
    search_help_text = "Search by the whole address"

    def get_form(self, request: HttpRequest, obj: Suppression | None = None, *args: Any, **kwargs: Any) -> Any:
        """Ask for an address when one is added."""
        if obj is None:
            kwargs["form"] = SuppressionForm
        return super().get_form(request, obj, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> Any:  # noqa: ARG002
        """Show the hash of an existing row."""
        return ("address_hash", "reason", "created_at") if obj else ("email", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:  # noqa: ARG002
        """Only adding and deleting make sense."""
        return False

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search for the hash of what was typed."""
        return super().get_search_results(request, queryset, hash_of(search_term) if search_term else "")

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store the hash, and stop all mail to that address."""
        email = form.cleaned_data["email"]
        obj.address_hash = hash_of(email)
        super().save_model(request, obj, form, change)
        for subscriber in Subscriber.objects.with_address(email):
            subscriber.suppress(timezone.now())

    @admin.display(description="hash")
    def short_hash(self, suppression: Suppression) -> str:
        """Return the beginning of the hash."""
        return suppression.address_hash[:12]
