"""A microcache: public pages that this process made moments ago, sent again before anything queries the database.

After a digest has gone out, everybody opens the same few pages. Each costs a query and a rendering at most once in
PAGE_CACHE_SECONDS for each web process, and less often during an overload: an older page now is better than a new one
later. Members and users of the panel always get a page of their own.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event, Lock

from cachetools import LRUCache, TTLCache
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe

from digest.site.list_style import is_compact
from digest.site.overload_detection import is_overloaded
from digest.site.page_cache import accepts_gzip, is_personal

# The memory that pages may take in each process. The ones that nobody has asked for the longest go first.
MICROCACHE_BYTES = 16 * 2**20
# A larger response, such as an export, would push out all others.
MAX_PAGE_BYTES = 2**20
# During an overload, pages may be this many times as old.
OVERLOAD_FACTOR = 6
# How long a request waits for another one that is making the same page, in seconds.
MAX_WAIT_FOR_PAGE_SECONDS = 5
# How many keys are remembered that gave no public page last time: no request waits for those.
MAX_UNCACHEABLE = 1000
# What a response may depend on besides its address. All of it is in the key.
KNOWN_VARY = {"accept-encoding", "cookie", "hx-request"}

GetResponse = Callable[[HttpRequest], HttpResponseBase]
PageKey = tuple[object, ...]


@dataclass
class SentPage:
    """A response as it was sent, without what belongs to one request."""

    body: bytes
    headers: dict[str, str]
    route: ResolverMatch
    # When it was made, and when a request last began to make it anew, in seconds of the monotonic clock.
    made_at: float
    renewed_at: float

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page, or 304 if the client already has it."""
        request.resolver_match = self.route
        response = HttpResponse(self.body, headers=self.headers)
        last_modified = parse_http_date_safe(self.headers.get("Last-Modified", ""))
        return get_conditional_response(request, self.headers.get("ETag"), last_modified, response) or response


class Microcache:
    """The pages of one process. Threads share it."""

    def __init__(self, seconds: float, max_bytes: int = MICROCACHE_BYTES) -> None:
        self.seconds = seconds
        self._lock = Lock()
        self._pages: TTLCache[PageKey, SentPage] = TTLCache(
            max_bytes, 2 * OVERLOAD_FACTOR * seconds, time.monotonic, _size
        )
        self._in_flight: dict[PageKey, Event] = {}
        # Hashes, because an address can be long.
        self._uncacheable: LRUCache[int, bool] = LRUCache(MAX_UNCACHEABLE)

    def get(self, key: PageKey, *, overloaded: bool = False) -> SentPage | None:
        """Return a page that is fresh, or that another request is making anew; None if this request has to."""
        seconds = self.seconds * (OVERLOAD_FACTOR if overloaded else 1)
        with self._lock:
            page, now = self._pages.get(key), time.monotonic()
            # One that expired serves the others while it is made anew, but not if nobody asked for it for long.
            if page is None or now - page.made_at >= 2 * seconds:
                return None
            if now - page.renewed_at < seconds:
                return page
            page.renewed_at = now
            return None

    @contextmanager
    def single_flight(self, key: PageKey) -> Iterator[bool]:
        """Wait, before making a page, while another request makes it; yield whether one did.

        This prevents a cache stampede: after a start, everyone asks for the same few pages, and each is rendered once.
        """
        with self._lock:
            other = self._in_flight.get(key)
            is_first = other is None
            if is_first:
                self._in_flight[key] = Event()
            elif hash(key) in self._uncacheable:
                other = None
        if other:
            other.wait(MAX_WAIT_FOR_PAGE_SECONDS)
        try:
            yield other is not None
        finally:
            if is_first:
                with self._lock:
                    self._in_flight.pop(key).set()

    def put(self, key: PageKey, page: SentPage | None) -> None:
        """Keep a page; None if the response was none to keep."""
        with self._lock:
            if page is None:
                self._uncacheable[hash(key)] = True
            else:
                self._pages[key] = page
                self._uncacheable.pop(hash(key), None)


def _size(page: SentPage) -> int:
    return len(page.body) + sum(len(name) + len(value) for name, value in page.headers.items())


def microcache_middleware(get_response: GetResponse) -> GetResponse:
    """Return middleware that answers with a public page that is less than PAGE_CACHE_SECONDS old, if it has one.

    Raise MiddlewareNotUsed if PAGE_CACHE_SECONDS is 0.
    """
    if not settings.PAGE_CACHE_SECONDS:
        raise MiddlewareNotUsed
    pages = Microcache(settings.PAGE_CACHE_SECONDS)

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or is_personal(request) or "Authorization" in request.headers:
            return get_response(request)
        key = _key(request)
        if page := pages.get(key, overloaded=is_overloaded(request)):
            return page.answer(request)
        with pages.single_flight(key) as has_waited:
            if has_waited and (page := pages.get(key, overloaded=is_overloaded(request))):
                return page.answer(request)
            response = get_response(request)
            # That the client already has the page says nothing about keeping it.
            if response.status_code != HTTPStatus.NOT_MODIFIED:
                pages.put(key, _sent_page(request, response))
        return response

    return answer


def _key(request: HttpRequest) -> PageKey:
    """Return everything that a public page depends on."""
    return (
        request.is_secure(),
        request.META.get("HTTP_HOST"),
        request.META.get("PATH_INFO"),
        request.META.get("QUERY_STRING"),
        is_compact(request),
        accepts_gzip(request.headers.get("Accept-Encoding", "")),
        request.headers.get("HX-Request"),
    )


def _sent_page(request: HttpRequest, response: HttpResponseBase) -> SentPage | None:
    """Return a response as a page to keep; None if it is not for everybody, or only says that nothing changed."""
    is_public = response.status_code == HTTPStatus.OK and response.get("Cache-Control", "").startswith("public")
    if not is_public or response.cookies or not isinstance(response, HttpResponse):
        return None
    vary = {name.strip().lower() for name in response.get("Vary", "").split(",") if name.strip()}
    if not vary <= KNOWN_VARY or len(response.content) > MAX_PAGE_BYTES or request.resolver_match is None:
        return None
    now = time.monotonic()
    return SentPage(response.content, dict(response.items()), request.resolver_match, made_at=now, renewed_at=now)
