"""The panel's own pages: the route of each, and the permission it needs."""

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from digest.panel import (
    doctor,
    explain,
    own_passkeys,
    paper_joins,
    person_sign_in,
    preview,
    publishing,
    second_factor_setup,
    sign_up_snippets,
    signing_in,
    submission_queue,
    subscriber_history,
    subscriber_import,
    topic_categories,
)
from digest.panel.board import views as board

View = Callable[..., HttpResponseBase]
EDITION = "digest/edition/<int:pk>"
READER = "subscriptions/subscriber/<int:pk>"
ROSTER = "subscriptions/roster/<int:pk>"
PAPER_PAGE = "digest/paper/<int:pk>"
PERSON = "auth/user/<int:pk>/sign-in"


class Access(Enum):
    """Who may see a page that is not tied to a permission."""

    # Pages used during sign-in: the view itself checks whether the password was right.
    SIGNING_IN = "signing in"
    EVERYBODY_OF_THE_PANEL = "everybody of the panel"
    SUPERUSERS = "superusers"


class PanelPage(NamedTuple):
    """One page, for users with a permission or as defined by `Access`."""

    route: str
    view: View
    name: str
    access: str | Access


FACTOR = "second-factor"
OWN = "your-sign-in"

PANEL_PAGES = (
    PanelPage(f"{PAPER_PAGE}/sources/", paper_joins.paper_joins, "paper_joins", "digest.change_paper"),
    PanelPage(f"{FACTOR}/", signing_in.second_factor, "second_factor", Access.SIGNING_IN),
    PanelPage(f"{FACTOR}/passkey/", signing_in.passkey_options, "passkey_options", Access.SIGNING_IN),
    PanelPage(f"{FACTOR}/set-up/", second_factor_setup.set_up_second_factor, "set_up_second_factor", Access.SIGNING_IN),
    PanelPage(
        f"{FACTOR}/set-up/passkey/", second_factor_setup.new_passkey_options, "new_passkey_options", Access.SIGNING_IN
    ),
    PanelPage(f"{OWN}/", own_passkeys.own_sign_in, "own_sign_in", Access.EVERYBODY_OF_THE_PANEL),
    PanelPage(
        f"{OWN}/passkey/",
        own_passkeys.another_passkey_options,
        "another_passkey_options",
        Access.EVERYBODY_OF_THE_PANEL,
    ),
    PanelPage(f"{OWN}/add/", own_passkeys.add_own_passkey, "add_passkey", Access.EVERYBODY_OF_THE_PANEL),
    PanelPage(
        f"{OWN}/<int:pk>/remove/", own_passkeys.remove_own_passkey, "remove_passkey", Access.EVERYBODY_OF_THE_PANEL
    ),
    PanelPage(f"{OWN}/out/", own_passkeys.sign_out_everywhere, "sign_out_everywhere", Access.EVERYBODY_OF_THE_PANEL),
    PanelPage(f"{EDITION}/board/", board.board, "board", "digest.view_edition"),
    PanelPage(f"{EDITION}/board/act/", board.apply_command, "board_command", "digest.change_edition"),
    PanelPage(f"{EDITION}/audience/", preview.audience_preview, "audience", "digest.view_edition"),
    PanelPage(f"{EDITION}/preview/", preview.preview, "preview", "digest.view_edition"),
    PanelPage(f"{EDITION}/preview/page/", preview.page_frame, "preview_page", "digest.view_edition"),
    PanelPage(f"{EDITION}/preview/mail/", preview.mail_frame, "preview_mail", "digest.view_edition"),
    PanelPage(f"{EDITION}/preview/test/", preview.send_test, "send_test", "digest.publish_edition"),
    PanelPage(f"{EDITION}/preview/links/", preview.check_links, "check_links", "digest.publish_edition"),
    PanelPage(f"{EDITION}/explain/", explain.explain, "explain", "subscriptions.view_subscriber"),
    PanelPage("digest/submission/queue/", submission_queue.queue, "queue", "digest.view_submission"),
    PanelPage("digest/submission/<int:pk>/decide/", submission_queue.decide, "decide", "digest.change_submission"),
    PanelPage(f"{EDITION}/publishing/", publishing.publishing_page, "publishing", "digest.view_edition"),
    PanelPage(f"{EDITION}/publishing/publish/", publishing.publish, "publish", "digest.publish_edition"),
    PanelPage(f"{EDITION}/publishing/take-back/", publishing.unpublish_edition, "unpublish", "digest.publish_edition"),
    PanelPage(f"{EDITION}/publishing/look/", publishing.approve, "approve", "digest.publish_edition"),
    PanelPage(f"{EDITION}/sending/stop/", publishing.stop_sending, "stop_sending", "digest.send_edition"),
    PanelPage(f"{EDITION}/sending/go-on/", publishing.resume_sending, "resume_sending", "digest.send_edition"),
    PanelPage(
        f"{EDITION}/sending/lift-bounces/",
        publishing.clear_edition_bounces,
        "clear_edition_bounces",
        "digest.send_edition",
    ),
    PanelPage(f"{EDITION}/sending/cancel/", publishing.cancel_sending, "cancel_sending", "digest.send_edition"),
    PanelPage(
        f"{READER}/story/", subscriber_history.subscriber_history, "subscriber_history", "subscriptions.view_subscriber"
    ),
    PanelPage(
        f"{READER}/suppress/", subscriber_history.add_suppression, "add_suppression", "subscriptions.change_subscriber"
    ),
    PanelPage(
        f"{READER}/lift/",
        subscriber_history.remove_suppression,
        "remove_suppression",
        "subscriptions.change_subscriber",
    ),
    PanelPage(f"{READER}/data/", subscriber_history.export_data, "export_data", "subscriptions.export_roster"),
    PanelPage(
        "subscriptions/subscriber/export/",
        subscriber_history.export,
        "export_subscribers",
        "subscriptions.export_roster",
    ),
    PanelPage("subscriptions/roster/", subscriber_import.roster_list, "rosters", "subscriptions.view_roster"),
    PanelPage(
        "subscriptions/roster/upload/", subscriber_import.upload_roster, "roster_upload", "subscriptions.add_roster"
    ),
    PanelPage(f"{ROSTER}/", subscriber_import.roster_page, "roster", "subscriptions.view_roster"),
    PanelPage(f"{ROSTER}/check/", subscriber_import.check_roster, "roster_check", "subscriptions.add_roster"),
    PanelPage(f"{ROSTER}/delete/", subscriber_import.delete_roster, "roster_delete", "subscriptions.add_roster"),
    PanelPage(f"{ROSTER}/bring-in/", subscriber_import.import_roster, "roster_import", "subscriptions.add_roster"),
    PanelPage(f"{PERSON}/", person_sign_in.person_sign_in_page, "person_sign_in", "auth.change_user"),
    PanelPage(f"{PERSON}/lift/", person_sign_in.lift_sign_in_limit, "lift_sign_in_limit", "auth.change_user"),
    PanelPage(f"{PERSON}/out/", person_sign_in.sign_out_person, "sign_out_person", "auth.change_user"),
    PanelPage(f"{EDITION}/sending/again/", publishing.requeue_failed, "requeue_failed", "digest.send_edition"),
    PanelPage(
        "subscriptions/sign-up-form/",
        sign_up_snippets.sign_up_snippets,
        "sign_up_snippets",
        "subscriptions.view_subscriber",
    ),
    PanelPage(
        "digest/categories/",
        topic_categories.topic_categories,
        "topic_categories",
        "subscriptions.change_topic",
    ),
    PanelPage("digest/doctor/", doctor.page, "doctor", Access.SUPERUSERS),
    PanelPage("digest/doctor/run/", doctor.run, "doctor_run", Access.SUPERUSERS),
)


def patterns(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """Return the URL patterns of all pages, each behind the sign-in and its permission."""
    return [path(page.route, _guarded(page, admin_view), name=page.name) for page in PANEL_PAGES]


def _guarded(page: PanelPage, admin_view: Callable[[View], View]) -> View:
    """Return the view of a page, restricted to those who may see it."""
    match page.access:
        case Access.SIGNING_IN:
            return page.view
        case Access.EVERYBODY_OF_THE_PANEL:
            return admin_view(page.view)
        case Access.SUPERUSERS:
            return admin_view(_for_those(page.view, lambda request: bool(request.user.is_superuser)))
        case permission:
            return admin_view(_for_those(page.view, lambda request: request.user.has_perm(str(permission))))


def _for_those(view: View, may: Callable[[HttpRequest], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not may(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
