"""The panel's sidebar."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy


def _link(title: str, icon: str, name: str, permission: str) -> dict[str, Any]:
    def is_allowed(request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permission))

    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}"), "permission": is_allowed}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - Unfold's signature
    """Return the sidebar's links. Each is shown only to users who may open it."""
    return [
        {
            "items": [
                {"title": "Today", "icon": "monitoring", "link": reverse_lazy("admin:index")},
                _link("Editions", "newspaper", "digest_edition_changelist", "digest.view_edition"),
                _link("Papers", "article", "digest_paper_changelist", "digest.view_paper"),
                _link("Submissions", "inbox", "queue", "digest.view_submission"),
                _link("Sources", "rss_feed", "digest_followedsource_changelist", "digest.view_followedsource"),
            ]
        },
        {
            "title": "Readers",
            "separator": True,
            "items": [
                _link("Subscribers", "group", "subscriptions_subscriber_changelist", "subscriptions.view_subscriber"),
                _link("Sign-up form", "add_link", "sign_up_snippets", "subscriptions.view_subscriber"),
                _link("Import", "group_add", "rosters", "subscriptions.view_roster"),
                _link("Topics", "label", "subscriptions_topic_changelist", "subscriptions.view_topic"),
                _link("Categories", "category", "topic_categories", "subscriptions.change_topic"),
                _link(
                    "Suppressions", "block", "subscriptions_suppression_changelist", "subscriptions.view_suppression"
                ),
                _link("Members", "how_to_vote", "digest_member_changelist", "digest.view_member"),
                _link("Feedback", "thumbs_up_down", "digest_feedback_changelist", "digest.view_feedback"),
                _link("Deliveries", "outgoing_mail", "digest_delivery_changelist", "digest.view_delivery"),
            ],
        },
        {
            "title": "The panel",
            "separator": True,
            "items": [
                _link("People", "badge", "auth_user_changelist", "auth.view_user"),
                _link("Roles", "key", "auth_group_changelist", "auth.view_group"),
                _link("Activity log", "history", "admin_logentry_changelist", "admin.view_logentry"),
                {
                    "title": "Doctor",
                    "icon": "stethoscope",
                    "link": reverse_lazy("admin:doctor"),
                    "permission": lambda request: bool(request.user.is_superuser),
                },
            ],
        },
    ]
