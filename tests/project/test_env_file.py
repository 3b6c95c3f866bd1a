"""The settings file: every reader gets the same value, and the environment takes precedence."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from config import env_file

EXAMPLE = project.BASE_DIR / ".env.example"
AWKWARD = ["a b", "it's", 'say "no"', "$HOME `id` \\n", "#1%@/:?&=+", "'\"$\\", "é – ü", "", " edges "]
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF).filter(str.isprintable), max_size=40)


@pytest.fixture
def environment(monkeypatch):
    """An environment that leaves nothing behind."""
    variables = {"PATH": os.environ["PATH"]}
    monkeypatch.setattr(env_file.os, "environ", variables)
    monkeypatch.setattr(env_file.environ.Env, "ENVIRON", variables)
    return variables


def by_systemd(text):
    """Return the value of a line as systemd reads it: single quotes are literal, double quotes have four escapes."""
    value = text.partition("=")[2]
    if value.startswith('"'):
        return re.sub(r'\\(["\\$`])', r"\1", value[1:-1])
    return value[1:-1] if value.startswith("'") else value


def by_shell(text):
    return subprocess.run(["sh", "-c", f'{text}\nprintf %s "$NAME"'], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("value", AWKWARD)
def test_a_shell_reads_the_intended_value(value):
    assert by_shell(env_file.assignment("NAME", value)) == value


@given(value=VALUES)
def test_every_reader_gets_the_same_value(tmp_path_factory, value):
    line = env_file.assignment("NAME", value)
    file = tmp_path_factory.getbasetemp() / "settings"
    file.write_text(line)

    assert env_file.values(file) == {"NAME": value}
    assert by_systemd(line) == value


@pytest.mark.parametrize(("name", "value"), [("name", "x"), ("A B", "x"), ("NAME", "two\nlines"), ("NAME", "nul\0")])
def test_names_and_values_the_file_cannot_hold_are_refused(name, value):
    with pytest.raises(ValueError, match="one line of printable characters"):
        env_file.assignment(name, value)


def test_the_environment_takes_precedence_over_the_file(environment, tmp_path):
    (tmp_path / ".env").write_text("SITE_NAME='From the file'\nLOG_LEVEL=ERROR\n# nothing\n")
    environment["LOG_LEVEL"] = "DEBUG"

    assert env_file.read(tmp_path) == tmp_path / ".env"
    assert environment["SITE_NAME"] == "From the file"
    assert environment["LOG_LEVEL"] == "DEBUG"


def test_env_file_can_name_another_file_or_none(environment, tmp_path):
    (tmp_path / ".env").write_text("SITE_NAME=Here\n")
    (tmp_path / "elsewhere").write_text("SITE_NAME=Elsewhere\n")

    environment["ENV_FILE"] = ""
    assert env_file.read(tmp_path) is None
    environment["ENV_FILE"] = str(tmp_path / "elsewhere")
    assert env_file.read(tmp_path) == tmp_path / "elsewhere"
    assert environment["SITE_NAME"] == "Elsewhere"


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file"), (b"\xff\xfe=x", "not UTF-8")])
def test_a_named_file_that_cannot_be_read_stops_startup(environment, tmp_path, content, reason):
    file = tmp_path / "settings"
    if content is not None:
        file.write_bytes(content)
    environment["ENV_FILE"] = str(file)

    with pytest.raises(ImproperlyConfigured, match=reason):
        env_file.read(tmp_path)


def test_values_replace_their_lines_even_if_commented_out():
    text = "# About\nDEBUG=true\n#SITE_NAME='x'\nKEEP=1\n"

    assert env_file.with_values(text, {"DEBUG": "false", "SITE_NAME": "Ours", "NEW_ONE": "a b"}) == (
        "# About\nDEBUG=false\nSITE_NAME=Ours\nKEEP=1\nNEW_ONE='a b'\n"
    )


def assignments(text):
    return [line.removeprefix("#") for line in text.splitlines() if env_file.NAME.match(line.removeprefix("#"))]


def test_a_shell_and_the_service_read_the_example_the_same_way(environment, tmp_path):
    lines = assignments(EXAMPLE.read_text())
    file = tmp_path / ".env"
    file.write_text("\n".join(lines) + "\n")
    names = [line.partition("=")[0] for line in lines]
    shown = f'set -a; . {file}; for name in {" ".join(names)}; do eval "printf \'%s\\n\' \\"\\$$name\\""; done'
    by_a_shell = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True).stdout.splitlines()

    env_file.read(tmp_path)

    assert by_a_shell == [environment[name] for name in names]
    assert by_a_shell == [by_systemd(line) for line in lines]


def test_the_service_starts_with_the_example_filled_in(tmp_path):
    awkward = "p/a%s:w@o#r'd\"$1\\ é"
    values = {
        "SECRET_KEY": "s3cr3t-" * 10, "POSTGRES_PASSWORD": awkward, "POSTGRES_HOST": "db.example.org",
        "EMAIL_USER": "papers", "EMAIL_PASSWORD": awkward, "REDIS_URL": "redis://cache:6379/1",
        "REDIS_PASSWORD": awkward, "VAR_DIR": str(tmp_path),
    }  # fmt: skip
    file = tmp_path / "settings"
    file.write_text(env_file.with_values(EXAMPLE.read_text(), values))
    program = (
        "from django.conf import settings; import redis\n"
        "print(settings.DATABASES['default']['PASSWORD'], settings.EMAIL_HOST_PASSWORD, sep='\\n')\n"
        "print(redis.Redis.from_url(settings.REDIS_URL).connection_pool.connection_kwargs['password'])"
    )

    started = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "ENV_FILE": str(file), "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=project.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert started.stderr == ""
    assert started.stdout.splitlines() == [awkward] * 3


READABLE = {
    "plain": "DEBUG=false",
    "exported": "export DEBUG=false",
    "quoted": "DEBUG='false'",
    "doubly quoted": 'DEBUG="false"',
    "after a byte order mark": "\ufeffDEBUG=false",
    "with Windows line ends": "# settings\r\nDEBUG=false\r\n",
    "among others": "\n  # a comment\nDEBUG=false\nhttps_proxy=http://proxy.example:3128\nSITE_BYLINE=by us#1",
    "twice the same": "DEBUG=false\nDEBUG=false",
}
UNREADABLE = {
    "spaces": "DEBUG = false",
    "a space after the sign": "DEBUG =false",
    "a colon": "DEBUG: false",
    "another language": "set DEBUG=false",
    "indented": "  DEBUG=false",
    "no value": "DEBUG",
    "small letters": "debug=false",
    "a comment after quotes": "DEBUG='false' # not here",
    "a comment after the value": "DEBUG=false # not here",
    "an open quote": "DEBUG='false",
    "a space after quotes": "DEBUG='false' ",
    "two values": "DEBUG=true\nDEBUG=false",
}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_a_line_is_read(environment, tmp_path, text):
    (tmp_path / ".env").write_text(text)

    env_file.read(tmp_path)

    assert environment["DEBUG"] == "false"


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_a_line_that_not_every_reader_takes_stops_startup_without_showing_its_value(environment, tmp_path, text):
    (tmp_path / ".env").write_text(f"# settings\n{text}\n")

    with pytest.raises(ImproperlyConfigured) as refused:
        env_file.read(tmp_path)

    assert f"line {text.count(chr(10)) + 2}: " in str(refused.value)
    assert "false" not in str(refused.value)
    assert "DEBUG" not in environment
