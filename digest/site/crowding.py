"""Notices when visitors wait for each other: emails give way to them (config.visitors), and pages may be older."""

import math
import time
from collections.abc import Callable
from threading import Lock

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.visitors import note_crowd

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# So many requests at once in one process get in each other's way: it uses one core.
CROWD = 4
# What counts is the share of requests that met a crowd within this many seconds, and it takes some requests to tell.
WINDOW_SECONDS = 0.5
FEWEST_REQUESTS = 10
# For how long after a crowd its pages may be older: rendering all of them anew at once would bring the crowd back.
CROWD_LASTS_SECONDS = 30
# The attribute of a request.
IN_CROWD = "is_in_crowd"


class Crowd:
    """The requests that a process is answering. Threads share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._present = 0
        self._requests = self._crowded = 0
        self._until = clock() + WINDOW_SECONDS
        self._lasts_until = -math.inf

    def enter(self) -> bool:
        """Count a request in; return whether most requests of the last half second met a crowd."""
        with self._lock:
            self._present += 1
            self._requests += 1
            self._crowded += self._present >= CROWD
            now = self._clock()
            if now < self._until:
                return False
            is_crowd = (
                self._requests >= FEWEST_REQUESTS
                and 2 * self._crowded > self._requests
                # Nobody came for a while: that crowd is long gone.
                and now < self._until + WINDOW_SECONDS
            )
            self._requests = self._crowded = 0
            self._until = now + WINDOW_SECONDS
            if is_crowd:
                self._lasts_until = now + CROWD_LASTS_SECONDS
            return is_crowd

    @property
    def is_recent(self) -> bool:
        """Whether there is a crowd, or was one moments ago."""
        return self._clock() < self._lasts_until

    def leave(self) -> None:
        """Count a request out."""
        with self._lock:
            self._present -= 1


def is_in_crowd(request: HttpRequest) -> bool:
    """Return whether other visitors wait meanwhile."""
    return getattr(request, IN_CROWD, False)


def crowding_middleware(get_response: GetResponse) -> GetResponse:
    """Return middleware that notes when a process has more requests at once than it can answer without delay."""
    crowd = Crowd()

    def answer(request: HttpRequest) -> HttpResponseBase:
        if crowd.enter():
            note_crowd()
        setattr(request, IN_CROWD, crowd.is_recent)
        try:
            return get_response(request)
        finally:
            crowd.leave()

    return answer
