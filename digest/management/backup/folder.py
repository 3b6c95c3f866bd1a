"""The backup folder: names, files that are still being written, and how many are kept."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from config.version import version
from digest.management.backup.errors import BackupError

PATTERN = re.compile(r"daily-papers-\d{8}T\d{6}Z-[\w.]+\.(?:dump|sqlite3)")
PARTIAL = ".partial"


def backup_name(now: datetime, suffix: str) -> str:
    """Return the name of a backup made now: names sort by time."""
    return f"daily-papers-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{version()}{suffix}"


def backups(folder: Path) -> list[Path]:
    """Return the complete backups of a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if PATTERN.fullmatch(path.name))


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """Yield a temporary file next to `target`; if the block succeeds it is renamed to `target`, else deleted.

    So the folder only ever shows complete backups. Files that a killed run left are cleared away.
    """
    folder = target.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A file that is still being written is open; on Unix it can be unlinked, and its run then fails to rename it.
        for leftover in folder.glob(f".*{PARTIAL}"):
            if datetime.now(UTC).timestamp() - leftover.stat().st_mtime > 24 * 3600:
                leftover.unlink(missing_ok=True)
        # Created with mode 0600.
        file, partial = tempfile.mkstemp(prefix=f".{target.name}.", suffix=PARTIAL, dir=folder)
    except OSError as error:
        raise BackupError(
            f"can’t write to {folder}: {error.strerror}. Set BACKUP_DIR to a folder that this user owns."
        ) from None
    os.close(file)
    path = Path(partial)
    try:
        yield path
        _sync(path)
        path.rename(target)
        _sync(folder)
    except OSError as error:
        raise BackupError(f"can’t write {target}: {error.strerror}") from error
    finally:
        path.unlink(missing_ok=True)


def prune(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups; return those deleted. 0 keeps all."""
    old = backups(folder)[:-keep] if keep else []
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _sync(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
