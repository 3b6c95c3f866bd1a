"""Check the disk that VAR_DIR is on, and the age of the newest backup."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from digest.health.result import CheckResult, Reporter

DISK, BACKUP = Reporter("disk"), Reporter("backup")

MEGABYTE = 10**6
LITTLE, TOO_LITTLE = 1000 * MEGABYTE, 100 * MEGABYTE
FEW_FILES = 1000
ONE_HOUR = 3600
# Backups are nightly, and may be an hour or two late.
OLD_HOURS, TOO_OLD_HOURS = 26, 74
MAKE_ONE = "Make one every night (docs/running.md, “Backup”), and set BACKUP_DIR to the folder it’s in."


def disk_has_room() -> Iterable[CheckResult]:
    """Write a file to VAR_DIR, and check how much room is left."""
    folder = Path(settings.VAR_DIR)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"doctor")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield DISK.bad(
            f"VAR_DIR isn’t writable: {error.strerror or type(error).__name__}.",
            "Free up space, and make the service’s user the owner of the folder.",
        )
        return
    free, files = shutil.disk_usage(folder).free, free_files(folder)
    if free < TOO_LITTLE:
        yield DISK.bad(f"{free // MEGABYTE} MB free in VAR_DIR.", "Free up space now.")
    elif files is not None and files < FEW_FILES:
        yield DISK.bad(
            f"There’s room for only {files} more files in VAR_DIR.",
            "Delete some files there: it’s running out of inodes.",
        )
    elif free < LITTLE:
        yield DISK.warn(f"{free // MEGABYTE} MB free in VAR_DIR.", "Free up space soon.")
    else:
        yield DISK.ok(f"{free / 10**9:.1f} GB free in VAR_DIR, and it’s writable.")


def free_files(folder: Path) -> int | None:
    """Return how many more files fit; None if the file system sets no limit."""
    numbers = os.statvfs(folder)
    return numbers.f_favail if numbers.f_files else None


def backup_is_young() -> Iterable[CheckResult]:
    """Report how old the newest file in BACKUP_DIR is."""
    complain = BACKUP.warn if settings.DEBUG else BACKUP.bad
    try:
        files = [path.stat() for path in Path(settings.BACKUP_DIR).iterdir() if is_backup(path)]
    except OSError as error:
        reason = "doesn’t exist" if isinstance(error, FileNotFoundError) else "can’t be read"
        yield complain(f"BACKUP_DIR {reason}.", MAKE_ONE)
        return
    if not files:
        yield complain("There’s no backup in BACKUP_DIR.", MAKE_ONE)
        return
    newest = max(files, key=lambda file: file.st_mtime)
    hours = (time.time() - newest.st_mtime) / ONE_HOUR
    if not newest.st_size:
        yield BACKUP.bad(
            "The newest backup is empty.", "Find out why it failed: perhaps a full disk or a failed login."
        )
    elif hours > TOO_OLD_HOURS:
        yield BACKUP.bad(f"The newest backup is {hours / 24:.0f} days old.", MAKE_ONE)
    elif hours > OLD_HOURS:
        yield BACKUP.warn(f"The newest backup is {hours:.0f} hours old.", MAKE_ONE)
    else:
        yield BACKUP.ok(f"The newest is {max(hours, 0):.0f} hours old, {newest.st_size / MEGABYTE:.1f} MB.")


def is_backup(path: Path) -> bool:
    """Return whether a file may be a backup: it is complete and not hidden."""
    return path.is_file() and not path.name.startswith(".") and path.suffix not in {".tmp", ".part"}
