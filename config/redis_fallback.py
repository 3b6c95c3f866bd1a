"""What is kept in Redis for all processes, and by each for itself while Redis is away.

A Redis that did not answer is left alone for a while, so that not everything waits for it once more. The log says so
once each time.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

SharedResult = TypeVar("SharedResult")


class RedisFallback:
    """Asks what is shared, and what stands in for it where that does not answer, or did not a moment ago.

    `faults` are the exceptions that mean “does not answer”; `warning` says in the log what follows from it, with “%s”
    for the fault. For `seconds` after one, the shared one is left alone.
    """

    def __init__(
        self, faults: tuple[type[Exception], ...], warning: str, logger: logging.Logger, seconds: float = 0
    ) -> None:
        self._faults, self._warning, self._logger, self._seconds = faults, warning, logger, seconds
        self._away_until = 0.0

    @property
    def is_away(self) -> bool:
        """Whether the shared one is left alone just now."""
        return time.monotonic() < self._away_until

    def ask(self, shared: Callable[[], SharedResult], instead: Callable[[], SharedResult]) -> SharedResult:
        """Return what the shared one answers, or what stands in for it."""
        if not self.is_away:
            try:
                return shared()
            except self._faults as fault:
                self._away_until = time.monotonic() + self._seconds
                # By its name alone: what it says may hold the address, and with it a password.
                self._logger.warning(self._warning, type(fault).__name__)
        return instead()

    def forget(self) -> None:
        """Ask the shared one again from now on."""
        self._away_until = 0.0
