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

from digest.site.members import COOKIE

View = Callable[..., HttpResponse]
State = Callable[..., "tuple[str, datetime | None] | None"]

# How long a page is kept whose state stays the same: names of topics are no part of the state.
KEPT_FOR = timedelta(minutes=1)
# What stands in a form where a token would. It opens nothing.
NO_PROOF = "none"
# Small answers get no smaller.
WORTH_ZIPPING = 500


@dataclass(frozen=True)
class Kept:
    """A page as it goes over the wire."""

    body: bytes
    zipped: bytes
    headers: dict[str, str]
    etag: str
    changed_at: float | None

    @classmethod
    def of(cls, response: HttpResponse, changed_at: datetime | None) -> "Kept":
        """Return a page to keep."""
        body = response.content
        # The same page has the same tag in every process.
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        packed = response["Content-Type"].startswith("image/")
        zipped = b"" if packed or len(body) < WORTH_ZIPPING else gzip.compress(body, compresslevel=6, mtime=0)
        return cls(body, zipped, dict(response.items()), etag, changed_at.timestamp() if changed_at else None)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the page, or 304 to who has it."""
        response = HttpResponse(headers={**self.headers, "ETag": self.etag})
        if self.zipped and "gzip" in request.headers.get("Accept-Encoding", ""):
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


def for_everybody(view: View) -> View:
    """Tag and zip a page, and answer 304 to who has it; leave one alone that is a member's, or an error."""
    return kept_while(_nothing)(view)


def _nothing(*_: object, **__: object) -> None:
    """Return no state: such a page is made each time it is asked for."""


def kept_while(state: State) -> Callable[[View], View]:
    """Keep a page for as long as its state is the same.

    state: called as the view is; returns a text that changes with what the page shows, and when that last changed;
    None for a page that is not to be kept.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_personal(request):
                return personal(view(request, *args, **kwargs))
            found = state(request, *args, **kwargs)
            name = _name(request, found[0]) if found else ""
            kept: Kept | None = cache.get(name) if name else None
            if kept is None:
                response = view(request, *args, **kwargs)
                if response.status_code != 200 or response.cookies:  # noqa: PLR2004 - only a page can be kept
                    return response
                kept = Kept.of(response, found[1] if found else None)
                if name:
                    cache.set(name, kept, KEPT_FOR.total_seconds())
            return kept.answer(request)

        return wrapped

    return decorate


def _name(request: HttpRequest, state: str) -> str:
    # Hashed, for not every store of ours takes blanks in a name.
    told = f"{request.get_host()} {request.get_full_path()} {state}"
    return f"page.{hashlib.sha256(told.encode()).hexdigest()}"


def is_personal(request: HttpRequest) -> bool:
    """Whether somebody asks who may be shown something of their own: a member, or one who works at the desk."""
    return COOKIE in request.COOKIES or settings.SESSION_COOKIE_NAME in request.COOKIES


def personal(response: HttpResponse) -> HttpResponse:
    """Let nobody keep the page but the browser, and that only to ask again."""
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie",))
    return response


def show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page that is the same for everybody: its forms carry no token, and digest.site.origin needs none."""
    return render(request, template, {**context, "csrf_token": NO_PROOF})
