"""The activity log: every action in the panel, as recorded by Django's admin. Nobody can edit it here."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry

from subscriptions.admin_base import ReadOnlyAdmin


@admin.register(LogEntry)
class AuditLogAdmin(ReadOnlyAdmin):
    """The activity log, newest first."""

    list_display = ("action_time", "user", "what", "changed_row", "kind")
    list_display_links = ("action_time",)
    list_filter = ("action_flag", "user")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message", "user__username")
    date_hierarchy = "action_time"
    nothing_yet = "Everything anyone does in the panel is recorded here."
    show_full_result_count = False
    fields = ("action_time", "user", "action_flag", "content_type", "object_id", "object_repr", "what")
    readonly_fields = ("what",)

    @admin.display(description="item", ordering="object_repr")
    def changed_row(self, entry: LogEntry) -> str:
        """Return the name of the item that was changed."""
        return entry.object_repr

    @admin.display(description="type", ordering="content_type")
    def kind(self, entry: LogEntry) -> str:
        """Return the type of that item."""
        return entry.content_type.name if entry.content_type else ""

    @admin.display(description="what was done")
    def what(self, entry: LogEntry) -> str:
        """Describe the action in words."""
        return str(entry.get_change_message()) or entry.get_action_flag_display()
