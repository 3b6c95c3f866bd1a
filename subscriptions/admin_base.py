"""Base classes for the panel's tables: with a label on each field, or read-only."""

from typing import Any, ClassVar

from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline

# The attribute of a request that holds the message about the row it saved.
SAVED_WORDS = "_saved_words"


class PanelAdmin(ModelAdmin):
    """A panel table that says briefly what was saved, and what an empty list is for."""

    # What someone can do while there is nothing yet; templates/unfold/helpers/empty_results.html shows it.
    nothing_yet = ""
    # Help texts of editable fields; a field that is not listed here has its model's help text.
    help_texts: ClassVar[dict[str, str]] = {}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Add the help texts to the fields."""
        return super().get_form(request, obj, change, **{"help_texts": self.help_texts, **kwargs})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Say what was added."""
        setattr(request, SAVED_WORDS, f"Added “{obj}”.")
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Say what was saved."""
        setattr(request, SAVED_WORDS, f"Saved “{obj}”.")
        return super().response_change(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Say what was deleted."""
        setattr(request, SAVED_WORDS, f"Deleted “{obj_display}”.")
        return super().response_delete(request, obj_display, obj_id)

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """Show a message; after a save, once, our shorter one instead of Django's."""
        super().message_user(request, request.__dict__.pop(SAVED_WORDS, message), *args, **kwargs)


class DisplayInline(TabularInline):
    """Rows on another model's page. Each field is labelled; otherwise only its column heading says what it is for."""

    extra = 0
    hide_title = True

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Label the field for screen readers."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            # The widget of a field that chooses a row is inside a wrapper that adds links.
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(field.label))
        return field


class NothingChanges:
    """Refuse anything that would change a row."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is deleted by hand."""
        return False


class ReadOnlyInline(NothingChanges, DisplayInline):
    """Read-only rows on another model's page."""

    can_delete = False


class ReadOnlyAdmin(NothingChanges, PanelAdmin):
    """A read-only table."""

    actions: Any = None
