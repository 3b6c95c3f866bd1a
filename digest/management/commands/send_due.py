"""`manage.py send_due`: one round of the daily run without Celery, for cron or by hand."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from digest import curation, planning, profiles
from digest.sending import breaker, draining, recovery


class Command(BaseCommand):
    """Publish what is late, settle what is stuck, watch what comes back, learn tastes, plan, send what is queued."""

    help = "Publish what is late, plan what is due and send it, once"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Run each step and print what it did."""
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        now = timezone.now()
        published = curation.publish_late(now)
        recovered = recovery.recover(now)
        breaker.watch(now)
        profiles.learn_new(now)
        planned = planning.plan(now)
        verdicts = draining.drain(stop.is_set)
        self.stdout.write(
            f"editions published: {len(published)}; given back: {recovered.queued}; uncertain: {recovered.uncertain}; "
            f"digests planned: {planned.queued}; skipped: {planned.skipped}"
        )
        for verdict, count in sorted(verdicts.items()):
            self.stdout.write(f"{verdict}: {count}")
