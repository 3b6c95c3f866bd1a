"""Where all workers read and write the throttle: in Redis or, without Redis, in the memory of the one process."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Protocol, TypeVar, cast

from django.conf import settings
from redis import Redis, RedisError, WatchError

from config.redis_fallback import RedisFallback
from digest.sending.throttle import Throttle

logger = logging.getLogger(__name__)

T = TypeVar("T")
# (state, now) → (new state, answer)
StateChange = Callable[[Throttle, float], tuple[Throttle, T]]

THROTTLE_KEY = "daily-papers:throttle"
STATE_TTL_SECONDS = 86_400
# Redis must not delay the mail.
STORE_TIMEOUT_SECONDS = 2
# How long Redis is left alone after it did not respond.
STORE_RETRY_SECONDS = 30


class ThrottleStore(Protocol):
    """Holds one throttle."""

    def change(self, step: StateChange[T]) -> T:
        """Take one step from the current state, exclusively; return its answer. On a conflict it may be taken again."""


class MemoryThrottleStore:
    """A store in the memory of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._throttle = Throttle()

    def change(self, step: StateChange[T]) -> T:
        """See ThrottleStore."""
        with self._lock:
            self._throttle, answer = step(self._throttle, self._clock())
            return answer


class RedisThrottleStore:
    """A store in Redis, on Redis's clock: the machines' own may differ. If Redis is away, in memory, with a warning."""

    def __init__(self, address: str) -> None:
        timeouts = {"socket_connect_timeout": STORE_TIMEOUT_SECONDS, "socket_timeout": STORE_TIMEOUT_SECONDS}
        self._redis = Redis.from_url(address, **timeouts)
        self._own = MemoryThrottleStore()
        warning = "Redis does not answer (%s): each process limits its rate on its own"
        self._fallback = RedisFallback((RedisError, OSError), warning, logger, STORE_RETRY_SECONDS)

    def change(self, step: StateChange[T]) -> T:
        """See ThrottleStore."""
        return self._fallback.ask(lambda: self._change_in_redis(step), lambda: self._own.change(step))

    def _change_in_redis(self, step: StateChange[T]) -> T:
        with self._redis.pipeline() as pipe:
            while True:
                pipe.watch(THROTTLE_KEY)  # type: ignore[no-untyped-call]
                # While a key is watched, commands are answered at once.
                seconds, microseconds = pipe.time()
                now = seconds + microseconds / 1e6
                before = Throttle.load(cast(bytes | None, pipe.get(THROTTLE_KEY)))
                after, answer = step(before.believed(now), now)
                if after == before:
                    return answer
                pipe.multi()
                pipe.set(THROTTLE_KEY, after.dump(), ex=STATE_TTL_SECONDS)
                # Another worker was faster: start again from what it wrote.
                with suppress(WatchError):
                    pipe.execute()
                    return answer


@cache
def throttle_store(address: str) -> ThrottleStore:
    """Return the one store of this process for REDIS_URL, or for none."""
    return RedisThrottleStore(address) if address else MemoryThrottleStore()


def current() -> ThrottleStore:
    """Return the store that the settings ask for."""
    return throttle_store(settings.REDIS_URL)
