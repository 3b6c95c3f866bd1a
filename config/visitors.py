"""Whether visitors wait for each other: web processes note it, and what can wait, such as sending, gives way."""

import logging
import time
from collections.abc import Callable

from django.core.cache import cache

logger = logging.getLogger(__name__)

CROWD_KEY = "site_is_crowded"
# How long a note is valid, in seconds. While the crowd lasts, each web process renews it twice as often.
CROWD_SECONDS = 1
# Who gives way works for at least a quarter of the time: visitors can slow it down, not stop it.
MOST_WAITING = 3
MAX_GIVE_WAY_SECONDS = 3.0
# How long to sleep before looking again, in seconds.
NAP_SECONDS = 0.1


def note_crowd() -> None:
    """Note that visitors wait for each other now."""
    cache.set(CROWD_KEY, value=True, timeout=CROWD_SECONDS)


def give_way(
    worked: float, stopping: Callable[[], bool] = lambda: False, sleep: Callable[[float], None] = time.sleep
) -> float:
    """Sleep while the site is crowded, but no more than three times as long as the work took, or three seconds.

    worked: the seconds of work since this was last called. Returns the seconds slept.
    """
    longest, slept = min(MOST_WAITING * worked, MAX_GIVE_WAY_SECONDS), 0.0
    while slept < longest and cache.get(CROWD_KEY) and not stopping():
        nap = min(NAP_SECONDS, longest - slept)
        sleep(nap)
        slept += nap
    if slept:
        logger.info("gave way to the site's visitors for %.1f seconds", slept)
    return slept
