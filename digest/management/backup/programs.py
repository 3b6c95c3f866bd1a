"""Find PostgreSQL's client programs, run them with the password in the environment, and explain their errors."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, Any

from digest.management.backup.errors import BackupError

Say = Callable[[str], object]

PATIENCE = 0.2
# How often a long step reports how far it is.
SAY_SECONDS = 10.0


@dataclass
class Progress:
    """Reports every ten seconds how many bytes there are."""

    say: Say
    last: float = field(default_factory=time.monotonic)

    def at(self, size: int) -> None:
        """Report the size if the last report was long enough ago."""
        if time.monotonic() - self.last > SAY_SECONDS:
            self.last = time.monotonic()
            self.say(f"  … {megabytes(size)}")


def megabytes(size: int) -> str:
    """Format a number of bytes for people."""
    return f"{size / 1e6:,.1f} MB"


def path_of(program: str) -> str:
    """Return the path of a PostgreSQL client program; raise BackupError if it is not installed."""
    path = shutil.which(program)
    if not path:
        raise BackupError(
            f"{program} was not found. Install PostgreSQL’s client programs (Debian: apt install postgresql-client)."
        )
    return path


def major_version(program: str) -> int:
    """Return the major version of a PostgreSQL program."""
    command = [path_of(program), "--version"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - our own program
    number = re.search(r"\) (\d+)", shown)
    return int(number[1]) if number else 0


@contextmanager
def started(command: list[str], environment: dict[str, str], **pipes: Any) -> Iterator[tuple[Any, IO[bytes]]]:
    """Start a program, yield it and the file with its error output, and end it with the block."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - our own program, without a shell
            [path_of(command[0]), *command[1:]],
            env=environment,
            stderr=complaints,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **pipes},
        )
        try:
            yield process, complaints
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        pipe.close()


def run(command: list[str], environment: dict[str, str], watch: Callable[[], None] = lambda: None) -> None:
    """Run a program to its end, calling `watch` meanwhile; raise BackupError with its error output if it fails."""
    with started(command, environment) as (process, complaints):
        while process.poll() is None:
            watch()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                continue
        if process.returncode:
            raise BackupError(explained(command[0], complaints))


def explained(program: str, complaints: IO[bytes]) -> str:
    """Return a program's error output, and what to do about it if that is known."""
    complaints.seek(0)
    text = complaints.read().decode(errors="replace").strip()
    complaint = "\n".join(text.splitlines()[:5]) or "no reason given"
    for pattern, advice in ADVICE.items():
        if re.search(pattern, text, re.IGNORECASE):
            return f"{program} failed: {complaint}\n{advice}"
    return f"{program} failed: {complaint}"


ADVICE = {
    "server version mismatch": "Install client programs at least as new as the server.",
    "no space left|disk full": "The disk is full. Free up space, or set BACKUP_DIR to another disk.",
    "lock timeout": "Something is still using the tables. Stop web, worker and beat, and try again.",
    "could not connect|connection to server|connection refused": "Is the database running, and is DATABASE_URL right?",
    "not appear to be a valid archive|unsupported version|input file|unexpected end": (
        "The file isn’t a backup, is damaged, or was made by newer client programs."
    ),
}
