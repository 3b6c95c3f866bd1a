"""Detects overload: emails back off then (config.overload), and public pages may be older (digest.site.microcache)."""

import math
import time
from collections.abc import Callable
from threading import Lock

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.overload import note_overload

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# So many concurrent requests in one process get in each other's way: it uses one core.
MAX_CONCURRENT = 4
# What counts is the share of requests in a window of so many seconds that had so many others; a few tell nothing.
WINDOW_SECONDS = 0.5
MIN_REQUESTS = 10
# For how long after an overload pages may be older: rendering all of them anew at once would bring it back.
RECOVERY_SECONDS = 30
# The attribute of a request.
OVERLOADED = "is_overloaded"


class OverloadDetector:
    """Counts the requests that a process is answering. Threads share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._concurrent = 0
        self._requests = self._waiting = 0
        self._until = clock() + WINDOW_SECONDS
        self._recovered_at = -math.inf

    def enter(self) -> bool:
        """Count a request in; return whether most requests of the last half second came while others were waiting."""
        with self._lock:
            self._concurrent += 1
            self._requests += 1
            self._waiting += self._concurrent >= MAX_CONCURRENT
            now = self._clock()
            if now < self._until:
                return False
            is_overload = (
                self._requests >= MIN_REQUESTS
                and 2 * self._waiting > self._requests
                # Nobody came for a while: that overload is long over.
                and now < self._until + WINDOW_SECONDS
            )
            self._requests = self._waiting = 0
            self._until = now + WINDOW_SECONDS
            if is_overload:
                self._recovered_at = now + RECOVERY_SECONDS
            return is_overload

    @property
    def is_recent(self) -> bool:
        """Whether there is an overload, or was one moments ago."""
        return self._clock() < self._recovered_at

    def leave(self) -> None:
        """Count a request out."""
        with self._lock:
            self._concurrent -= 1


def is_overloaded(request: HttpRequest) -> bool:
    """Return whether visitors have to wait for each other, or had to moments ago."""
    return getattr(request, OVERLOADED, False)


def overload_middleware(get_response: GetResponse) -> GetResponse:
    """Return middleware that notes when a process has more concurrent requests than it can answer without delay."""
    detector = OverloadDetector()

    def answer(request: HttpRequest) -> HttpResponseBase:
        if detector.enter():
            note_overload()
        setattr(request, OVERLOADED, detector.is_recent)
        try:
            return get_response(request)
        finally:
            detector.leave()

    return answer
