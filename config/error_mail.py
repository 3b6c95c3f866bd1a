"""Error mails to ADMINS: what, where and how often; no address, no token, nothing a visitor sent."""

import logging
import threading
import time
import traceback
from collections import Counter

from config.log_context import log_context_values
from config.scrubbing import scrub

QUIET_SECONDS = 3600
# Per process and hour, of any kind.
MOST_AN_HOUR = 20
MOST_KINDS = 1000


class ErrorMailHandler(logging.Handler):
    """Mails errors, each kind once per hour.

    A kind is where an error was logged, and where it was raised. Redis counts for all processes, and each process also
    counts for itself, because errors come in bursts exactly when Redis is down.
    """

    def __init__(self, level: int | str = logging.ERROR) -> None:
        super().__init__(level)
        self._sent_at: dict[str, float] = {}
        self._left_out: Counter[str] = Counter()
        self._inside = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Mail a record, unless one of its kind went out within the hour, or the mailing itself failed."""
        if getattr(self._inside, "is_mailing", False):
            return
        self._inside.is_mailing = True
        try:
            kind = _kind(record)
            if self._may_go(kind):
                _send(record, self._left_out.pop(kind, 0))
        except Exception:  # noqa: BLE001 - an error that cannot be mailed must not become another one
            self.handleError(record)
        finally:
            self._inside.is_mailing = False

    def _may_go(self, kind: str) -> bool:
        from django.core.cache import cache  # noqa: PLC0415 - the settings name this class before there is a cache

        now = time.monotonic()
        self._sent_at = {name: at for name, at in self._sent_at.items() if now - at < QUIET_SECONDS}
        if kind in self._sent_at or len(self._sent_at) >= MOST_AN_HOUR:
            if len(self._left_out) < MOST_KINDS or kind in self._left_out:
                self._left_out[kind] += 1
            return False
        self._sent_at[kind] = now
        return bool(cache.add(f"error-mail:{kind}", 1, timeout=QUIET_SECONDS))


def _kind(record: logging.LogRecord) -> str:
    raised = ""
    if record.exc_info and record.exc_info[0]:
        frames = traceback.extract_tb(record.exc_info[2])
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        raised = f"{record.exc_info[0].__name__} {place}"
    return f"{record.name} {record.lineno} {raised}".replace(" ", "_")[-200:]


def _send(record: logging.LogRecord, left_out: int) -> None:
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.core.mail import EmailMessage  # noqa: PLC0415

    message = scrub(record.getMessage())
    title = " ".join(message.split())[:120]
    lines = [f"{record.levelname} from {record.name}: {message}"]
    lines += [f"{name.replace('_', ' ')}: {value}" for name, value in log_context_values().items()]
    if left_out:
        lines.append(f"{left_out} more of this kind were not emailed before this one.")
    if record.exc_info:
        lines += ["", scrub("".join(traceback.format_exception(*record.exc_info)))]
    lines += ["", "The next error of this kind will be emailed in an hour at the earliest. The log has all of them."]
    subject = f"[{settings.SITE_NAME}] {record.levelname}: {title}"
    recipients = [address for _, address in settings.ADMINS]
    EmailMessage(subject, "\n".join(lines), settings.SERVER_EMAIL, recipients).send()
