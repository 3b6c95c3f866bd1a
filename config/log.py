"""What the service logs, what a line looks like, and whether errors are mailed."""

from typing import Any

from config import env


def config(*, mails_errors: bool) -> dict[str, Any]:
    """Return Django's LOGGING: lines on standard error, by LOG_LEVEL and LOG_FORMAT, and errors by mail."""
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
            # httpx logs every request, bibtexparser every entry it cannot read; a run says more with less.
            "httpx": {"level": "WARNING"},
            "bibtexparser": {"level": "ERROR"},
            # Django's own handlers would write each line again, and mail whole requests to ADMINS.
            "django": {"level": "INFO", "handlers": [], "propagate": True},
        },
        "root": {"handlers": list(handlers), "level": level},
    }
