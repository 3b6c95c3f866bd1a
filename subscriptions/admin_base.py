"""Base classes for the panel's tables: with a label on each field, or read-only."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import BadRequest
from django.db import DataError
from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

# The attribute of a request that holds the message about the row it saved.
SAVED_WORDS = "_saved_words"


# The largest key a row can have.
MAX_ROW_KEY = 2**63 - 1


class PanelChangeList(ChangeList):
    """A list that leaves out a filter which no database understands, as Django does with most of them."""

    def get_results(self, request: HttpRequest) -> None:
        """Count and fetch the rows; raise IncorrectLookupParameters for a number or date that is out of range."""
        try:
            super().get_results(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters from error


class _KeysOnly:
    """Show the chosen rows of a field that searches; a value that is no key of a row chooses none."""

    def optgroups(self, name: str, value: Iterable[Any], attr: Any = None) -> Any:
        keys = [key for key in value if is_row_key(key)]
        return super().optgroups(name, keys, attr)  # type: ignore[misc]


class RowSearch(_KeysOnly, AutocompleteSelect):
    """A field that searches for one row."""


class RowsSearch(_KeysOnly, AutocompleteSelectMultiple):
    """A field that searches for rows."""


class RowSearchFields:
    """Use them for the fields in `autocomplete_fields`."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Search for one row."""
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", RowSearch(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Search for rows."""
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", RowsSearch(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


def is_row_key(value: object) -> bool:
    """Return whether a value from a form can be the key of a row."""
    text = str(value)
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= MAX_ROW_KEY  # noqa: PLR2004


class PanelAdmin(RowSearchFields, ModelAdmin):
    """A panel table that says briefly what was saved, and what an empty list is for."""

    # What someone can do while there is nothing yet; templates/unfold/helpers/empty_results.html shows it.
    nothing_yet = ""
    # Help texts of editable fields; a field that is not listed here has its model's help text.
    help_texts: ClassVar[dict[str, str]] = {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        """Return the list that copes with any filter."""
        return PanelChangeList

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        """Run an action on the rows chosen; refuse what cannot be a row."""
        if not all(map(is_row_key, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest
        return super().response_action(request, queryset)

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


class DisplayInline(RowSearchFields, TabularInline):
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
