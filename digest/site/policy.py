"""What a page of ours may load and where its forms may go: here, and nowhere else (CSP, level 3)."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# Pages that others wrote, with styles in them.
NOT_OURS = ("/admin/", "/api/")

Answer = Callable[[HttpRequest], HttpResponseBase]


def policy_middleware(get_response: Answer) -> Answer:
    """Return what adds the policy to each page that has none of its own."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_page = response.status_code == HTTPStatus.OK and response.get("Content-Type", "").startswith("text/html")
        if is_page and not request.path.startswith(NOT_OURS):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return answer
