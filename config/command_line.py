"""What `manage.py` does with errors that a command left to it: one line each, instead of where in the code they arose.

Errors that an operator can mend get a line: a bad setting, a database or a Redis that is away, a full disk. Any other
error is one of the code, and keeps its traceback; so does every error with `--traceback`.
"""

import os
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db.utils import DatabaseError, DataError, IntegrityError, InterfaceError, ProgrammingError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

# As a shell reports a program that Ctrl-C ended.
INTERRUPTED = 130
# PostgreSQL's codes: no such table, no such column, no right to it.
_NO_TABLE, _NO_RIGHT = {"42P01", "42703"}, "42501"


def run_command(arguments: Sequence[str]) -> int:
    """Run a command of `manage.py`, and return its exit status. arguments: as in sys.argv."""
    try:
        execute_from_command_line(list(arguments))
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has left, such as `head`. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ImproperlyConfigured, DatabaseError, InterfaceError, BrokerError, RedisError, OSError) as error:
        line = "" if "--traceback" in arguments else _line(error)
        if not line:
            raise
        sys.stderr.write(f"{line}\n")
        return 1
    return 0


def _line(error: Exception) -> str:
    """Return what to tell the operator; "" for an error of the code."""
    reason = " ".join(str(error).split())
    match error:
        case ImproperlyConfigured():
            return reason
        case BrokerError() | RedisError():
            return f"Redis doesn’t answer: {reason}"
        case DataError() | IntegrityError():
            return ""
        case DatabaseError() | InterfaceError():
            return _line_about_database(error, reason)
    return f"Error: {reason}"


def _line_about_database(error: Exception, reason: str) -> str:
    code = getattr(error.__cause__, "sqlstate", None)
    if code in _NO_TABLE or reason.startswith(("no such table", "no such column")):
        return f"The database isn’t set up for this version ({_short(reason)}). Run `manage.py migrate` first."
    if isinstance(error, ProgrammingError) and code != _NO_RIGHT:
        return ""
    if reason in {"disk I/O error", "database or disk is full"}:
        # SQLite says either where the disk is full, and the first also where its files cannot be opened.
        reason += ". Is there space on the disk of the database, and may this user write there?"
    return f"Database error: {reason}"


def _short(reason: str) -> str:
    """PostgreSQL quotes the query after the reason."""
    return reason.partition(" LINE ")[0]
