"""Forms without a CSRF token, so that a page is the same for everyone and can be cached."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware


class SameOriginMiddleware(CsrfViewMiddleware):
    """Django's protection against forged requests, with an alternative proof that needs no token.

    Browsers say where a request comes from in Sec-Fetch-Site, or in Origin if they are too old for that or the site has
    no https. No page can set either header, so “same origin” in them is proof. Any other request still needs the token:
    one from another site, one from a subdomain or sibling of our host, and one without these headers.
    """

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., HttpResponseBase],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> Any:
        """Accept requests from our own pages and leave the rest to Django."""
        if is_from_our_pages(self, request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


def is_from_our_pages(middleware: CsrfViewMiddleware, request: HttpRequest) -> bool:
    """Return whether the browser says that a page of this origin made the request."""
    if "Sec-Fetch-Site" in request.headers:
        return request.headers["Sec-Fetch-Site"] == "same-origin"
    # Django's own check of the host, the scheme and the trusted origins.
    return "Origin" in request.headers and middleware._origin_verified(request)  # type: ignore[attr-defined]
