"""Tables of the panel: with a name for each field, or to read alone."""

from typing import Any, ClassVar

from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline

# Where a request carries the words about the row that it saved.
SAVED_WORDS = "_saved_words"


class PanelAdmin(ModelAdmin):
    """A table of the panel that says in a few words what was saved, and what an empty list is for."""

    # What somebody can do where there is nothing yet; templates/unfold/helpers/empty_results.html shows it.
    nothing_yet = ""
    # What stands below fields that can be changed; a field that is not here has the words of its model.
    help_texts: ClassVar[dict[str, str]] = {}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Put the words below the fields."""
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
        """Show a message; once, in place of Django's sentence about a saved row, the shorter one."""
        super().message_user(request, request.__dict__.pop(SAVED_WORDS, message), *args, **kwargs)


class DisplayInline(TabularInline):
    """Rows on the page of another. Each field says what it is for, as only the head of its column does otherwise."""

    extra = 0
    hide_title = True

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Name the field for those who hear the page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            # A field that chooses a row stands in a wrapper with links beside it.
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(field.label))
        return field


class NothingChanges:
    """Refuse whatever would change a row."""

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
    """Rows to read on the page of another."""

    can_delete = False


class ReadOnlyAdmin(NothingChanges, PanelAdmin):
    """A table to read."""

    actions: Any = None
