"""The file of settings: one NAME=value a line, quoted so that a shell, Docker compose, systemd and this service agree.

Read before the settings are; a variable that is set outside the file counts more than the file.
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
# What double quotes do not take as it stands.
_ESCAPED = re.compile(r'[\\"$`]')
# What no shell and no reader of such files takes for anything but itself.
_BARE = re.compile(r"[A-Za-z0-9_.,:/@+=-]*")


def read(folder: Path) -> Path | None:
    """Add the file's variables to the environment, and return the file: ENV_FILE, or `.env` in a folder.

    None where there is none, or ENV_FILE is empty. ImproperlyConfigured where the file named cannot be read.
    """
    named = os.environ.get("ENV_FILE")
    if named == "":
        return None
    file = Path(named) if named else folder / ".env"
    if not named and not file.is_file():
        return None
    try:
        with file.open(encoding="utf-8") as lines:
            environ.Env.read_env(lines)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"ENV_FILE: {file} cannot be read: {reason}"
        raise ImproperlyConfigured(message) from None
    return file


def values(file: Path) -> dict[str, str]:
    """Return the variables of a file; none where it is not there."""
    read_there: dict[str, str] = {}
    if file.is_file():
        reader: Any = type("Reader", (environ.Env,), {"ENVIRON": read_there})
        reader.read_env(io.StringIO(file.read_text(encoding="utf-8")))
    return read_there


def assignment(name: str, value: str) -> str:
    """Return a line of the file. ValueError where a name or a value cannot stand in one."""
    if not NAME.fullmatch(name) or not (value.isprintable() or not value):
        message = f"{name}: one line of printable characters is needed"
        raise ValueError(message)
    if _BARE.fullmatch(value):
        return f"{name}={value}"
    if "'" not in value:
        return f"{name}='{value}'"
    escaped = _ESCAPED.sub(r"\\\g<0>", value)
    return f'{name}="{escaped}"'


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return the text of a file with these variables set: where their lines stand, also as comments, or at the end."""
    waiting = dict(values)
    lines = []
    for line in text.splitlines():
        name = line.removeprefix("#").partition("=")[0]
        lines.append(assignment(name, waiting.pop(name)) if name in waiting else line)
    lines += [assignment(name, value) for name, value in waiting.items()]
    return "\n".join(lines) + "\n"
