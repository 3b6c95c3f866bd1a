"""`manage.py restore FILE`: replace the database with a backup."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from digest.management.backup import restoring
from digest.management.backup.errors import BackupError

CONFIRMATION_WORD = "restore"


class Command(BaseCommand):
    """Restore a backup, migrate it, and settle what may have gone out since."""

    help = "Replace the database with a backup, migrate it, and settle what may have been sent since"
    # They may query the database, which may be broken.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("file", type=Path, help="a file that `manage.py backup` wrote")
        parser.add_argument(
            "--out",
            type=date.fromisoformat,
            action="append",
            default=[],
            metavar="DAY",
            help="day (YYYY-MM-DD) of an edition published since the backup, ahead of its scheduled hour",
        )
        parser.add_argument("--force", action="store_true", help="continue even though the service seems to be running")
        parser.add_argument("--no-input", action="store_true", help="don’t ask for confirmation")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Check, ask, restore, and print what was done."""
        try:
            self._refuse_while_running(is_forced=options["force"])
            restoring.check(options["file"], self.stdout.write)
            if not options["no_input"]:
                self._ask(options["file"])
            result = restoring.restore(options["file"], options["out"], self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for line in result.lines():
            self.stdout.write(line)
        self.stdout.write("Done. You can start web, worker and beat now.")

    def _refuse_while_running(self, *, is_forced: bool) -> None:
        signs = restoring.signs_of_life()
        if not signs:
            return
        listed = "\n".join(f"  {sign}" for sign in signs)
        if not is_forced:
            raise CommandError(f"The service is running:\n{listed}\nStop web, worker and beat first, or use --force.")
        self.stderr.write(f"The service is running:\n{listed}\nContinuing because of --force.")

    def _ask(self, path: Path) -> None:
        database = connection.settings_dict
        self.stdout.write(
            f"This replaces everything in the database {database['NAME']} with {path.name}, "
            f"which is {restoring.backup_age(path, timezone.now())} old."
        )
        try:
            answer = input(f"Type “{CONFIRMATION_WORD}” to continue: ")
        except EOFError:
            answer = ""
        if answer.strip() != CONFIRMATION_WORD:
            raise CommandError("Nothing was changed.")
