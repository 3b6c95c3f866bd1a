"""SQLite backups, made with its online backup, which copies while others write."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.db import connection

from digest.management.backup.errors import BackupError
from digest.management.backup.programs import Progress, Say

SUFFIX = ".sqlite3"
PAGES = 2000
BUSY_SECONDS = 30


def dump(path: Path, say: Say) -> None:
    """Write the database to a file."""
    source = database()
    if not source.exists():
        raise BackupError(f"There’s no database at {source}.")
    _copy(source, path, say)


def verify(path: Path) -> None:
    """Read a backup to its end; raise BackupError if it is not a backup, is damaged, or is not of this service."""
    with _reading(path) as file:
        problems = [str(row[0]) for row in file.execute("PRAGMA integrity_check(5)")]
        if problems != ["ok"]:
            raise BackupError(f"{path} is damaged: {'; '.join(problems)}")
        if not file.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'").fetchone():
            raise BackupError(f"{path} is a backup of another database.")


def migrations(path: Path) -> set[tuple[str, str]]:
    """Return the migrations that had run when a backup was made, as (app, name)."""
    with _reading(path) as file:
        return set(file.execute("SELECT app, name FROM django_migrations"))


def put_back(path: Path, say: Say) -> None:
    """Replace the database file with the backup, whatever state it is in."""
    connection.close()
    target = database()
    partial = target.with_name(f".{target.name}.partial")
    try:
        _copy(path, partial, say)
        _give_alike(target, partial)
        # The log of the old file must not be replayed into the new one.
        for beside in ("-wal", "-shm", "-journal"):
            target.with_name(target.name + beside).unlink(missing_ok=True)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _give_alike(old: Path, new: Path) -> None:
    """Give the new file the old one's mode and owner: root may be restoring for a service that is not root."""
    if old.exists():
        shutil.copymode(old, new)
        with suppress(PermissionError):
            shutil.chown(new, old.stat().st_uid, old.stat().st_gid)


def users() -> list[str]:
    """Return a line if another process has the database open: the file cannot leave WAL mode while one has."""
    target = database()
    connection.close()
    if not target.exists():
        return []
    try:
        with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as file:
            file.execute("PRAGMA journal_mode=DELETE")
            file.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return ["another process has the database open"]
        raise BackupError(f"{target}: {error}") from None
    except sqlite3.DatabaseError:
        # A broken file is what backups are restored for.
        return []
    return []


def database() -> Path:
    """Return the database file."""
    return Path(str(connection.settings_dict["NAME"]))


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a backup read-only; raise BackupError if SQLite cannot read it."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
            yield file
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path} isn’t a SQLite backup, or is damaged: {error}") from None


def _copy(source: Path, target: Path, say: Say) -> None:
    progress = Progress(say)
    try:
        with (
            closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as one,
            closing(sqlite3.connect(target)) as other,
        ):
            size = int(one.execute("PRAGMA page_size").fetchone()[0])
            one.backup(other, pages=PAGES, progress=lambda _, remaining, total: progress.at((total - remaining) * size))
            # One file, with no log of changes next to it.
            other.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        full = " Free up space, or set BACKUP_DIR to another disk." if "full" in str(error) else ""
        raise BackupError(f"can’t copy {source} to {target.parent}: {error}.{full}") from None
