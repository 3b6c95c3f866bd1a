"""The id of a request: taken from whoever stands before us, or made; in the log, and in the answer."""

import re
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase

from config.log_context import working_on

Answer = Callable[[HttpRequest], HttpResponseBase]

REQUEST_ID_HEADER = "X-Request-ID"
# Anybody may send one: what is no plain id is not taken over.
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id_middleware(get_response: Answer) -> Answer:
    """Return what gives each request an id, which its answer tells."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get(REQUEST_ID_HEADER, "")
        request_id = sent if SANE.fullmatch(sent) else uuid4().hex
        with working_on(request_id=request_id):
            response = get_response(request)
        response[REQUEST_ID_HEADER] = request_id
        return response

    return answer
