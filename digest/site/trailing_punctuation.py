"""Links with trailing punctuation: mail programs include the full stop, bracket or quote after a link."""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils.encoding import escape_uri_path

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# None of our addresses ends with one of these signs, whether plain, percent-encoded twice, or as an HTML entity.
TRAILING_SIGN = re.compile(r"(?:%[0-9A-Fa-f]{2}|&(?:gt|lt|quot|amp|#39);|[^A-Za-z0-9_-])\Z")
MAX_SIGN_LENGTH, MAX_SIGNS = 6, 10
# The route that accepts any external name of a paper.
CATCH_ALL_ROUTE = "paper_by_identifier"


def trimming_middleware(get_response: GetResponse) -> GetResponse:
    """Return middleware that redirects an unknown address to the one without its trailing signs, if that is a page."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code != HTTPStatus.NOT_FOUND or request.method not in {"GET", "HEAD"}:
            return response
        path = trimmed(request.path_info)
        if path == request.path_info or not _is_page(path):
            return response
        query = request.META.get("QUERY_STRING", "")
        address = f"{escape_uri_path(path)}?{query}" if query else escape_uri_path(path)
        return HttpResponseRedirect(address, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})

    return answer


def trimmed(path: str) -> str:
    """Return a path without trailing slashes and signs; unchanged if its last part has nothing else."""
    before, slash, last = path.rstrip("/").rpartition("/")
    for _ in range(MAX_SIGNS):
        loose = TRAILING_SIGN.search(last, max(0, len(last) - MAX_SIGN_LENGTH))
        if loose is None:
            break
        last = last[: loose.start()]
    return f"{before}{slash}{last}" if last else path


def _is_page(path: str) -> bool:
    # A path that starts with two slashes would redirect to another site.
    if path.startswith("//"):
        return False
    try:
        match = resolve(path)
        # Namespaces belong to the panel, the API and webhooks. Nobody gets links to those by email.
        return not match.namespaces and match.url_name != CATCH_ALL_ROUTE
    except Resolver404:
        return False
