"""PostgreSQL backups: pg_dump's custom format, restored by psql in one transaction."""

import os
import re
import subprocess
from pathlib import Path
from typing import IO

from django.db import DatabaseError, connection

from digest.management.backup import programs
from digest.management.backup.errors import BackupError
from digest.management.backup.programs import Progress, Say

SUFFIX = ".dump"
CHUNK = 1 << 20
# How long to wait for a table that is in use.
LOCK_SECONDS = 30

# Everything in the schema that belongs to no extension; tables first, because sequences and types depend on them.
CLEAR = """
DO $clear$
DECLARE thing record;
BEGIN
  FOR thing IN
    SELECT named.type, named.identity
    FROM pg_depend AS entry, pg_identify_object(entry.classid, entry.objid, entry.objsubid) AS named
    WHERE entry.refclassid = 'pg_namespace'::regclass AND entry.refobjid = current_schema()::regnamespace
      AND entry.deptype = 'n'
      AND NOT EXISTS (
        SELECT FROM pg_depend AS member
        WHERE member.classid = entry.classid AND member.objid = entry.objid AND member.deptype = 'e'
      )
    ORDER BY named.type <> 'table', named.type = 'type'
  LOOP
    EXECUTE format('DROP %s IF EXISTS %s CASCADE', thing.type, thing.identity);
  END LOOP;
END
$clear$;
"""


def dump(path: Path, say: Say) -> None:
    """Write the database to a file."""
    server, client = _server_version(), programs.major_version("pg_dump")
    if client < server:
        raise BackupError(
            f"pg_dump is version {client}, the server is {server}. An older pg_dump can’t read a newer server. "
            f"Install the client programs of version {server} (Debian: postgresql-client-{server})."
        )
    progress = Progress(say)
    arguments, environment = _connection()
    command = ["pg_dump", "--format=custom", "--no-password", "--file", str(path), *arguments]
    programs.run(command, environment, lambda: progress.at(path.stat().st_size))


def verify(path: Path) -> None:
    """Read a backup to its end; raise BackupError if it is not a backup, is damaged, or is not of this service."""
    with path.open("rb") as file:
        if file.read(5) != b"PGDMP":
            raise BackupError(f"{path} isn’t a PostgreSQL backup: it wasn’t written by pg_dump --format=custom.")
    contents = _output(["pg_restore", "--list", str(path)])
    if f"TABLE DATA {_schema()} django_migrations " not in contents:
        raise BackupError(f"{path} is a backup of another database, or its tables are in another schema.")
    programs.run(["pg_restore", "--file", os.devnull, str(path)], dict(os.environ))


def migrations(path: Path) -> set[tuple[str, str]]:
    """Return the migrations that had run when a backup was made, as (app, name)."""
    rows = _output(["pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(path)])
    return {(app, name) for app, name in re.findall(r"^\d+\t([^\t\n]+)\t([^\t\n]+)\t", rows, re.MULTILINE)}


def put_back(path: Path, say: Say) -> None:
    """Replace everything in the database with the backup: completely or, if anything fails, not at all."""
    arguments, environment = _connection()
    schema = _schema()
    connection.close()
    progress = Progress(say)
    reading = ["pg_restore", "--no-owner", "--no-privileges", f"--schema={schema}", "--file=-", str(path)]
    writing = ["psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-", *arguments]
    with (
        programs.started(reading, dict(os.environ), stdout=subprocess.PIPE) as (reader, its_complaints),
        programs.started(writing, environment, stdin=subprocess.PIPE) as (writer, complaints),
    ):
        try:
            writer.stdin.write(f"BEGIN;\nSET LOCAL lock_timeout = '{LOCK_SECONDS}s';\n{CLEAR}".encode())
            _pass_on(reader.stdout, writer.stdin, progress)
            if reader.wait():
                # Without COMMIT everything is as it was.
                raise BackupError(programs.explained("pg_restore", its_complaints))
            writer.stdin.write(b"COMMIT;\nANALYZE;\n")
            writer.stdin.close()
        except BrokenPipeError:
            pass
        if writer.wait():
            raise BackupError(programs.explained("psql", complaints) + "\nNothing was changed.")


def users() -> list[str]:
    """Return who else has this database open, one line per kind of session."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(nullif(application_name, ''), 'an unnamed program'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            " GROUP BY 1 ORDER BY 1"
        )
        return [
            f"{count} open database session{'' if count == 1 else 's'} of {name}" for name, count in cursor.fetchall()
        ]


def _pass_on(source: IO[bytes], target: IO[bytes], progress: Progress) -> None:
    """Copy the SQL, without the one setting that programs since 17 write at the top and older servers do not know."""
    size = 0
    while chunk := source.read(CHUNK):
        if not size:
            chunk = re.sub(rb"^SET transaction_timeout = 0;\n", b"", chunk, flags=re.MULTILINE)
        target.write(chunk)
        size += len(chunk)
        progress.at(size)


def _connection() -> tuple[list[str], dict[str, str]]:
    """Return the arguments that name the database, and an environment with its password: arguments are visible."""
    arguments, extra = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    return list(arguments[1:]), {**os.environ, **(extra or {})}


def _server_version() -> int:
    try:
        with connection.cursor():
            return int(connection.pg_version) // 10_000  # type: ignore[attr-defined]
    except DatabaseError as error:
        raise BackupError(f"The database doesn’t answer: {error}".strip()) from None


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _output(command: list[str]) -> str:
    """Return a program's output; raise BackupError if it fails."""
    with programs.started(command, dict(os.environ), stdout=subprocess.PIPE) as (process, complaints):
        text: str = process.stdout.read().decode(errors="replace")
        if process.wait():
            raise BackupError(programs.explained(command[0], complaints))
    return text
