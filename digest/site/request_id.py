"""Request IDs: taken from the proxy or generated, and added to the log and the response."""

import re
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase

from config.log_context import working_on

Answer = Callable[[HttpRequest], HttpResponseBase]

REQUEST_ID_HEADER = "X-Request-ID"
# Anyone can send this header, so only accept plain IDs.
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id_middleware(get_response: Answer) -> Answer:
    """Return middleware that gives each request an ID and sends it with the response."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get(REQUEST_ID_HEADER, "")
        request_id = sent if SANE.fullmatch(sent) else uuid4().hex
        with working_on(request_id=request_id):
            response = get_response(request)
        response[REQUEST_ID_HEADER] = request_id
        return response

    return answer
