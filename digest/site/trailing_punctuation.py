"""Links with something glued to their end: mail programs take the full stop, bracket or quote after one along."""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils.encoding import escape_uri_path

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# None of our addresses ends with such a sign, plain, encoded once more, or as HTML writes it.
TRAILING_SIGN = re.compile(r"(?:%[0-9A-Fa-f]{2}|&(?:gt|lt|quot|amp|#39);|[^A-Za-z0-9_-])\Z")
MAX_SIGN_LENGTH, MAX_SIGNS = 6, 10
# The route that takes whatever others call a paper.
CATCH_ALL_ROUTE = "paper_elsewhere"


def trimming_middleware(get_response: GetResponse) -> GetResponse:
    """Return what leads from an address that is none to the one before what is glued to it, where that is a page."""

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
    """Return a path without slashes and loose signs at its end; as it is where its end is nothing else."""
    before, slash, last = path.rstrip("/").rpartition("/")
    for _ in range(MAX_SIGNS):
        loose = TRAILING_SIGN.search(last, max(0, len(last) - MAX_SIGN_LENGTH))
        if loose is None:
            break
        last = last[: loose.start()]
    return f"{before}{slash}{last}" if last else path


def _is_page(path: str) -> bool:
    # Two slashes at the beginning lead to another site.
    if path.startswith("//"):
        return False
    try:
        match = resolve(path)
        # What has a namespace is the panel, the API or a webhook: nobody gets links to those by mail.
        return not match.namespaces and match.url_name != CATCH_ALL_ROUTE
    except Resolver404:
        return False
