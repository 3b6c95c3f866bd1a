"""What pages of other sites may read (CORS): everything that is public, and nothing with a cookie."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

View = Callable[..., HttpResponse]


def allow_cross_origin(view: View) -> View:
    """Let scripts of any site read the answer. Their browsers send no cookie of ours along."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link"
        return response

    return wrapped
