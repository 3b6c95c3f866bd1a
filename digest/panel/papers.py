"""Papers, with their external IDs and their topics."""

from typing import Any

from django.contrib import admin
from django.db.models import JSONField, QuerySet, URLField
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminURLInputWidget

from digest.catalog.key_sentence import choose_key_sentences
from digest.models import Listing, Paper, PaperIdentifier, PaperTopic
from digest.panel.pages import log_change
from digest.sources.interface import source_kinds
from subscriptions.admin_base import PanelAdmin, ReadOnlyInline
from subscriptions.models.lines import StorableDecoder
from subscriptions.paging import AtMost


class IdentifierInline(ReadOnlyInline):
    """The paper's external IDs."""

    model = PaperIdentifier
    fields = readonly_fields = ("known_by", "value")

    @admin.display(description="scheme")
    def known_by(self, identifier: PaperIdentifier) -> str:
        """Return the ID's scheme. The ID of a source without a scheme in PaperIdentifier gets the source's title."""
        kinds = source_kinds()
        named = kinds[identifier.scheme].title if identifier.scheme in kinds else identifier.scheme
        return str(dict(PaperIdentifier.Scheme.choices).get(identifier.scheme, named))


class ListingInline(ReadOnlyInline):
    """The days on which sources listed the paper."""

    model = Listing


class TagInline(ReadOnlyInline):
    """The paper's topics."""

    model = PaperTopic
    verbose_name = "topic"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch the topics with the rows."""
        return super().get_queryset(request).select_related("topic")


@admin.register(Paper)
class PaperAdmin(PanelAdmin):
    """Papers, and the edition each is in."""

    list_display = ("title", "edition", "source", "created_at")
    list_filter = ("source",)
    nothing_yet = "Papers come in from your sources. You can also upload some under Sources."
    list_select_related = ("entry__edition",)
    show_full_result_count = False
    paginator = AtMost
    search_fields = ("title", "identifiers__value")
    readonly_fields = (
        *("original_title", "original_abstract", "original_authors"),
        *("source", "version", "withdrawn_at", "created_at", "updated_at"),
    )
    formfield_overrides = {
        URLField: {"assume_scheme": "https", "widget": UnfoldAdminURLInputWidget},
        JSONField: {"decoder": StorableDecoder},
    }
    help_texts = {
        "authors": "Names, in the order they have on the paper.",
        "arxiv_categories": "The primary category comes first.",
    }
    inlines = (IdentifierInline, ListingInline, TagInline)

    def save_model(self, request: HttpRequest, obj: Paper, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save the paper, and record a change of its edition, which may then need approval."""
        before = Paper.objects.filter(pk=obj.pk).values(*form.cleaned_data).first() or {}
        choose_key_sentences([obj])
        super().save_model(request, obj, form, change)
        if hasattr(obj, "entry") and any(getattr(obj, name) != value for name, value in before.items()):
            obj.entry.edition.note_change(request.user.get_username())
            log_change(request, obj.entry.edition, f"Changed the text of “{obj}”.")

    @admin.display(ordering="entry__edition__day")
    def edition(self, paper: Paper) -> str:
        """Return the day of the paper's edition."""
        return str(paper.entry.edition.day) if hasattr(paper, "entry") else ""
