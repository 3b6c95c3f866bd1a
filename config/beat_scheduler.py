"""Beat's scheduler: Celery's, with a heartbeat, and surviving two failures that Celery's does not."""

import dbm
import logging
from typing import Any

from celery.beat import PersistentScheduler

from digest.metrics.pulse import beat_pulse

logger = logging.getLogger(__name__)


class SteadyScheduler(PersistentScheduler):
    """Keeps starting tasks when the clock was set back, and when it cannot record what it started.

    Celery's waits until the clock is back where it was, and exits when the disk is full. It only records when
    it last ran, and a lost or repeated start does no harm.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Start the tasks that are due; return the seconds until the next one is."""
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
        """Start a task, and record the heartbeat. If the broker refuses it, there is none."""
        answer = super().apply_async(*args, **kwargs)
        beat_pulse()
        return answer

    def sync(self) -> None:
        """Record when each task was last started."""
        try:
            super().sync()
        except (OSError, *dbm.error) as error:
            logger.warning("beat cannot record what it started: %s", error)
