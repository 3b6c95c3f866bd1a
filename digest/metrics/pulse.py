"""Beat's heartbeat: when it last ran, whether or not a worker was there. In cron mode, `send_due` runs instead of beat.

Stored in Redis if there is one, because web, worker and beat may run on several machines; otherwise in a file in
VAR_DIR. It needs no backup. Beat imports this module, so it loads neither models nor applications.
"""

import logging
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

logger = logging.getLogger(__name__)

KEY = "beat-pulse"


def beat_pulse() -> None:
    """Record that beat ran now. A store that cannot be written to does not stop beat."""
    now = time.time()
    if settings.REDIS_URL:
        cache.set(KEY, now, timeout=None)
        return
    try:
        # Renamed into place: a reader never sees half a number.
        fresh = _file().with_suffix(".new")
        fresh.write_text(f"{now:.3f}\n")
        fresh.replace(_file())
    except OSError as error:
        logger.warning("beat's pulse could not be recorded: %s", error.strerror)


def last_pulse() -> datetime | None:
    """Return when beat last ran; None if it never did, or the record cannot be read."""
    if settings.REDIS_URL:
        return _moment(cache.get(KEY))
    try:
        return _moment(_file().read_text())
    except (OSError, UnicodeDecodeError):
        return None


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _file() -> Path:
    return Path(settings.VAR_DIR) / "beat-pulse"
