"""Tables of the panel: with a name for each field, or to read alone."""

from typing import Any

from django.db.models import Field, Model
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline


class Table(TabularInline):
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


class ReadOnlyInline(NothingChanges, Table):
    """Rows to read on the page of another."""

    can_delete = False


class ReadOnlyAdmin(NothingChanges, ModelAdmin):
    """A table to read."""

    actions: Any = None
