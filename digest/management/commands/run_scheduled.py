"""`manage.py run_scheduled`: run what beat would ring for in this minute, here and now; for cron."""

import logging
from datetime import datetime
from typing import Any

from celery.schedules import crontab
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.celery import app
from config.schedule import SCHEDULE
from digest.metrics.pulse import beat_pulse
from digest.models import Edition


def rings_at(schedule: crontab, at: datetime) -> bool:
    """Return whether beat would ring in this minute. at: in UTC, like beat's clock."""
    # Celery's types do not have these attributes.
    when: Any = schedule
    return bool(
        at.minute in when.minute
        and at.hour in when.hour
        and at.day in when.day_of_month
        and at.month in when.month_of_year
        and at.isoweekday() % 7 in when.day_of_week
    )


def _is_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


class Command(BaseCommand):
    """Run the tasks that beat's schedule has for this minute, one after another, in this process."""

    help = "Run the tasks that are due this minute. For cron to call every minute if beat doesn’t run."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Run the tasks; if any failed, raise CommandError at the end with their names."""
        app.loader.import_default_modules()
        if options["verbosity"] < 2:  # noqa: PLR2004 - Django's word for “say more”
            # cron mails everything that is printed, so a task that did its work prints nothing.
            logging.getLogger("celery.app.trace").addFilter(_is_a_warning)
        # While the database is away, one line is enough: each task would say the same with a traceback.
        Edition.objects.first()
        at = timezone.now()
        beat_pulse()
        failed = []
        for name, entry in SCHEDULE.items():
            if rings_at(entry["schedule"], at):
                # A task that fails does not stop the others, as with a worker.
                outcome = app.tasks[entry["task"]].apply()
                if outcome.failed():
                    failed.append(f"{name}: {outcome.result!r}")
                elif options["verbosity"] > 1:
                    self.stdout.write(name)
        if failed:
            raise CommandError("; ".join(failed))
