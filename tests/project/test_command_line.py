"""manage.py: an error that an operator can mend is a line, an error of the code a traceback."""

import os
import re
import subprocess
import sys
from argparse import ArgumentTypeError

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command, get_commands
from django.db.utils import DatabaseError, IntegrityError, OperationalError, ProgrammingError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as RedisConnectionError

from config import command_line
from digest.management.arguments import calendar_day, listen_address, whole_number

pytestmark = pytest.mark.storeless
COMMANDS = sorted(name for name, app in get_commands().items() if app == "digest")


class PostgresqlError(Exception):
    """What psycopg raises, with PostgreSQL's code."""

    def __init__(self, code):
        super().__init__()
        self.sqlstate = code


def caused_by(error, code):
    error.__cause__ = PostgresqlError(code)
    return error


@pytest.fixture
def run_that_raises(monkeypatch):
    """A command that raises an error: its exit status."""

    def run(error, *options):
        def fail(_arguments):
            raise error

        monkeypatch.setattr(command_line, "execute_from_command_line", fail)
        return command_line.run_command(["manage.py", "load_topics", *options])

    return run


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            ImproperlyConfigured("DEBUG in the environment: expected true or false"),
            "DEBUG in the environment: expected",
        ),
        (OperationalError("connection failed:\nis it running?"), "Database error: connection failed: is it running?"),
        (OperationalError("attempt to write a readonly database"), "Database error: attempt to write a readonly"),
        (OperationalError("database or disk is full"), "Database error: database or disk is full. Is there space"),
        (OperationalError("disk I/O error"), "Database error: disk I/O error. Is there space on the disk"),
        (DatabaseError("file is not a database"), "Database error: file is not a database"),
        (
            OperationalError("no such table: digest_paper"),
            "The database isn’t set up for this version (no such table: ",
        ),
        (OperationalError("no such column: digest_paper.doi"), "manage.py migrate"),
        (caused_by(ProgrammingError('relation "x" does not exist\nLINE 1: SELECT'), "42P01"), "exist). Run `manage.py"),
        (caused_by(ProgrammingError("permission denied for table x"), "42501"), "Database error: permission denied"),
        (RedisConnectionError("Connection refused"), "Redis doesn’t answer: Connection refused"),
        (BrokerError("Connection refused"), "Redis doesn’t answer: Connection refused"),
        (OSError(28, "No space left on device", "/data/x"), "Error: [Errno 28] No space left on device: '/data/x'"),
        (PermissionError(13, "Permission denied", "/data/x"), "Permission denied: '/data/x'"),
    ],
    ids=str,
)
def test_what_an_operator_can_mend_is_one_line(run_that_raises, capsys, error, line):
    assert run_that_raises(error) == 1

    output = capsys.readouterr().err
    assert line in output
    assert output.count("\n") == 1
    with pytest.raises(type(error)):
        run_that_raises(error, "--traceback")


@pytest.mark.parametrize("error", [KeyError("x"), IntegrityError("UNIQUE"), ProgrammingError("syntax error")], ids=str)
def test_an_error_of_the_code_keeps_its_traceback(run_that_raises, error):
    with pytest.raises(type(error)):
        run_that_raises(error)


def test_control_c_ends_a_command_with_a_word_and_the_status_of_a_shell(run_that_raises, capsys):
    assert run_that_raises(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "\nStopped.\n"


def manage(folder, *arguments, **variables):
    variables |= {"PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=variables, cwd=project.BASE_DIR,
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["load_topics", "run_scheduled"])
def test_without_tables_a_command_says_how_they_are_made(tmp_path, command):
    result = manage(tmp_path, command)

    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.endswith("Run `manage.py migrate` first.\n")


def test_a_wrong_setting_is_named_in_one_line(tmp_path):
    result = manage(tmp_path, "load_topics", DEBUG="perhaps")

    assert (result.returncode, result.stderr) == (1, "DEBUG in the environment: expected true or false\n")


def test_a_python_without_the_packages_is_told_where_they_are(tmp_path):
    (tmp_path / "celery.py").write_text("raise ModuleNotFoundError(name='celery')")
    without = manage(tmp_path, "init", PYTHONPATH=str(tmp_path))

    assert without.returncode == 1
    assert re.fullmatch(r".+ has no celery\. Use \.venv/bin/python: .+\n", without.stderr)


@pytest.mark.parametrize("text", ["0", "-3", "65", "1.5", "many", "", "²"])
def test_a_number_out_of_bounds_says_the_bounds(text):
    with pytest.raises(ArgumentTypeError, match="expected a whole number from 1 to 64"):
        whole_number(1, 64)(text)


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", ":8000", "host:http", ""])
def test_an_address_without_a_real_port_is_refused(text):
    with pytest.raises(ArgumentTypeError, match="a port from 1 to 65535"):
        listen_address(text)


def test_days_and_addresses_are_asked_for_in_words():
    with pytest.raises(ArgumentTypeError, match="expected a day such as 2026-11-25, not tomorrow"):
        calendar_day("tomorrow")
    with pytest.raises(CommandError, match=r"expected an address such as you@example\.org"):
        call_command("set_up", "--user-email", "nobody")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_without_a_database(command, capsys):
    with pytest.raises(SystemExit) as end:
        command_line.run_command(["manage.py", command, "--help"])

    assert end.value.code == 0
    assert "Traceback (" not in capsys.readouterr().out
