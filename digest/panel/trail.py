"""Who did what: every action in the panel, kept as Django's admin keeps it, and changed by nobody here."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry

from subscriptions.tables import ReadOnlyAdmin


@admin.register(LogEntry)
class TrailAdmin(ReadOnlyAdmin):
    """The trail, newest first."""

    list_display = ("action_time", "user", "what", "object_repr", "content_type")
    list_display_links = ("action_time",)
    list_filter = ("action_flag", "user")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message", "user__username")
    date_hierarchy = "action_time"
    show_full_result_count = False
    fields = ("action_time", "user", "action_flag", "content_type", "object_id", "object_repr", "what")
    readonly_fields = ("what",)

    @admin.display(description="what was done")
    def what(self, entry: LogEntry) -> str:
        """Tell it in words."""
        return str(entry.get_change_message()) or entry.get_action_flag_display()
