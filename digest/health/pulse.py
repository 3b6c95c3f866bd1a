"""The pulses of beat and of the planner, and how long digests have been waiting to be sent.

Beat records each ring, every minute. The planner, which a worker runs at each ring, records each run. Together they
show which of the two is silent. With cron instead of beat, `run_scheduled` does both.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from digest.health.result import CheckResult, Reporter
from digest.metrics import planning_runs
from digest.metrics import pulse as beat
from digest.models import Delivery

BEAT, PLANNING, DIGESTS = Reporter("beat"), Reporter("planning"), Reporter("digests")

# Both run every minute, but a large run of the planner takes several.
LATE_AFTER, SILENT_AFTER = timedelta(minutes=5), timedelta(minutes=30)
AHEAD = timedelta(minutes=2)
WAITS_LONG = timedelta(hours=1)


def beat_rings() -> Iterable[CheckResult]:
    """Report when beat last rang."""
    yield _age(BEAT, beat.last_pulse(), "Is beat running? Without beat: does cron call manage.py run_scheduled?")


def digests_are_planned() -> Iterable[CheckResult]:
    """Report when the planner last finished."""
    last = planning_runs.last_run()
    ended_at = last.ended_at if last else None
    yield _age(PLANNING, ended_at, "Is a worker for the “planning” queue running? If not, its log says why.")


def _age(report: Reporter, last: datetime | None, action: str) -> CheckResult:
    if last is None:
        return report.warn("It hasn’t run yet.", f"Wait a minute after the first start. {action}")
    silence = timezone.now() - last
    minutes = round(silence.total_seconds() / 60)
    if silence < -AHEAD:
        return report.warn(
            f"Its last run is {-minutes} min in the future.",
            "The clock was set back, so whatever is due waits until it catches up. Keep it in sync with NTP.",
        )
    complain = report.bad if silence > SILENT_AFTER else report.warn if silence > LATE_AFTER else None
    if complain:
        return complain(f"It last ran {minutes} min ago.", action)
    return report.ok(f"It last ran {max(minutes, 0)} min ago.")


def digests_go_out() -> Iterable[CheckResult]:
    """Report how long the oldest queued digest has been ready to send."""
    now = timezone.now()
    oldest = Delivery.objects.queued(now).values_list("not_before", flat=True).first()
    overdue = Delivery.objects.overdue(now - WAITS_LONG).count()
    if overdue:
        yield DIGESTS.bad(
            f"{overdue} are held by a worker that died.", "Start beat and a worker. They’ll settle it within the hour."
        )
    if oldest and now - oldest > WAITS_LONG:
        hours = (now - oldest).total_seconds() / 3600
        yield DIGESTS.warn(
            f"The oldest has been waiting for {hours:.0f} hours.",
            "Is a worker for the “sending” queue running? WARM_UP_SINCE and SEND_PER_DAY make digests wait, too.",
        )
    elif not overdue:
        yield DIGESTS.ok("None has been waiting for more than an hour.")
