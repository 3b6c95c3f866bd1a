"""The ledger of deliveries, read-only: only planning adds deliveries, and only sending changes them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_date

from digest.catalog import formatting
from digest.composing import links
from digest.models import Delivery, Edition, Event, Tally
from digest.models.indexed_status import indexed_status
from digest.models.snapshot import candidates_of, extra_section, papers_in
from subscriptions.addresses import address_key
from subscriptions.admin_base import ReadOnlyAdmin, ReadOnlyInline
from subscriptions.models import Subscriber
from subscriptions.paging import AtMost

# The delivery's own page shows the whole error.
ERROR_EXCERPT = 100
# The number of editions summed up above the list.
EDITIONS_SUMMED = 7
# Count → (label, status to filter the list by). An empty status: no status matches this count.
SUM_COLUMNS = {
    "planned": ("Planned", ""),
    "waiting": ("Waiting", "queued"),
    "sent": ("Sent", ""),
    "delivered": ("Delivered", "delivered"),
    "failed": ("Failed", "failed"),
    "uncertain": ("Uncertain", "uncertain"),
    "cancelled": ("Cancelled", "cancelled"),
    "bounced": ("Bounced", "bounced"),
    "complained": ("Marked as spam", "complained"),
    "nothing for them": ("No match", "skipped"),
}
# A search matches at most this many subscribers.
MAX_MATCHED_SUBSCRIBERS = 100


def parse_day(text: str) -> date | None:
    """Return the date in a text, or None if it is not a date."""
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


class EventInline(ReadOnlyInline):
    """The provider's reports about the email."""

    model = Event
    fields = ("at", "provider", "type", "kind", "detail", "recorded_at", "event_id")


@dataclass(frozen=True)
class EditionSums:
    """The digests of an edition by state, in the order of SUM_COLUMNS: (count, status to filter the list by)."""

    day: date
    counts: list[tuple[int, str]]


def delivery_sums() -> dict[str, Any]:
    """Return the sums of the newest editions, as last counted. Nothing is counted here."""
    tallies = list(Tally.objects.filter(kind=Tally.Kind.SENDING).order_by("-day")[:EDITIONS_SUMMED])
    rows = [
        EditionSums(tally.day, [(int(tally.counts.get(name, 0)), status) for name, (_, status) in SUM_COLUMNS.items()])
        for tally in tallies
    ]
    counted_at = max((tally.counted_at for tally in tallies), default=None)
    return {"columns": [label for label, _ in SUM_COLUMNS.values()], "rows": rows, "counted_at": counted_at}


class StatusFilter(admin.ChoicesFieldListFilter):
    """The filter by status, which uses an index where there is one."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Return the rows with the chosen status."""
        indexed = indexed_status(str(self.lookup_val))
        return super().queryset(request, queryset.filter(indexed_status=indexed) if indexed else queryset)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """The ledger, read-only."""

    list_display = ("id", "subscriber_email", "period", "status", "papers", "attempts", "sent_at", "error_begin")
    list_filter = (("status", StatusFilter),)
    list_before_template = "panel/delivery_sums.html"
    nothing_yet = "Once an edition is published, each digest that’s due appears here as a delivery."
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__email_key",)
    search_help_text = "Search by the start of an address, or by the day of an edition, such as 2026-11-24"
    # The ledger has millions of rows, too many to count all of them for every search.
    show_full_result_count = False
    paginator = AtMost
    fields = (
        *("subscriber_email", "period", "edition", "status", "papers", "attempts", "not_before", "created_at"),
        *("claimed_by", "lease_until", "sent_at", "provider_id", "message_id", "error", "in_browser"),
    )
    readonly_fields = ("in_browser",)
    inlines = (EventInline,)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the sums of the newest editions above the list."""
        return super().changelist_view(request, {"sums": delivery_sums(), **(extra_context or {})})

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: Any,
        search_term: str,
    ) -> tuple[Any, bool]:
        """Search with the indexes: by the day of an edition, or by the start of a subscriber's address."""
        if not search_term.strip():
            return queryset, False
        if day := parse_day(search_term):
            return queryset.filter(edition__in=list(Edition.objects.filter(day=day))), False
        readers = Subscriber.objects.filter(email_key__startswith=address_key(search_term))
        return queryset.filter(
            subscriber__in=list(readers.values_list("pk", flat=True)[:MAX_MATCHED_SUBSCRIBERS])
        ), False

    @admin.display(description="subscriber", ordering="subscriber__email_key")
    def subscriber_email(self, delivery: Delivery) -> str:
        """Return the subscriber's address, if they still exist."""
        return delivery.subscriber.email if delivery.subscriber else "(deleted)"

    @admin.display
    def papers(self, delivery: Delivery) -> str:
        """Return how many papers were chosen from how many candidates."""
        content, more = delivery.content, extra_section(delivery.content)
        first = f"{len(papers_in(content))} of {candidates_of(content)}"
        return f"{first}, plus {len(papers_in(more))} of {candidates_of(more)}" if more else first

    @admin.display(description="error")
    def error_begin(self, delivery: Delivery) -> str:
        """Return the start of the error, cut at a word."""
        return formatting.shorten(delivery.error, ERROR_EXCERPT)

    @admin.display(description="view in browser")
    def in_browser(self, delivery: Delivery) -> str:
        """Return the address of the digest's web page."""
        return links.view(delivery.pk)
