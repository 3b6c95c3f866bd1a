"""Beat's scheduler: Celery's, with a pulse, and surviving two things that Celery's does not."""

import dbm
import logging
from typing import Any

from celery.beat import PersistentScheduler

from digest.metrics.pulse import beat_pulse

logger = logging.getLogger(__name__)


class SteadyScheduler(PersistentScheduler):
    """Keeps ringing when the clock was set back, and when it cannot record what it rang for.

    Celery's waits until the clock is back where it was, and exits when the disk is full. It only records when it last
    rang, and a ring that is lost or comes twice does no harm.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Ring for what is due; return the seconds until the next ring."""
        now = self.app.now()
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at and entry.last_run_at > now]
        if ahead:
            logger.warning("the clock was set back: beat continues from now")
            for entry in ahead:
                entry.last_run_at = now
            # Celery makes a new one from the times just set.
            self._heap = None
        return float(super().tick(*args, **kwargs))

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Ring for one task, and record that. If the broker refuses a ring there is no pulse: no one hears it."""
        answer = super().apply_async(*args, **kwargs)
        beat_pulse()
        return answer

    def sync(self) -> None:
        """Record when each task was last rung for."""
        try:
            super().sync()
        except (OSError, *dbm.error) as error:
            logger.warning("beat cannot record what it started: %s", error)
