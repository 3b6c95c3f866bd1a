"""The API: read access to everything public, and signing up with a key. It is described at /api/docs."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from ninja import NinjaAPI, Swagger
from ninja.errors import HttpError, ValidationError

from digest.site.api import catalogue, daily_papers, subscribing

api = NinjaAPI(
    title="Daily Papers",
    version="1",
    description="Read everything public without a key. Responses carry an ETag, so send If-None-Match.",
    urls_namespace="api",
    # Swagger's badge would send a request to another server.
    docs=Swagger(settings={"validatorUrl": None, "persistAuthorization": False}),
)
api.add_router("", daily_papers.router)
api.add_router("", catalogue.router)
api.add_router("", subscribing.router)


def api_urls() -> tuple[list[Any], str, str]:
    """Return the API's URL patterns, for an include. Each answers HEAD like GET (RFC 9110, 9.3.2)."""
    patterns, app, namespace = api.urls
    for pattern in patterns:
        pattern.callback = _with_head(pattern.callback)
    return patterns, app, namespace


def _with_head(view: Any) -> Callable[..., Any]:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "HEAD":
            # A copy, because whatever strips the body later goes by the original request's method.
            request = copy(request)
            request.method = "GET"
        return view(request, *args, **kwargs)

    return wrapped


@api.exception_handler(ValidationError)
def bad_question(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer 400 with the invalid parameters, as Hugging Face does, instead of 422."""
    message = "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in error.errors)
    return api.create_response(request, {"error": message}, status=400)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer with the error in the same shape."""
    return api.create_response(request, {"error": str(error)}, status=error.status_code)


@api.exception_handler(RawPostDataException)
def no_json(request: HttpRequest, error: RawPostDataException) -> HttpResponse:  # noqa: ARG001 - Ninja's signature
    """Answer 400 to a multipart form: it was already parsed as a form, so its body is gone."""
    return api.create_response(request, {"error": "the body must be JSON"}, status=400)
