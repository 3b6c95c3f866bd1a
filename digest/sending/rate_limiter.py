"""Rate limiter: a worker asks it before each mail, and is told to wait, or to leave the rest for later."""

import logging
import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from django.conf import settings

from digest.models import SendingDay
from digest.sending import throttle_store
from digest.sending.throttle import LONGEST_NAP, Throttle
from digest.sending.throttle_store import ThrottleStore

logger = logging.getLogger(__name__)

# A worker claims no more than goes out in this many seconds: what is not sent in a turn goes back.
AHEAD_SECONDS = 10
# How long a grant is valid: if nothing limits the pace, a worker only checks once per second.
GRANT_SECONDS = 1.0
# How long a worker sleeps before it checks whether to stop.
NOD = 0.1


def day_limit(day: date) -> int | None:
    """Return how many mails may go out on a day (UTC); None if it has no limit."""
    limits = [settings.SEND_PER_DAY] if settings.SEND_PER_DAY else []
    if settings.WARM_UP_SINCE:
        step = max(0, (day - settings.WARM_UP_SINCE).days)
        limits += settings.WARM_UP[step : step + 1]
    return min(limits, default=None)


def is_open(now: datetime) -> bool:
    """Return whether a worker that begins now may send, at once or after a nap."""
    if _look()[0] > LONGEST_NAP:
        return False
    day = now.astimezone(UTC).date()
    limit = day_limit(day)
    return limit is None or not SendingDay.objects.filter(day=day, mails__gte=limit).exists()


def _look() -> tuple[float, float]:
    """Return how many seconds it is until a mail may go, and the pace from then on."""

    def step(throttle: Throttle, now: float) -> tuple[Throttle, tuple[float, float]]:
        wait = throttle.wait(now)
        return throttle, (wait, throttle.rate(now + wait, settings.SEND_PER_SECOND))

    return throttle_store.current().change(step)


class RateLimiter:
    """The pace of one worker, and its share of what all of them may send.

    `claimable` and `settle` are for the worker's own thread, `permits` and `slow_down` for those of its connections.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.held_for = 0.0
        self._clock, self._sleep = clock, sleep
        self._asking = threading.Lock()
        self._granted, self._good_until = 0.0, 0.0
        self._of_day: tuple[date, int] | None = None
        self._told_until = 0.0

    @property
    def _store(self) -> ThrottleStore:
        return throttle_store.current()

    def claimable(self, requested: int, now: datetime) -> int:
        """Return how many mails a worker should claim now, at most `requested`; 0 if sending is held back for long.

        Under a daily limit they count from here on; `settle` subtracts those that were not sent.
        """
        self.held_for, rate = (0.0, math.inf) if self._is_free() else _look()
        if self.held_for > LONGEST_NAP:
            logger.info("sending pauses for %.0f seconds: we were asked to slow down", self.held_for)
            return 0
        self.held_for = 0.0
        if not math.isinf(rate):
            requested = min(requested, math.ceil(rate * AHEAD_SECONDS))
        day = now.astimezone(UTC).date()
        limit = day_limit(day)
        if limit is None:
            return requested
        requested = SendingDay.objects.take(day, requested, limit)
        self._of_day = (day, requested)
        if not requested:
            logger.info("no more emails today: the daily limit of %d is reached", limit)
        return requested

    def settle(self, sent: int) -> None:
        """Note how many of the claimed mails went out; the others do not count for the day."""
        if self._of_day:
            day, counted = self._of_day
            self._of_day = None
            if counted > sent:
                SendingDay.objects.give_back(day, counted - sent)

    def permits(self, requested: int, stopping: Callable[[], bool]) -> bool:
        """Wait until a mail may go; return False if it is time to stop, or the wait is too long (see `held_for`).

        requested: how many mails there are to send, including this one.
        """
        with self._asking:
            if self._use_grant():
                return True
            if self.held_for or stopping():
                return False
            grant = self._store.change(lambda throttle, now: throttle.take(now, requested, settings.SEND_PER_SECOND))
            if not grant.mails:
                self.held_for = grant.wait
                return False
            if not self._nap(grant.wait, stopping):
                return False
            self._granted, self._good_until = grant.mails, self._clock() + GRANT_SECONDS
            return self._use_grant()

    def _is_free(self) -> bool:
        """Return whether nothing limited the pace a moment ago: no need to look again."""
        return math.isinf(self._granted) and self._clock() <= self._good_until

    def _use_grant(self) -> bool:
        if self._granted < 1 or self._clock() > self._good_until:
            return False
        self._granted -= 1
        return True

    def _nap(self, seconds: float, stopping: Callable[[], bool]) -> bool:
        """Sleep; return whether it was for the full time."""
        while seconds > 0:
            if stopping():
                return False
            self._sleep(min(seconds, NOD))
            seconds -= NOD
        return True

    def slow_down(self, seconds: float) -> None:
        """Make all workers go slower. seconds: how long to wait, 0 if that was not said."""
        self._good_until = 0.0
        if not seconds and self._clock() < self._told_until:
            # One answer to a whole batch comes here once for each of its mails.
            return

        def step(throttle: Throttle, now: float) -> tuple[Throttle, tuple[bool, float]]:
            after = throttle.slowed(now, seconds)
            return after, (after.halvings_at(now) > throttle.halvings_at(now), after.wait(now))

        slower, pause = self._store.change(step)
        self._told_until = self._clock() + pause
        if slower:
            logger.warning("we were asked to slow down: pausing for %.0f seconds, then sending at half speed", pause)
