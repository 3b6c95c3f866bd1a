"""The panel's own pages: where each is, and what one must be allowed to do for it."""

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from digest.panel import explain, preview, publishing, queue, rosters, story
from digest.panel.board import views as board

View = Callable[..., HttpResponseBase]
EDITION = "digest/edition/<int:pk>"
READER = "subscriptions/subscriber/<int:pk>"
ROSTER = "subscriptions/roster/<int:pk>"


class Page(NamedTuple):
    """One page."""

    route: str
    view: View
    name: str
    permission: str


PAGES = (
    Page(f"{EDITION}/board/", board.board, "board", "digest.view_edition"),
    Page(f"{EDITION}/board/act/", board.act, "board_act", "digest.change_edition"),
    Page(f"{EDITION}/audience/", preview.who_gets_what, "audience", "digest.view_edition"),
    Page(f"{EDITION}/preview/", preview.preview, "preview", "digest.view_edition"),
    Page(f"{EDITION}/preview/page/", preview.page, "preview_page", "digest.view_edition"),
    Page(f"{EDITION}/preview/mail/", preview.mail, "preview_mail", "digest.view_edition"),
    Page(f"{EDITION}/preview/test/", preview.send_test, "send_test", "digest.publish_edition"),
    Page(f"{EDITION}/preview/links/", preview.check_links, "check_links", "digest.publish_edition"),
    Page(f"{EDITION}/explain/", explain.explain, "explain", "subscriptions.view_subscriber"),
    Page("digest/submission/queue/", queue.queue, "queue", "digest.view_submission"),
    Page("digest/submission/<int:pk>/decide/", queue.decide, "decide", "digest.change_submission"),
    Page(f"{EDITION}/publishing/", publishing.page, "publishing", "digest.view_edition"),
    Page(f"{EDITION}/publishing/publish/", publishing.publish, "publish", "digest.publish_edition"),
    Page(f"{EDITION}/publishing/take-back/", publishing.take_back, "take_back", "digest.publish_edition"),
    Page(f"{EDITION}/sending/stop/", publishing.stop, "stop_sending", "digest.send_edition"),
    Page(f"{EDITION}/sending/go-on/", publishing.go_on, "go_on_sending", "digest.send_edition"),
    Page(f"{EDITION}/sending/cancel/", publishing.cancel, "cancel_sending", "digest.send_edition"),
    Page(f"{READER}/story/", story.story, "story", "subscriptions.view_subscriber"),
    Page(f"{READER}/suppress/", story.suppress, "suppress", "subscriptions.change_subscriber"),
    Page(f"{READER}/lift/", story.lift, "lift_suppression", "subscriptions.change_subscriber"),
    Page(f"{READER}/data/", story.hand_out, "hand_out", "subscriptions.export_roster"),
    Page("subscriptions/subscriber/export/", story.export, "export_subscribers", "subscriptions.export_roster"),
    Page("subscriptions/roster/", rosters.rosters, "rosters", "subscriptions.view_roster"),
    Page("subscriptions/roster/upload/", rosters.upload, "roster_upload", "subscriptions.add_roster"),
    Page(f"{ROSTER}/", rosters.roster, "roster", "subscriptions.view_roster"),
    Page(f"{ROSTER}/check/", rosters.check, "roster_check", "subscriptions.add_roster"),
    Page(f"{ROSTER}/bring-in/", rosters.bring_in, "roster_bring_in", "subscriptions.add_roster"),
    Page(f"{EDITION}/sending/again/", publishing.send_again, "send_again", "digest.send_edition"),
)


def patterns(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """Return the addresses of all pages, each behind the sign-in and its permission."""
    return [path(page.route, admin_view(_allowed(page)), name=page.name) for page in PAGES]


def _allowed(page: Page) -> View:
    @wraps(page.view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.has_perm(page.permission):
            raise PermissionDenied
        return page.view(request, *args, **kwargs)

    return guarded
