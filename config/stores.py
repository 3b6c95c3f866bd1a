"""Stores: the database, and Redis or its stand-ins."""

from pathlib import Path
from typing import Any

from config import env


def database_settings(folder: Path) -> dict[str, Any]:
    """Return Django's DATABASES entry: from DATABASE_URL, or POSTGRES_HOST and the like, or SQLite in a folder."""
    host = env.text("POSTGRES_HOST")
    if host and not env.text("DATABASE_URL"):
        options = env.postgres(host)
    else:
        options = env.database_url("DATABASE_URL", f"sqlite:///{folder / 'daily-papers.sqlite3'}")
    options["CONN_MAX_AGE"] = 60
    if options["ENGINE"] != "django.db.backends.sqlite3":
        return options | {"CONN_HEALTH_CHECKS": True}
    return options | {
        "OPTIONS": {
            # Take the write lock when a transaction begins, so that a claim cannot be raced.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
        # A file, because two processes of one test share it.
        "TEST": {"NAME": str(folder / "test.sqlite3")},
    }


def cache(redis: str) -> dict[str, Any]:
    """Return Django's CACHES entry for the URL of a Redis, or for none."""
    if redis:
        # A Redis that hangs must not hold up a page.
        patience = {"socket_connect_timeout": 1, "socket_timeout": 1}
        return {"BACKEND": "config.cache.ForgivingRedisCache", "LOCATION": redis, "OPTIONS": patience}
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}


def broker(redis: str, folder: Path) -> tuple[str, dict[str, Any]]:
    """Return Celery's broker and its options: Redis, or files in a folder."""
    if redis:
        # A broker that hangs must not hold up a reader's form.
        return redis, {"socket_connect_timeout": 2, "socket_timeout": 10}
    messages, control = folder / "broker" / "messages", folder / "broker" / "control"
    for needed in (messages, control):
        needed.mkdir(parents=True, exist_ok=True)
    options = {"data_folder_in": str(messages), "data_folder_out": str(messages), "control_folder": str(control)}
    return "filesystem://localhost/", options
