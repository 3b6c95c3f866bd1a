"""The settings of a new service: the questions of `manage.py init`, how each answer is checked, and the file."""

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config import domains, env, env_file, providers

EXAMPLE = ".env.example"
MAIL_PROVIDERS = ("smtp", *sorted(providers.KEYS))


@dataclass(frozen=True)
class SettingQuestion:
    """A variable, the question for it, its default, and how an answer is checked."""

    variable: str
    text: str
    default: str = ""
    reader: Callable[[str, str], Any] = env.one_line_text
    is_secret: bool = False
    may_be_empty: bool = False

    @property
    def flag(self) -> str:
        """The command's flag that answers it."""
        return "--" + self.variable.lower().replace("_", "-")

    def fault(self, value: str) -> str:
        """Return what is wrong with an answer, in words; "" if nothing is."""
        if not value:
            return "" if self.may_be_empty else "an answer is required"
        try:
            with patch.dict(os.environ, {self.variable: value}):
                self.reader(self.variable, "")
                env_file.assignment(self.variable, value)
        except (ImproperlyConfigured, ValueError) as error:
            text = str(error)
            return text[max(text.find("expected "), 0) :]
        return ""


def _https(name: str, default: str) -> str:
    address = env.base_url(name, default)
    if not address.startswith("https://"):
        message = "expected an https:// address, because the service runs behind a TLS proxy"
        raise ImproperlyConfigured(message)
    return address


def _server(name: str, _default: str) -> dict[str, Any]:
    return env.mail_server(name)


def _provider(name: str, default: str) -> str:
    return env.choice(name, default, MAIL_PROVIDERS)


def _proxies(name: str, _default: str) -> int:
    return env.integer(name, 1, most=10)


def _port(name: str, _default: str) -> int:
    return env.integer(name, 5432, least=1, most=65535)


def _redis(name: str, _default: str) -> str:
    return env.redis_address(name, "REDIS_PASSWORD")


FIRST = (
    SettingQuestion("SITE_URL", "Address of the site, such as https://papers.example.org", reader=_https),
    SettingQuestion("SITE_NAME", "Name of the site", "Daily Papers"),
    SettingQuestion("MAIL_FROM", "Sender of its emails, as Name <address>", reader=domains.mailbox),
    SettingQuestion("POSTAL_ADDRESS", "Postal address in the footer of each email (required in several countries)"),
    SettingQuestion("PROXY_COUNT", "Number of proxies in front of it", "1", _proxies),
    SettingQuestion("MAIL_PROVIDER", f"Mail provider: {', '.join(MAIL_PROVIDERS)}", "smtp", _provider),
)  # fmt: skip
SMTP_QUESTIONS = (
    SettingQuestion("EMAIL_URL", "Mail server, such as smtp+tls://mail.example.org:587", reader=_server),
    SettingQuestion("EMAIL_USER", "User name there (empty: none)", may_be_empty=True),
    SettingQuestion("EMAIL_PASSWORD", "Password there", is_secret=True, may_be_empty=True, reader=env.text),
)
DATABASE_QUESTIONS = (
    SettingQuestion("POSTGRES_HOST", "PostgreSQL host (empty: SQLite, for a small group)", may_be_empty=True),
)
POSTGRES_QUESTIONS = (
    SettingQuestion("POSTGRES_PORT", "PostgreSQL port", "5432", _port),
    SettingQuestion("POSTGRES_DB", "Database name", "papers"),
    SettingQuestion("POSTGRES_USER", "Database user", "papers"),
    SettingQuestion("POSTGRES_PASSWORD", "Database password", is_secret=True, may_be_empty=True, reader=env.text),
)
REDIS_QUESTIONS = (
    SettingQuestion(
        "REDIS_URL", "Redis, such as redis://localhost:6379/0 (empty: none)", "", _redis, may_be_empty=True
    ),
)
ALL_BUT_KEYS = (*FIRST, *SMTP_QUESTIONS, *DATABASE_QUESTIONS, *POSTGRES_QUESTIONS, *REDIS_QUESTIONS)


def of_provider(provider: str) -> Iterable[SettingQuestion]:
    """Return the questions about a provider: the mail server, or its keys and the secret for its reports."""
    if provider == "smtp":
        return SMTP_QUESTIONS
    signing = tuple(key for key in sorted(providers.KEYS[provider]) if "SIGNING" in key or "WEBHOOK" in key)
    keys = [key for key in sorted(providers.KEYS[provider]) if key not in signing]
    return [
        *(SettingQuestion(f"ANYMAIL_{key}", f"{provider}: {key}", is_secret=True) for key in keys),
        *(
            SettingQuestion(
                f"ANYMAIL_{key}", f"{provider}: {key}, to verify its reports", is_secret=True, may_be_empty=True
            )
            for key in signing
        ),
    ]


def in_order(answers: Mapping[str, str]) -> Iterable[SettingQuestion]:
    """Yield the questions in order, each only once those before it are answered."""
    yield from FIRST
    yield from of_provider(answers["MAIL_PROVIDER"])
    yield from DATABASE_QUESTIONS
    if answers.get("POSTGRES_HOST"):
        yield from POSTGRES_QUESTIONS
    yield from REDIS_QUESTIONS


def write_env_file(file: Path, answers: Mapping[str, str]) -> None:
    """Write the file, only for its owner: the answers, fresh secrets where missing, and what it said before."""
    before = env_file.values(file)
    example = Path(settings.BASE_DIR) / EXAMPLE
    text = (file if file.is_file() else example).read_text(encoding="utf-8")
    fresh = {"SECRET_KEY": secrets.token_urlsafe(50)}
    if providers.PROOFS.get(answers["MAIL_PROVIDER"], ("",))[-1] == "WEBHOOK_SECRET":
        fresh["ANYMAIL_WEBHOOK_SECRET"] = f"reports:{secrets.token_urlsafe(24)}"
    fresh = {name: value for name, value in fresh.items() if not before.get(name)}
    if answers["MAIL_PROVIDER"] != "smtp":
        fresh["EMAIL_URL"] = ""
    new = file.with_name(f"{file.name}.new")
    new.touch(mode=0o600)
    new.write_text(env_file.with_values(text, {"DEBUG": "false", **fresh, **answers}), encoding="utf-8")
    new.replace(file)
