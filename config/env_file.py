"""The settings file: one NAME=value per line, quoted so that a shell, Docker compose, systemd and this service agree.

It is read before the settings; a variable set outside the file overrides the file.
"""

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
# Names in small letters that other programs read.
_PROXY_NAME = re.compile(r"(?:https?|all|no|ftp)_proxy")
_ASSIGNMENT = re.compile(r"(?:export )?([A-Za-z_0-9]+)=(.*)")
# A value that every reader of these files ends where the line ends.
_VALUE = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|(?!['"])(?!.*\s\#).*""")
# What must be escaped within double quotes.
_ESCAPED = re.compile(r'[\\"$`]')
# What every shell and every reader of these files takes literally.
_BARE = re.compile(r"[A-Za-z0-9_.,:/@+=-]*")


def read(folder: Path) -> Path | None:
    """Add the file's variables to the environment, and return the file: ENV_FILE, or `.env` in a folder.

    Returns None if there is no file, or ENV_FILE is empty. Raises ImproperlyConfigured if the file cannot be read.
    """
    named = os.environ.get("ENV_FILE")
    if named == "":
        return None
    file = Path(named) if named else folder / ".env"
    if not named and not file.is_file():
        return None
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"ENV_FILE: {file} cannot be read: {reason}"
        raise ImproperlyConfigured(message) from None
    _check_lines(file, text)
    environ.Env.read_env(io.StringIO(text))
    return file


def _check_lines(file: Path, text: str) -> None:
    """Raise ImproperlyConfigured, without the value, at a line that would be left out or read in different ways."""
    seen: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = _ASSIGNMENT.fullmatch(line)
        if not parts:
            problem = "expected NAME=value, with no spaces around the equals sign"
        elif not (NAME.fullmatch(parts[1]) or _PROXY_NAME.fullmatch(parts[1])):
            problem = "expected a name in capitals, such as DEBUG"
        elif not _VALUE.fullmatch(parts[2]):
            problem = f"{parts[1]}: expected quotes that end with the line, and a comment on a line of its own"
        elif seen.setdefault(parts[1], parts[2]) != parts[2]:
            problem = f"{parts[1]} is set twice"
        else:
            continue
        message = f"ENV_FILE: {file}, line {number}: {problem}"
        raise ImproperlyConfigured(message)


def values(file: Path) -> dict[str, str]:
    """Return the variables of a file; none if it does not exist."""
    read_there: dict[str, str] = {}
    if file.is_file():
        reader: Any = type("Reader", (environ.Env,), {"ENVIRON": read_there})
        reader.read_env(io.StringIO(file.read_text(encoding="utf-8-sig")))
    return read_there


def assignment(name: str, value: str) -> str:
    """Return a line of the file; raise ValueError if the name or the value cannot be written on one."""
    if not NAME.fullmatch(name) or not (value.isprintable() or not value):
        message = f"{name}: expected one line of printable characters"
        raise ValueError(message)
    if _BARE.fullmatch(value):
        return f"{name}={value}"
    if "'" not in value:
        return f"{name}='{value}'"
    escaped = _ESCAPED.sub(r"\\\g<0>", value)
    return f'{name}="{escaped}"'


def with_values(text: str, changes: Mapping[str, str]) -> str:
    """Return a file's text with these variables set: on their existing lines, even commented out, or at the end."""
    remaining = dict(changes)
    lines = []
    for line in text.splitlines():
        name = line.removeprefix("#").partition("=")[0]
        lines.append(assignment(name, remaining.pop(name)) if name in remaining else line)
    lines += [assignment(name, value) for name, value in remaining.items()]
    return "\n".join(lines) + "\n"
