"""Papers, with what the world outside calls them and what they are about."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminURLInputWidget

from digest.models import Listing, Paper, PaperIdentifier, PaperTopic
from subscriptions.paging import AtMost
from subscriptions.tables import ReadOnlyInline


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
class PaperAdmin(ModelAdmin):
    """Papers, and the edition each stands in."""

    list_display = ("title", "edition", "source", "created_at")
    list_filter = ("source",)
    list_select_related = ("entry__edition",)
    show_full_result_count = False
    paginator = AtMost
    search_fields = ("title", "identifiers__value")
    readonly_fields = (
        *("original_title", "original_abstract", "original_authors"),
        *("source", "version", "withdrawn_at", "created_at", "updated_at"),
    )
    formfield_overrides = {URLField: {"assume_scheme": "https", "widget": UnfoldAdminURLInputWidget}}
    inlines = (IdentifierInline, ListingInline, TagInline)

    @admin.display(ordering="entry__edition__day")
    def edition(self, paper: Paper) -> str:
        """Tell the day of its edition."""
        return str(paper.entry.edition.day) if hasattr(paper, "entry") else ""
