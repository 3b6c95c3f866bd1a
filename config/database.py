"""How the database is spoken to, beyond its address."""

from pathlib import Path
from typing import Any


def tuned(database: dict[str, Any], var_dir: Path) -> dict[str, Any]:
    """Return the entry of DATABASES with what SQLite or PostgreSQL needs."""
    if database["ENGINE"] != "django.db.backends.sqlite3":
        return {**database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    options = {
        # Take the write lock when a transaction begins, so that a claim cannot be raced.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # The tests' is a file, for two processes of one test share it.
    return {**database, "OPTIONS": options, "TEST": {"NAME": str(var_dir / "test.sqlite3")}}
