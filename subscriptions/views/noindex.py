"""Keep pages and feeds behind a link out of search engines and shared caches, wherever the link was posted."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponse]

ROBOTS_HEADER, NOINDEX = "X-Robots-Tag", "noindex, nofollow"


def unlisted(view: View) -> View:
    """Keep a page out of search engines and of all caches."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **which: object) -> HttpResponse:
        response = view(request, *args, **which)
        response[ROBOTS_HEADER] = NOINDEX
        return response

    return wrapped


def unlisted_feed(response: HttpResponse, seconds: int) -> HttpResponse:
    """Keep a feed out of search engines and shared caches; its reader's own program may keep it for that long."""
    patch_cache_control(response, private=True, max_age=seconds)
    response[ROBOTS_HEADER] = NOINDEX
    return response
