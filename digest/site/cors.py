"""Which responses other sites may read (CORS): everything public, and nothing that depends on a cookie."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

View = Callable[..., HttpResponse]


def allow_cross_origin(view: View) -> View:
    """Let scripts on any site read the response. Browsers do not send our cookies with their requests."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link"
        return response

    return wrapped
