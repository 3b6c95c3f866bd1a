"""Small figures that one process calculates and all can read: a dictionary by name, only the newest.

Stored in Redis if there is one, otherwise in a file in VAR_DIR. They need no backup, because they are calculated again
within minutes.
"""

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder

logger = logging.getLogger(__name__)


def share_values(name: str, value: dict[str, Any]) -> None:
    """Store a JSON-serialisable dictionary in place of the previous one. Datetimes become text."""
    text = json.dumps(value, cls=DjangoJSONEncoder)
    if settings.REDIS_URL:
        cache.set(_key(name), text, timeout=None)
        return
    try:
        # Renamed into place: a reader never sees half of it.
        fresh = _file(name).with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(_file(name))
    except OSError as error:
        logger.warning("%s could not be stored: %s", name, error.strerror)


def shared(name: str) -> dict[str, Any] | None:
    """Return the newest dictionary of that name; None if there is none, or it cannot be read."""
    try:
        text = cache.get(_key(name)) if settings.REDIS_URL else _file(name).read_text()
        value = json.loads(text or "null")
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def shared_moment(value: dict[str, Any] | None, name: str) -> datetime | None:
    """Return a datetime from what `shared` returned; None if there is none."""
    try:
        return datetime.fromisoformat(value[name]) if value else None
    except (KeyError, TypeError, ValueError):
        return None


def _key(name: str) -> str:
    return f"shared-value:{name}"


def _file(name: str) -> Path:
    return Path(settings.VAR_DIR) / f"{name}.json"
