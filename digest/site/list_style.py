"""How lists of papers are shown: with abstracts, or compact. The choice is kept in a cookie."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from digest.site.safe_redirect import safe_path

LIST_STYLE_COOKIE, COMPACT = "list_style", "compact"
REMEMBERED_FOR = timedelta(days=365)


def is_compact(request: HttpRequest) -> bool:
    """Return whether this browser shows compact lists."""
    return request.COOKIES.get(LIST_STYLE_COOKIE) == COMPACT


@require_POST
def list_style(request: HttpRequest) -> HttpResponse:
    """Remember how lists are shown, and redirect back to the list."""
    response = redirect(safe_path(request, request.POST.get("next", "")))
    if request.POST.get("style") == COMPACT:
        response.set_cookie(
            LIST_STYLE_COOKIE,
            COMPACT,
            max_age=REMEMBERED_FOR,
            secure=not settings.DEBUG,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(LIST_STYLE_COOKIE, samesite="Lax")
    return response
