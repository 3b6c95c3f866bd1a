"""Forms without a token of their own, so that a page is the same for everybody and can be kept."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware


class SameOriginMiddleware(CsrfViewMiddleware):
    """Django's protection against forged requests, with a second proof that needs no token.

    A browser says itself where a request was made: in Sec-Fetch-Site, or, where it is too old for that or the site has
    no https, in Origin. No page can set either header, so “same origin” there is a proof. Any other request needs
    the token, as ever: one from another site, one from a host below or beside ours, and one that says nothing.
    """

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., HttpResponseBase],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> Any:
        """Let through what comes from our own pages; leave the rest to Django."""
        if is_from_our_pages(self, request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


def is_from_our_pages(middleware: CsrfViewMiddleware, request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very origin made the request."""
    if "Sec-Fetch-Site" in request.headers:
        return request.headers["Sec-Fetch-Site"] == "same-origin"
    # Django's own comparison, with the host, the scheme, and the trusted origins.
    return "Origin" in request.headers and middleware._origin_verified(request)  # type: ignore[attr-defined]
