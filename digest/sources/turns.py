"""Whose turn it is to ask arXiv: one request at a time and three seconds between two, over all workers together.

arXiv counts OAI-PMH, API and feeds as one: https://info.arxiv.org/help/api/tou.html
"""

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from django.conf import settings
from redis import Redis, RedisError
from redis.exceptions import LockError
from redis.lock import Lock

logger = logging.getLogger(__name__)

KEY = "daily-papers:arxiv"
# Longer than any request may take: after a worker that died, the others go on.
LONGEST_TURN = 300
REDIS_TIMEOUT = 5


@contextmanager
def arxiv() -> Iterator[None]:
    """Wait for our turn and hold it for one request.

    Kept in Redis where there is one, so over all machines; otherwise, or while it is away, in a file over all
    processes of this machine.
    """
    lock = _lock_in_redis() if settings.REDIS_URL else None
    if lock is None:
        with _turn_by_file(settings.VAR_DIR / "arxiv-turn"):
            yield
        return
    try:
        yield
    finally:
        # The lock itself keeps the distance: it runs out when the next request may begin.
        with suppress(LockError, RedisError):
            lock.extend(settings.ARXIV_SPACING.total_seconds(), replace_ttl=True)


def _lock_in_redis() -> Lock | None:
    """Return the lock, acquired; None where Redis does not answer."""
    try:
        lock: Lock = _redis(settings.REDIS_URL).lock(KEY, timeout=LONGEST_TURN, sleep=0.1, thread_local=False)
        lock.acquire()
    except (RedisError, OSError) as error:
        logger.warning("Redis does not answer (%s): this machine keeps arXiv's limit for itself", error)
        return None
    return lock


@cache
def _redis(address: str) -> "Redis":
    return Redis.from_url(address, socket_connect_timeout=REDIS_TIMEOUT, socket_timeout=REDIS_TIMEOUT)


@contextmanager
def _turn_by_file(path: Path) -> Iterator[None]:
    """Hold a lock on a file that says when the last turn ended."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        spacing = settings.ARXIV_SPACING.total_seconds()
        # A clock that was set back makes nobody wait longer.
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
