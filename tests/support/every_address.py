"""Every URL of the site and the panel, read from the URLconf, with values that exist."""

import re
from typing import NamedTuple
from urllib.parse import quote

from django.apps import apps
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern

# Where mail providers post and Prometheus scrapes, and no browser goes.
MACHINES = ("anymail/", "metrics")


class Address(NamedTuple):
    """A route, its name, and a path that it matches."""

    route: str
    name: str
    path: str


def routes(resolver=None, before=""):
    """Yield every route below a resolver, with its name, and False if it is a regular expression."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.name or "", isinstance(pattern.pattern, RoutePattern)
        else:
            yield from routes(pattern, route)


def every_address(values):
    """Yield an address for each route.

    values: (beginning of a route, name of its parameter) → the value. The longest beginning counts; KeyError is raised
    for a route without one. ("regular expression", name) → paths.
    """
    for route, name, is_plain in routes():
        if route.startswith(MACHINES):
            continue
        if is_plain:
            yield Address(route, name, "/" + _filled(route, name, values))
        else:
            yield from (Address(route, name, path) for path in values["regular expression", name])


def _filled(route, name, values):
    def value(parameter_match):
        parameter = parameter_match[1]
        begins = [begin for begin, parameter_name in values if parameter_name == parameter and route.startswith(begin)]
        if not begins and route.startswith("admin/") and parameter in {"object_id", "id"}:
            return str(_first_of(name, route).pk)
        if not begins:
            raise KeyError(f"{route}: no value for {parameter}")
        return quote(str(values[max(begins, key=len), parameter]), safe="")

    return re.sub(r"<(?:\w+:)?(\w+)>", value, route)


def _first_of(name, route):
    """Return the first row of the model whose panel page this is."""
    app, model = route.removeprefix("admin/").split("/")[:2]
    row = apps.get_model(app, model).objects.order_by("pk").first()
    assert row is not None, f"{name or route}: make one, so that its page can be looked at"
    return row
