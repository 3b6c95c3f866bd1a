"""What the service logs, how a line looks, and whether errors are mailed."""

from typing import Any

from config import env


def config(*, mails_errors: bool) -> dict[str, Any]:
    """Return Django's LOGGING: lines on standard error as LOG_LEVEL and LOG_FORMAT say; errors by mail, too."""
    level = env.choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"})
    form = env.choice("LOG_FORMAT", "plain", {"plain", "json"})
    handlers: dict[str, Any] = {"console": {"class": "logging.StreamHandler", "formatter": form}}
    if mails_errors:
        handlers["mail"] = {"class": "config.error_mail.ErrorMailHandler", "level": "ERROR"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "()": "config.log_format.PlainFormatter",
                "format": "{asctime} {levelname} {name} {message}",
                "style": "{",
            },
            "json": {"()": "config.log_format.JsonFormatter"},
        },
        "handlers": handlers,
        "loggers": {
            # The first tells of every request, the second of every entry it cannot read; a run tells more with less.
            "httpx": {"level": "WARNING"},
            "bibtexparser": {"level": "ERROR"},
            # Django's own handlers would write each line once more, and mail whole requests to ADMINS.
            "django": {"level": "INFO", "handlers": [], "propagate": True},
        },
        "root": {"handlers": list(handlers), "level": level},
    }
