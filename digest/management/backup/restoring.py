"""Restore a backup, and settle what may have gone out since, so that no one gets it twice."""

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from digest.management.backup.departures import Departures
from digest.management.backup.errors import BackupError
from digest.management.backup.making import engine
from digest.management.backup.programs import Say
from digest.metrics import queues
from digest.metrics.pulse import last_pulse
from digest.sending import after_restore
from digest.sending.after_restore import Settled

OWN_APPS = {"digest", "subscriptions"}
# Beat rings every minute: someone who stops it and restores at once waits this long, or uses --force.
BEAT_LIVES = timedelta(seconds=75)
STAMP = re.compile(r"\d{8}T\d{6}Z")
NOT_SETTLED = """The backup is in the database, but what went out since it was made is NOT settled.
Before you start web, worker and beat, run:
    manage.py migrate
    manage.py after_restore
Readers who left since it was made are subscribed again."""


def signs_of_life() -> list[str]:
    """Return the signs that the service is running: beat, workers that answer, and who has the database open."""
    users: list[str] = engine().users()
    rang = last_pulse()
    silence = timezone.now() - rang if rang else None
    beat = (
        [f"beat ran {silence.seconds} s ago (if you’ve just stopped it, wait a minute)"]
        if silence is not None and timedelta(0) <= silence < BEAT_LIVES
        else []
    )
    return [*beat, *(f"worker {name} answers" for name in queues.workers()), *users]


def check(path: Path, say: Say) -> None:
    """Raise BackupError if a file cannot be restored here."""
    if not path.is_file():
        raise BackupError(f"{path} doesn’t exist.")
    if not path.stat().st_size:
        raise BackupError(f"{path} is damaged: it’s empty.")
    say(f"Checking {path.name} …")
    kind = engine()
    kind.verify(path)
    known_migrations = set(MigrationLoader(None).disk_migrations or ())
    newer = sorted(f"{app}.{name}" for app, name in kind.migrations(path) - known_migrations if app in OWN_APPS)
    if newer:
        raise BackupError(
            f"{path.name} was made by a newer version of the service. This one doesn’t know {newer[-1]}. "
            "Install that version first."
        )


def restore(path: Path, out: Collection[date], departures: Departures | None, say: Say) -> Settled:
    """Replace the database with a checked backup, migrate it to this version, and settle; return what was done.

    out: days of editions published since the backup, ahead of their scheduled hour; see after_restore.
    departures: who left since the backup and is to stay gone.
    """
    say("Restoring the database …")
    engine().put_back(path, say)
    try:
        say("Migrating it to this version …")
        call_command("migrate", interactive=False, verbosity=0)
        for line in departures.keep(timezone.now()).lines() if departures else ():
            say(line)
        _gather(say)
        say("Settling what may have been sent since …")
        settled = after_restore.settle_restored(timezone.now(), out)
    except BaseException:
        say(NOT_SETTLED)
        raise
    finally:
        connection.close()
    # What waits in the queues is from the time that is lost: its ids may mean other rows now.
    if not queues.empty():
        say("The broker doesn’t answer. Run `celery --app config purge` before worker and beat start.")
    cache.clear()
    return settled


def _gather(say: Say) -> None:
    """Query the sources, so that papers that came in since are known and not news; a failure stops nothing."""
    if not settings.SOURCES:
        return
    say("Fetching papers published since …")
    try:
        call_command("import_papers", "due")
    except CommandError as error:
        say(f"  {error}")


def made_at(path: Path) -> datetime:
    """Return when a backup was made: by its name, or by the time of the file, which a copy may have changed."""
    stamp = STAMP.search(path.name)
    # A name that someone gave by hand may hold a date that there is not.
    with suppress(ValueError):
        if stamp:
            return datetime.strptime(f"{stamp[0]}+0000", "%Y%m%dT%H%M%SZ%z")
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def backup_age(path: Path, now: datetime) -> str:
    """Return how old a backup is, in words."""
    # A file of the future: its clock or ours was set.
    days, hours = divmod(max(int((now - made_at(path)).total_seconds() // 3600), 0), 24)
    return f"{days} day{'' if days == 1 else 's'} and {hours} hour{'' if hours == 1 else 's'}"
