"""Rows to read: inlines and pages on which nothing is added, changed or deleted."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline


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


class ReadOnlyInline(NothingChanges, TabularInline):
    """Rows to read on the page of another."""

    extra = 0
    hide_title = True
    can_delete = False


class ReadOnlyAdmin(NothingChanges, ModelAdmin):
    """A table to read."""

    actions: Any = None
