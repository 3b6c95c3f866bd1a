"""`manage.py backup`: back up the database to BACKUP_DIR."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from digest.management.backup import making
from digest.management.backup.errors import BackupError
from digest.management.backup.programs import megabytes


class Command(BaseCommand):
    """Back up the database to a checked file in BACKUP_DIR, and delete backups beyond BACKUP_KEEP."""

    help = "Back up the database to BACKUP_DIR and keep the newest BACKUP_KEEP backups"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Make the backup, and print its name."""
        begun = time.monotonic()
        try:
            path = making.make_backup(timezone.now(), self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        size = megabytes(path.stat().st_size)
        self.stdout.write(f"{path}: {size} in {time.monotonic() - begun:.1f} s")
        self.stdout.write("It doesn’t include SECRET_KEY or your settings. Keep those somewhere else.")
