"""The version of the service, as pyproject.toml states it."""

import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def version() -> str:
    """Return the version, such as 0.2.0; "unknown" if pyproject.toml was left out of the installation."""
    try:
        project = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    except OSError:
        return "unknown"
    return str(project["project"]["version"])
