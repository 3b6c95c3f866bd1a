"""How long requests take: counted in each web process, and added up when Prometheus scrapes.

Only loaded if METRICS_TOKEN is set.
"""

import time
from collections.abc import Callable
from functools import cache

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Histogram

NAME = "daily_papers_http_request_seconds"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = {"GET", "HEAD", "POST"}


@cache
def _histogram() -> Histogram:
    text = "How long requests took, by route, method and status class."
    return Histogram(NAME, text, ["route", "method", "status"], buckets=BUCKETS)


def timing_middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Record how long each response took.

    Labelled by route, not by address, so that requests for new addresses cannot create new series.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        route = f"/{request.resolver_match.route}" if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"
        labels = (route, method, f"{response.status_code // 100}xx")
        _histogram().labels(*labels).observe(time.perf_counter() - began)
        return response

    return answer
