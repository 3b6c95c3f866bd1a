"""Reject requests with characters that the database cannot store, so that views do not have to deal with them."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

from digest.site.private_upload import keep_upload_in_memory

# PostgreSQL text cannot contain NUL, and UTF-8 cannot encode a lone surrogate. Browsers send neither.
UNSTORABLE_PATTERN = re.compile("[\x00\ud800-\udfff]")

# Unreadable forms: no boundary, an endless header, too many fields, too much data, an encoding other than UTF-8.
FORM_ERRORS = (BadRequest, MultiPartParserError, SuspiciousOperation)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class UnstorableMiddleware:
    """Answers 404 to these characters in the path, and 400 to them in a parameter, a cookie or a form."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Check the address and the cookies; pass the request on if they are fine."""
        # Called here because later middleware reads the form.
        keep_upload_in_memory(request)
        if UNSTORABLE_PATTERN.search(request.path_info):
            return _refusal(request, 404)
        if _any_unstorable([*_texts(request.GET.lists()), *request.COOKIES.values()]):
            return _refusal(request, 400)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        """Check the fields of a form, after everything that can reject the request without reading it."""
        if getattr(view, "ignores_form", False):
            return None
        try:
            texts = list(_texts(request.POST.lists())) if request.method == "POST" else []
        except UnreadablePostError:
            # The client is gone.
            return None
        except FORM_ERRORS:
            return _refusal(request, 400)
        return _refusal(request, 400) if _any_unstorable(texts) else None


def _texts(fields: Iterable[tuple[str, list[Any]]]) -> Iterator[str]:
    for name, values in fields:
        yield name
        yield from map(str, values)


def _any_unstorable(texts: Iterable[str]) -> bool:
    return any(UNSTORABLE_PATTERN.search(text) for text in texts)


def _refusal(request: HttpRequest, status: int) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        message = "no such address" if status == 404 else "a parameter contains a character that is not allowed"  # noqa: PLR2004
        return JsonResponse({"error": message}, status=status)
    return render(request, f"{status}.html", status=status)
