"""Readers' feedback about papers, read-only: only readers can give it and undo it."""

from django.contrib import admin

from digest.models import Feedback
from subscriptions.admin_base import ReadOnlyAdmin
from subscriptions.paging import AtMost


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """The feedback, newest first."""

    list_display = ("id", "kind", "paper", "subscriber", "at")
    list_filter = ("kind",)
    list_select_related = ("paper", "subscriber")
    search_fields = ("subscriber__email_key",)
    search_help_text = "Search by address"
    nothing_yet = "When readers ask for more or less of something, or save a paper, it appears here."
    show_full_result_count = False
    paginator = AtMost
