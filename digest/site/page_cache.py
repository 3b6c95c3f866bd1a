"""Pages that are the same for everyone: cached here and by browsers, and only sent again when they changed.

Pages for members are rendered for each of them and not cached.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date

from digest.site.list_style import is_compact
from digest.site.members import MEMBER_COOKIE

View = Callable[..., HttpResponse]
PageState = Callable[..., "tuple[str, datetime | None] | None"]

# The maximum time to cache a page while its state is the same, because the state does not cover topic names.
PAGE_CACHE_TIME = timedelta(minutes=1)
# For pages that exist once per paper: a crawler that opens all of them must not fill the memory.
SHORT_CACHE_TIME = timedelta(seconds=10)
# Stands in for the CSRF token in forms. It is not a valid token.
CSRF_PLACEHOLDER = "none"
# Smaller responses do not get smaller by compression.
MIN_GZIP_BYTES = 500


@dataclass(frozen=True)
class CachedPage:
    """A page as it is sent."""

    body: bytes
    zipped: bytes
    headers: dict[str, str]
    etag: str
    changed_at: float | None

    @classmethod
    def of(cls, response: HttpResponse, changed_at: datetime | None) -> "CachedPage":
        """Return a response as a page to cache."""
        body = response.content
        # A hash of the body, so that every process has the same tag for the same page.
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        packed = response["Content-Type"].startswith("image/")
        zipped = b"" if packed or len(body) < MIN_GZIP_BYTES else gzip.compress(body, compresslevel=6, mtime=0)
        return cls(body, zipped, dict(response.items()), etag, changed_at.timestamp() if changed_at else None)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the page, or 304 if the client already has it."""
        response = HttpResponse(headers={**self.headers, "ETag": self.etag})
        if self.zipped and accepts_gzip(request.headers.get("Accept-Encoding", "")):
            response.content = self.zipped
            response["Content-Encoding"] = "gzip"
        else:
            response.content = self.body
        if self.changed_at is not None:
            response["Last-Modified"] = http_date(self.changed_at)
        # Caches have to revalidate every time, so that a change shows right away.
        response["Cache-Control"] = "public, no-cache"
        patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
        last = None if self.changed_at is None else int(self.changed_at)
        return get_conditional_response(request, self.etag, last, response) or response


def public_page(view: View) -> View:
    """Add an ETag, compression and 304 responses to a page, except to members' pages and errors."""
    return cache_while(_no_state)(view)


def _no_state(*_: object, **__: object) -> None:
    """Return no state: the page is rendered for every request."""


def cache_while(state: PageState, longest: timedelta = PAGE_CACHE_TIME) -> Callable[[View], View]:
    """Cache a page while its state is the same, for at most `longest`.

    state: called with the view's arguments; returns a text that changes with the page's content, and when that last
    changed; None for a page that must not be cached.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_personal(request):
                return as_private(view(request, *args, **kwargs))
            page_state = state(request, *args, **kwargs)
            name = _cache_key(request) if page_state else ""
            state_then, cached = (name and cache.get(name)) or ("", None)
            if cached is None or not page_state or state_then != page_state[0]:
                response = view(request, *args, **kwargs)
                if response.status_code != 200 or response.cookies:  # noqa: PLR2004 - only a page can be kept
                    return response
                cached = CachedPage.of(response, page_state[1] if page_state else None)
                if page_state:
                    cache.set(name, (page_state[0], cached), longest.total_seconds())
            return cached.answer(request)

        return wrapped

    return decorate


def _cache_key(request: HttpRequest) -> str:
    """Return the cache key of a page: one for each path and list style, whatever the query and the state are.

    No cached page depends on its query string or the requested host, so a stranger cannot have more pages cached than
    there are editions and papers.
    """
    style = "compact" if is_compact(request) else "reading"
    return f"cached_page.{style}.{hashlib.sha256(request.path.encode()).hexdigest()}"


def accepts_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    weights = {}
    for part in accepted.lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        weights[coding] = next((_weight(piece) for piece in parameters if piece.startswith("q=")), 1.0)
    return next((weights[coding] for coding in ("gzip", "x-gzip", "*") if coding in weights), 0.0) > 0


def _weight(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0


def is_personal(request: HttpRequest) -> bool:
    """Return whether the page may be personal, because the visitor has a member's or the panel's cookie."""
    return MEMBER_COOKIE in request.COOKIES or settings.SESSION_COOKIE_NAME in request.COOKIES


def as_private(response: HttpResponse) -> HttpResponse:
    """Allow only the browser to cache the page, and only with revalidation."""
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie",))
    return response


def render_public(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page that is the same for everyone: its forms have no token, because digest.site.csrf needs none."""
    return render(request, template, {**context, "csrf_token": CSRF_PLACEHOLDER})
