"""The panel's own pages: where each is, and what one must be allowed to do for it."""

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from digest.panel.board import views as board

View = Callable[..., HttpResponseBase]
EDITION = "digest/edition/<int:pk>"


class Page(NamedTuple):
    """One page."""

    route: str
    view: View
    name: str
    permission: str


PAGES = (
    Page(f"{EDITION}/board/", board.board, "board", "digest.view_edition"),
    Page(f"{EDITION}/board/act/", board.act, "board_act", "digest.change_edition"),
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
