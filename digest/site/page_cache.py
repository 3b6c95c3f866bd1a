"""Pages that are the same for everybody: kept here, kept by browsers, and sent again only when they changed.

What a member sees is made for that member and kept by nobody.
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

# How long a page is kept whose state stays the same: names of topics are no part of the state.
PAGE_CACHE_TIME = timedelta(minutes=1)
# A page of which there are as many as papers: whoever looks through them all must not fill the memory.
SHORT_CACHE_TIME = timedelta(seconds=10)
# What stands in a form where a token would. It opens nothing.
CSRF_PLACEHOLDER = "none"
# Small answers get no smaller.
MIN_GZIP_BYTES = 500


@dataclass(frozen=True)
class CachedPage:
    """A page as it goes over the wire."""

    body: bytes
    zipped: bytes
    headers: dict[str, str]
    etag: str
    changed_at: float | None

    @classmethod
    def of(cls, response: HttpResponse, changed_at: datetime | None) -> "CachedPage":
        """Return a page to keep."""
        body = response.content
        # The same page has the same tag in every process.
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        packed = response["Content-Type"].startswith("image/")
        zipped = b"" if packed or len(body) < MIN_GZIP_BYTES else gzip.compress(body, compresslevel=6, mtime=0)
        return cls(body, zipped, dict(response.items()), etag, changed_at.timestamp() if changed_at else None)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the page, or 304 to who has it."""
        response = HttpResponse(headers={**self.headers, "ETag": self.etag})
        if self.zipped and accepts_gzip(request.headers.get("Accept-Encoding", "")):
            response.content = self.zipped
            response["Content-Encoding"] = "gzip"
        else:
            response.content = self.body
        if self.changed_at is not None:
            response["Last-Modified"] = http_date(self.changed_at)
        # Whoever keeps it asks each time whether it is still the same, so that a change shows at once.
        response["Cache-Control"] = "public, no-cache"
        patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
        last = None if self.changed_at is None else int(self.changed_at)
        return get_conditional_response(request, self.etag, last, response) or response


def public_page(view: View) -> View:
    """Tag and zip a page, and answer 304 to who has it; leave one alone that is a member's, or an error."""
    return cache_while(_no_state)(view)


def _no_state(*_: object, **__: object) -> None:
    """Return no state: such a page is made each time it is asked for."""


def cache_while(state: PageState, longest: timedelta = PAGE_CACHE_TIME) -> Callable[[View], View]:
    """Keep a page for as long as its state is the same, and no longer than that.

    state: called as the view is; returns a text that changes with what the page shows, and when that last changed;
    None for a page that is not to be kept.
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
    """Return the name a page is kept under: one for each path and style of list, whatever the query and the state are.

    No kept page reads its query or names the host that it was asked for, so a stranger cannot have more of them kept
    than there are editions and papers.
    """
    style = "compact" if is_compact(request) else "reading"
    return f"cached_page.{style}.{hashlib.sha256(request.path.encode()).hexdigest()}"


def accepts_gzip(accepted: str) -> bool:
    """Whether the header Accept-Encoding lets an answer be zipped (RFC 9110, 12.5.3)."""
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
    """Whether somebody asks who may be shown something of their own: a member, or one who works at the desk."""
    return MEMBER_COOKIE in request.COOKIES or settings.SESSION_COOKIE_NAME in request.COOKIES


def as_private(response: HttpResponse) -> HttpResponse:
    """Let nobody keep the page but the browser, and that only to ask again."""
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie",))
    return response


def render_public(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page that is the same for everybody: its forms carry no token, and digest.site.csrf needs none."""
    return render(request, template, {**context, "csrf_token": CSRF_PLACEHOLDER})
