"""`manage.py restore FILE`: replace the database with a backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from digest.management.arguments import calendar_day
from digest.management.backup import restoring
from digest.management.backup.departures import Departures, read_departures
from digest.management.backup.errors import BackupError

CONFIRMATION_WORD = "restore"
BRINGS_BACK = (
    "Everyone who left since the backup was made, {} ago, will be subscribed again: nothing says who they are."
)
BROUGHT_BACK = (
    "Everyone who left since the backup was made, {} ago, is subscribed again. Before you start the worker, get their "
    "addresses from your provider’s list or the web server’s log, and suppress them in the panel."
)


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
            type=calendar_day,
            action="append",
            default=[],
            metavar="DAY",
            help="day (YYYY-MM-DD) of an edition published since the backup, ahead of its scheduled hour",
        )
        parser.add_argument(
            "--bring-back",
            action="store_true",
            help="subscribe readers again who left since the backup; otherwise they stay gone, if the database "
            "being replaced can be read",
        )
        parser.add_argument("--force", action="store_true", help="continue even though the service seems to be running")
        parser.add_argument("--no-input", action="store_true", help="don’t ask for confirmation")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Check, ask, restore, and print what was done."""
        try:
            self._refuse_while_running(is_forced=options["force"])
            restoring.check(options["file"], self.stdout.write)
            departures = None if options["bring_back"] else read_departures()
            self._say_who_left(options["file"], departures)
            if not options["no_input"]:
                self._ask(options["file"])
            result = restoring.restore(options["file"], options["out"], departures, self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for line in result.lines():
            self.stdout.write(line)
        if departures is None:
            self.stderr.write(BROUGHT_BACK.format(restoring.backup_age(options["file"], timezone.now())))
        self.stdout.write("Done. You can start web, worker and beat now.")

    def _refuse_while_running(self, *, is_forced: bool) -> None:
        signs = restoring.signs_of_life()
        if not signs:
            return
        listed = "\n".join(f"  {sign}" for sign in signs)
        if not is_forced:
            raise CommandError(f"The service is running:\n{listed}\nStop web, worker and beat first, or use --force.")
        self.stderr.write(f"The service is running:\n{listed}\nContinuing because of --force.")

    def _say_who_left(self, path: Path, departures: Departures | None) -> None:
        age = restoring.backup_age(path, timezone.now())
        if departures is None:
            self.stderr.write(BRINGS_BACK.format(age))
            return
        left = departures.count_since(restoring.made_at(path))
        self.stdout.write(
            f"The backup was made {age} ago. Readers who unsubscribed or were suppressed since then: {left}. "
            "They stay so, and those who deleted their data are deleted again. "
            "To subscribe all of them again, use --bring-back."
        )

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
