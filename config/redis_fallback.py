"""State shared in Redis, and kept by each process for itself while Redis is down.

After Redis fails to respond, it is left alone for a while, so that not every call waits for it. The log says so once
each time.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

SharedResult = TypeVar("SharedResult")


class RedisFallback:
    """Asks the shared store, or a stand-in while the shared one is down.

    `faults` are the exceptions that mean “down”; `warning` tells the log what follows from it, with “%s” for
    the fault. For `seconds` after a fault, the shared store is left alone.
    """

    def __init__(
        self, faults: tuple[type[Exception], ...], warning: str, logger: logging.Logger, seconds: float = 0
    ) -> None:
        self._faults, self._warning, self._logger, self._seconds = faults, warning, logger, seconds
        self._away_until = 0.0

    @property
    def is_away(self) -> bool:
        """Whether the shared store is currently left alone."""
        return time.monotonic() < self._away_until

    def ask(self, shared: Callable[[], SharedResult], instead: Callable[[], SharedResult]) -> SharedResult:
        """Return the answer of the shared store, or of its stand-in."""
        if not self.is_away:
            try:
                return shared()
            except self._faults as fault:
                self._away_until = time.monotonic() + self._seconds
                # Only its name: the message may contain the URL, and with it a password.
                self._logger.warning(self._warning, type(fault).__name__)
        return instead()

    def forget(self) -> None:
        """Ask the shared store again from now on."""
        self._away_until = 0.0
