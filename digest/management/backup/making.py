"""Make a backup: write it under a temporary name, check it, then rename it and delete the oldest."""

from datetime import datetime
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.db import connection

from digest.management.backup import folder, postgresql, sqlite
from digest.management.backup.programs import Say


def engine() -> ModuleType:
    """Return the module for the kind of database in use."""
    return {"postgresql": postgresql, "sqlite": sqlite}[connection.vendor]


def make_backup(now: datetime, say: Say) -> Path:
    """Back up the database to BACKUP_DIR, delete backups beyond BACKUP_KEEP; return the new file.

    Raises BackupError, and then leaves the folder as it was.
    """
    kind = engine()
    target = Path(settings.BACKUP_DIR) / folder.backup_name(now, kind.SUFFIX)
    with folder.writing(target) as partial:
        say("Backing up the database …")
        kind.dump(partial, say)
        say("Checking it …")
        kind.verify(partial)
    for path in folder.prune(target.parent, settings.BACKUP_KEEP):
        say(f"Deleted {path.name}: keeping the newest {settings.BACKUP_KEEP}.")
    return target
