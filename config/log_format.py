"""What a log line looks like: plain, or as JSON. No line of either kind contains an address or a token."""

import json
import logging
from datetime import UTC, datetime

from config.log_context import log_context_values
from config.scrubbing import scrub


class PlainFormatter(logging.Formatter):
    """Python's own lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback below it."""
        return scrub(super().format(record))


class JsonFormatter(logging.Formatter):
    """One object per line: time (UTC), level, logger, message, what is being worked on, and a traceback as `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as JSON in ASCII, so that nothing logged can end the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
            **log_context_values(),
        }
        if record.exc_info:
            line["error"] = scrub(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = scrub(self.formatStack(record.stack_info))
        return json.dumps(line, default=str)
