"""When the planner last ran, how long it took and what it did."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from digest.metrics.shared_values import share_values, shared, shared_moment
from digest.recommending import planning

NAME = "planning-run"


@dataclass(frozen=True)
class PlanningRun:
    """One run that finished."""

    ended_at: datetime
    took: timedelta
    queued: int


def plan_and_note(now: datetime) -> planning.PlanSummary:
    """Plan what is due, record the run; return a summary. Failed runs are not recorded: the last one's age shows."""
    begin = time.monotonic()
    summary = planning.plan(now)
    share_values(NAME, {"ended_at": timezone.now(), "seconds": time.monotonic() - begin, "queued": summary.queued})
    return summary


def last_run() -> PlanningRun | None:
    """Return the last run; None if none was recorded."""
    value = shared(NAME)
    ended_at = shared_moment(value, "ended_at")
    if not value or not ended_at:
        return None
    return PlanningRun(ended_at, timedelta(seconds=float(value.get("seconds", 0))), int(value.get("queued", 0)))
