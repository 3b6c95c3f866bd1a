"""The ledger of deliveries, to read: only planning adds, only sending changes, and what was sent was sent."""

from django.contrib import admin

from digest.composing import links
from digest.models import Delivery, Event
from digest.panel.reading import ReadOnlyAdmin, ReadOnlyInline


class EventInline(ReadOnlyInline):
    """What the provider reported about the mail."""

    model = Event
    fields = ("at", "provider", "type", "kind", "recorded_at", "event_id")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
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

    @admin.display(description="subscriber", ordering="subscriber__email_key")
    def subscriber_email(self, delivery: Delivery) -> str:
        """Tell the address, where there still is one."""
        return delivery.subscriber.email if delivery.subscriber else "(left)"

    @admin.display
    def papers(self, delivery: Delivery) -> str:
        """Count the papers: chosen, of how many."""
        return f"{len(delivery.content.get('papers', []))} of {delivery.content.get('of', 0)}"

    @admin.display(description="error")
    def error_begin(self, delivery: Delivery) -> str:
        """Tell the beginning of what went wrong."""
        return delivery.error[:80]

    @admin.display(description="in the browser")
    def in_browser(self, delivery: Delivery) -> str:
        """Tell the address at which the digest can be seen."""
        return links.view(delivery.pk)
