"""`manage.py after_restore`: make a database that was restored from a backup safe to send from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from digest.management.arguments import calendar_day
from digest.sending import after_restore


class Command(BaseCommand):
    """Settle what may have gone out since the backup was made, so that no one gets it twice."""

    help = "After restoring a backup: settle what may have been sent since. Run it before worker and beat start."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--out",
            type=calendar_day,
            action="append",
            default=[],
            metavar="DAY",
            help="day (YYYY-MM-DD) of an edition published since the backup, ahead of its scheduled hour",
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, without doing it")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Settle, and print what was done."""
        with transaction.atomic():
            settled = after_restore.settle_restored(timezone.now(), options["out"])
            if options["dry_run"]:
                transaction.set_rollback(True)
        for line in settled.lines():
            self.stdout.write(line)
        self.stderr.write(
            "Readers who left since the backup was made are subscribed again: nothing here says who they are."
        )
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was changed.")
