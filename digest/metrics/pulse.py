"""Beat's pulse: when it rang last, whether or not a worker heard it. In cron mode `send_due` rings in beat's place.

In Redis where there is one, for web, worker and beat may run on several machines; else in a file of VAR_DIR. Nothing
of it is worth a backup. Beat imports this module, so it loads neither models nor applications.
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
    """Note that the clock rang just now. A store that does not take it stops no ring."""
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
        logger.warning("beat's pulse could not be noted: %s", error.strerror)


def last_pulse() -> datetime | None:
    """Return when the clock rang last; None where it never did, or nobody can tell."""
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
