"""Addresses that only take forms, opened as a page: a page with the way back, instead of an empty one."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def wrong_method_middleware(get_response: GetResponse) -> GetResponse:
    """Return middleware that gives browsers a page with status 405, whichever view refused to be opened.

    People get there by reloading, by their history, or with a copied address.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET":
            return response
        if not request.accepts("text/html") or not isinstance(response, HttpResponse) or response.content:
            return response
        page = render(request, "405.html", {"back": page_above(request.path_info)}, status=response.status_code)
        page["Allow"], page["Cache-Control"] = response.get("Allow", ""), "no-store"
        return page

    return answer


def page_above(path: str) -> str:
    """Return the address of the page that the form of `path` is on, as far as the path says; "/" if it does not."""
    first, *rest = path.strip("/").split("/")
    above = f"/{first}/" if first == "admin" else "/" + "/".join([first, *rest[:1]][: len(rest)])
    try:
        resolve(above)
    except Resolver404:
        return "/"
    return above
