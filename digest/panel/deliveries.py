"""The ledger of deliveries, to read: only planning adds, only sending changes, and what was sent was sent."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.dateparse import parse_date

from digest.composing import links
from digest.models import Delivery, Edition, Event
from digest.models.delivery import papers_in
from subscriptions.addresses import key_of
from subscriptions.models import Subscriber
from subscriptions.paging import AtMost
from subscriptions.tables import ReadOnlyAdmin, ReadOnlyInline

# So many readers are looked for at once.
READERS = 100


def parse_day(text: str) -> date | None:
    """Return the day a text is, None where it is none."""
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


class EventInline(ReadOnlyInline):
    """What the provider reported about the mail."""

    model = Event
    fields = ("at", "provider", "type", "kind", "recorded_at", "event_id")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """The ledger, to read."""

    list_display = ("id", "subscriber_email", "period", "status", "papers", "attempts", "sent_at", "error_begin")
    list_filter = ("status",)
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__email_key",)
    search_help_text = "Search by the beginning of an address, or by a day such as 2026-11-24"
    # The ledger has millions of rows: counting all of them for each search is not worth it.
    show_full_result_count = False
    paginator = AtMost
    fields = (
        *("subscriber_email", "period", "edition", "status", "papers", "attempts", "not_before", "created_at"),
        *("claimed_by", "lease_until", "sent_at", "provider_id", "message_id", "error", "in_browser"),
    )
    readonly_fields = ("in_browser",)
    inlines = (EventInline,)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: Any,
        search_term: str,
    ) -> tuple[Any, bool]:
        """Look in the indexes: by the days of editions, or by the readers whose address begins so."""
        if not search_term.strip():
            return queryset, False
        if day := parse_day(search_term):
            return queryset.filter(edition__in=list(Edition.objects.filter(day=day))), False
        readers = Subscriber.objects.filter(email_key__startswith=key_of(search_term))
        return queryset.filter(subscriber__in=list(readers.values_list("pk", flat=True)[:READERS])), False

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
