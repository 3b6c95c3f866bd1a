"""Read settings from the environment; a bad value stops start-up with the variable's name and what was expected."""

import os
import re
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import environ
import limits
from django.core.exceptions import ImproperlyConfigured

from config.punycode import ascii_domain

CHECKOUT = Path(__file__).resolve().parent.parent
# The largest number that a setting may have: databases count no further than a bit more than twice of it.
MOST = 10**9


def invalid_value(name: str, expected: str) -> ImproperlyConfigured:
    """Return the error of a variable, with what was expected of it."""
    # The value is left out: it may be a secret, and this text ends up in logs.
    return ImproperlyConfigured(f"{name} in the environment: expected {expected}")


def _apart(name: str) -> str:
    return f"put a password with characters such as / or % into {name} instead"


def text(name: str, default: str = "") -> str:
    """Return the variable as it is, or the default."""
    return os.environ.get(name, default)


def one_line_text(name: str, default: str) -> str:
    """Return a text that can be used in a mail header: one line, not empty."""
    value = text(name, default)
    if not value.strip() or not value.isprintable():
        raise invalid_value(name, "one line of text")
    return value


def bearer_token(name: str) -> str:
    """Return what comes after `Authorization: Bearer`, or "" if nothing is set."""
    value = text(name)
    if not re.fullmatch(r"[!-~]*", value):
        raise invalid_value(name, "letters, digits and signs without spaces")
    return value


def dotted_path(name: str, default: str) -> str:
    """Return a dotted Python name, such as package.module.Class."""
    value = text(name, default)
    if "." not in value or not all(part.isidentifier() for part in value.split(".")):
        raise invalid_value(name, "a name such as package.module.Class")
    return value


def required(name: str, expected: str) -> str:
    """Return the variable; raise ImproperlyConfigured when it is missing or empty."""
    value = text(name)
    if not value:
        raise invalid_value(name, expected)
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no variable; raise ImproperlyConfigured on anything else."""
    answers = {"1": True, "true": True, "yes": True, "on": True}
    answers |= {"0": False, "false": False, "no": False, "off": False}
    value = text(name, str(default)).strip().lower()
    if value not in answers:
        raise invalid_value(name, "true or false")
    return answers[value]


def integer(name: str, default: int, *, least: int = 0, most: int = MOST) -> int:
    """Return a whole number within bounds; raise ImproperlyConfigured otherwise."""
    expected = f"a whole number from {least} to {most}"
    try:
        value = int(text(name, str(default)))
    except ValueError:
        raise invalid_value(name, expected) from None
    if not least <= value <= most:
        raise invalid_value(name, expected)
    return value


def numbers(name: str, default: str) -> list[int]:
    """Return a comma-separated list of whole numbers above 0; raise ImproperlyConfigured on anything else."""
    items = word_list(name, default)
    if not items or not all(word.isdecimal() and 0 < int(word) <= MOST for word in items):
        raise invalid_value(name, f"whole numbers above 0, up to {MOST}, separated by commas")
    return [int(word) for word in items]


def share(name: str, default: float) -> float:
    """Return a number from 0 to 1; raise ImproperlyConfigured otherwise."""
    try:
        value = float(text(name, str(default)))
    except ValueError:
        value = -1
    if not 0 <= value <= 1:
        raise invalid_value(name, "a number from 0 to 1")
    return value


def days(name: str) -> frozenset[date]:
    """Return a comma-separated list of days; raise ImproperlyConfigured on anything else."""
    try:
        return frozenset(map(date.fromisoformat, word_list(name, "")))
    except ValueError:
        raise invalid_value(name, "dates such as 2026-12-24, separated by commas") from None


def iso_date(name: str) -> date | None:
    """Return a day, or None if none is set; raise ImproperlyConfigured on anything else."""
    value = text(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise invalid_value(name, "a date such as 2026-11-24") from None


def choice(name: str, default: str, allowed: Collection[str]) -> str:
    """Return one of the allowed words; raise ImproperlyConfigured otherwise."""
    value = text(name, default)
    if value not in allowed:
        raise invalid_value(name, "one of " + ", ".join(sorted(allowed)))
    return value


def rate(name: str, default: str) -> str:
    """Return a rate in the notation of the library `limits`."""
    value = text(name, default)
    try:
        if limits.parse(value).amount > 0:
            return value
    except ValueError:
        pass
    raise invalid_value(name, "a rate such as 3 per hour")


def word_list(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def dns_labels(name: str) -> list[str]:
    """Return a comma-separated list of DKIM selectors; raise ImproperlyConfigured on anything else."""
    names = word_list(name)
    label = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
    if not all(re.fullmatch(rf"{label}(?:\.{label})*", word) for word in names):
        raise invalid_value(name, "names such as s1,s2")
    return names


def directory(name: str, default: Path) -> Path:
    """Return a folder, created if it is missing; raise ImproperlyConfigured if it cannot be.

    A relative one is in the checkout, wherever the program was started: cron and systemd start it elsewhere.
    """
    value = text(name, str(default))
    folder = CHECKOUT / value
    try:
        if value.strip():
            folder.mkdir(parents=True, exist_ok=True)
            return folder
    except (OSError, ValueError):
        pass
    raise invalid_value(name, "a folder that exists or can be created")


def _split(value: str, schemes: Collection[str]) -> SplitResult | None:
    """Split a URL; return None if it has another scheme, no host, or an invalid port."""
    try:
        parts = urlsplit(value)
        right = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if right else None


def base_url(name: str, default: str) -> str:
    """Return an http or https URL without a path or a trailing slash, its domain in ASCII."""
    value = text(name, default).rstrip("/")
    parts = _split(value, {"http", "https"})
    try:
        if parts and value == f"{parts.scheme}://{parts.netloc}" and "@" not in value:
            host, colon, port = parts.netloc.partition(":")
            return value if value.isascii() else f"{parts.scheme}://{ascii_domain(host)}{colon}{port}"
    except ValueError:
        pass
    raise invalid_value(name, "an address such as https://papers.example.org, without a path")


def endpoint(name: str, default: str) -> str:
    """Return an http or https URL that may have a path."""
    value = text(name, default).rstrip("/")
    if not _split(value, {"http", "https"}) or "?" in value or "#" in value:
        raise invalid_value(name, "an address such as https://export.arxiv.org/api/query")
    return value


def some_of(name: str, default: str, allowed: Collection[str]) -> list[str]:
    """Return a comma-separated list of allowed words; raise ImproperlyConfigured on any other word."""
    items = word_list(name, default)
    if not set(items) <= set(allowed):
        raise invalid_value(name, "any of " + ", ".join(sorted(allowed)) + ", separated by commas")
    return items


def arxiv_categories(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list of arXiv categories; raise ImproperlyConfigured on anything that cannot be one."""
    categories = word_list(name, default)
    if not all(re.fullmatch(r"[a-z]+(?:-[a-z]+)?(?:\.(?:[A-Z]{2}|[a-z-]{4,}))?", word) for word in categories):
        raise invalid_value(name, "categories such as cs.LG,math.OC")
    return categories


def redis_address(name: str, password_name: str) -> str:
    """Return a redis:// or rediss:// URL with the separate password put into it; "" if none is set."""
    value, password = text(name), text(password_name)
    if not value:
        return value
    parts = _split(value, {"redis", "rediss"})
    database = parts and parts.path.strip("/")
    if parts is None or (database and not database.isdecimal()):
        raise invalid_value(name, f"an address such as redis://localhost:6379/0; {_apart(password_name)}")
    if not password:
        return value
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}:{quote(password, safe='')}@{host}").geturl()


def database_url(name: str, default: str) -> dict[str, Any]:
    """Return Django's DATABASES entry for a postgres:// or sqlite:// URL."""
    expected = f"an address such as postgres://user:password@host:5432/name; {_apart('POSTGRES_PASSWORD')}"
    value = text(name) or default
    scheme = value.partition(":")[0]
    if scheme not in {"postgres", "postgresql", "sqlite"}:
        raise invalid_value(name, expected)
    try:
        options = dict(environ.Env.db_url_config(value))
    except ValueError:
        raise invalid_value(name, expected) from None
    # The web server and the workers cannot share a database in memory.
    if options["NAME"] in {"", ":memory:"}:
        raise invalid_value(name, expected)
    if scheme == "sqlite":
        options["NAME"] = str(CHECKOUT / options["NAME"])
    return options


def postgres(host: str) -> dict[str, Any]:
    """Return Django's DATABASES entry for a PostgreSQL that is given in parts, each taken literally."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": host,
        "PORT": integer("POSTGRES_PORT", 5432, least=1, most=65535),
        "NAME": one_line_text("POSTGRES_DB", "papers"),
        "USER": one_line_text("POSTGRES_USER", "papers"),
        "PASSWORD": text("POSTGRES_PASSWORD"),
    }


def mail_server(name: str) -> dict[str, Any]:
    """Return Django's EMAIL_* settings for a smtp://, smtp+tls:// or smtp+ssl:// URL.

    User and password can be part of it, or separate in EMAIL_USER and EMAIL_PASSWORD, where they are taken literally.
    """
    expected = f"an address such as smtp+tls://user:password@host:587; {_apart('EMAIL_PASSWORD')}"
    value = text(name)
    if value.partition(":")[0] not in {"smtp", "smtp+tls", "smtp+ssl"}:
        raise invalid_value(name, expected)
    try:
        options = dict(environ.Env.email_url_config(value))
    except ValueError:
        raise invalid_value(name, expected) from None
    if not options["EMAIL_HOST"]:
        raise invalid_value(name, expected)
    apart = {"EMAIL_HOST_USER": text("EMAIL_USER"), "EMAIL_HOST_PASSWORD": text("EMAIL_PASSWORD")}
    return options | {key: value for key, value in apart.items() if value}
