"""Whether the site is overloaded: web processes note it, and background work, such as sending, backs off."""

import logging
import time
from collections.abc import Callable

from django.core.cache import cache

logger = logging.getLogger(__name__)

OVERLOAD_KEY = "site_is_overloaded"
# How long a note is valid, in seconds. During an overload, each web process renews it twice as often.
OVERLOAD_SECONDS = 1
# Background work runs for at least a quarter of the time: visitors can slow it down, not stop it.
MAX_BACK_OFF_FACTOR = 3
MAX_BACK_OFF_SECONDS = 3.0
# How long to sleep before looking again, in seconds.
NAP_SECONDS = 0.1


def note_overload() -> None:
    """Note that visitors are waiting for each other now."""
    cache.set(OVERLOAD_KEY, value=True, timeout=OVERLOAD_SECONDS)


def back_off(
    worked: float, stopping: Callable[[], bool] = lambda: False, sleep: Callable[[float], None] = time.sleep
) -> float:
    """Sleep while the site is overloaded, but no more than three times as long as the work took, or three seconds.

    worked: the seconds of work since this was last called. Returns the seconds slept.
    """
    longest, slept = min(MAX_BACK_OFF_FACTOR * worked, MAX_BACK_OFF_SECONDS), 0.0
    while slept < longest and cache.get(OVERLOAD_KEY) and not stopping():
        nap = min(NAP_SECONDS, longest - slept)
        sleep(nap)
        slept += nap
    if slept:
        logger.info("the site is overloaded: backed off for %.1f seconds", slept)
    return slept
