"""Rate limiting per host: one request at a time, with a pause between two, across all workers.

arXiv counts OAI-PMH, API and feeds as one: https://info.arxiv.org/help/api/tou.html
"""

import fcntl
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from redis import Redis, RedisError
from redis.exceptions import LockError
from redis.lock import Lock

from config.redis_fallback import RedisFallback

logger = logging.getLogger(__name__)

TURN_KEY = "daily-papers:{}"
# The turn that all of arXiv's hosts share.
ARXIV_TURN = "arxiv"
# Longer than any request may take, so that the others go on if a worker dies.
LONGEST_TURN = 300
LOCK_TIMEOUT_SECONDS = 5
# Redis is tried again each time: the sooner all machines share one limit again, the better.
_fallback = RedisFallback(
    (RedisError, OSError), "Redis does not answer (%s): this machine limits its requests to sources on its own", logger
)


@contextmanager
def turn_at_arxiv() -> Iterator[None]:
    """Wait for our turn at arXiv and hold it for one request."""
    with turn_at_host(ARXIV_TURN, settings.ARXIV_SPACING):
        yield


@contextmanager
def turn_at_host(host: str, spacing: timedelta) -> Iterator[None]:
    """Wait for our turn at a host and hold it for one request.

    The turn is kept in Redis if there is one, and so across all machines; otherwise, or while Redis is down, in a file,
    across all processes on this machine.
    """
    name = re.sub(r"[^a-z0-9.-]", "_", host.lower())[:100]
    lock = _lock_in_redis(name) if settings.REDIS_URL else None
    if lock is None:
        with _turn_by_file(settings.VAR_DIR / f"{name}-turn", spacing.total_seconds()):
            yield
        return
    try:
        yield
    finally:
        # The lock enforces the pause: it expires when the next request may begin. No lock can last zero seconds.
        with suppress(LockError, RedisError):
            lock.extend(max(spacing.total_seconds(), 0.001), replace_ttl=True)


def _lock_in_redis(name: str) -> Lock | None:
    """Return the acquired lock; None if Redis does not answer."""
    return _fallback.ask(lambda: _acquired(name), lambda: None)


def _acquired(name: str) -> Lock | None:
    lock: Lock = _redis(settings.REDIS_URL).lock(
        TURN_KEY.format(name), timeout=LONGEST_TURN, sleep=0.1, thread_local=False
    )
    lock.acquire()
    return lock


@cache
def _redis(address: str) -> "Redis":
    return Redis.from_url(address, socket_connect_timeout=LOCK_TIMEOUT_SECONDS, socket_timeout=LOCK_TIMEOUT_SECONDS)


@contextmanager
def _turn_by_file(path: Path, spacing: float) -> Iterator[None]:
    """Hold a lock on a file that says when the last turn ended."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        # If the clock was set back, no one waits longer.
        time.sleep(min(max(_number(file.read()) + spacing - time.time(), 0), spacing))
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()
            file.write(str(time.time()))


def _number(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0
