"""`manage.py send_due`: one round of the daily run without Celery, for cron or by hand."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from digest.community import user_profiles
from digest.editions import publishing
from digest.metrics import planning_runs, sending_day, tallies
from digest.metrics.pulse import beat_pulse
from digest.sending import breaker, bulk_actions, recovery, worker
from subscriptions import outgoing


class Command(BaseCommand):
    """Publish overdue editions, settle stuck deliveries, watch what comes back, learn tastes, plan, send the queue."""

    help = "Run the daily steps once: publish overdue editions, plan and send due digests"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Run each step and print what it did."""
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        beat_pulse()
        now = timezone.now()
        published = publishing.publish_overdue(now)
        recovered = recovery.recover_interrupted(now)
        breaker.watch(now)
        bulk_actions.sweep(now)
        user_profiles.learn_new(now)
        planned = planning_runs.plan_and_note(now)
        verdicts = worker.drain(stop.is_set)
        outgoing.send_waiting(now)
        tallies.update_tallies(now)
        sending_day.count_day(timezone.now())
        self.stdout.write(
            f"editions published: {len(published)}; requeued: {recovered.queued}; uncertain: {recovered.uncertain}; "
            f"digests planned: {planned.queued}; skipped: {planned.skipped}"
        )
        for verdict, count in sorted(verdicts.items()):
            self.stdout.write(f"{verdict}: {count}")
