"""Errors reported to Sentry, or to anything compatible. Nothing of it is imported while it is off."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.scrubbing import scrub

# What Sentry may know about a request: its route and its method. The rest is the visitor's.
OF_A_REQUEST = {"method", "url"}


def start_sentry() -> None:
    """Report errors to Sentry, if one is configured; raise ImproperlyConfigured if its package is missing."""
    dsn = env.text("SENTRY_DSN")
    if not dsn:
        return
    try:
        import sentry_sdk  # noqa: PLC0415 - an extra, see requirements/sentry.in
    except ImportError:
        raise ImproperlyConfigured(
            "SENTRY_DSN in the environment: expected the sentry-sdk package to be installed: "
            "pip install --no-deps --require-hashes -r requirements/sentry.txt"
        ) from None
    try:
        sentry_sdk.init(
            dsn=dsn,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            before_send=scrub_event,
        )
    except sentry_sdk.utils.BadDsn:
        raise ImproperlyConfigured(
            "SENTRY_DSN in the environment: expected an address such as https://key@sentry.example.org/1"
        ) from None


def scrub_event(event: Any, hint: object = None) -> Any:  # noqa: ARG001 - Sentry's signature
    """Return a report without addresses, tokens, or anything a visitor sent."""
    event.pop("user", None)
    if request := event.get("request"):
        event["request"] = {name: value for name, value in request.items() if name in OF_A_REQUEST}
    return _scrubbed(event)


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {key: _scrubbed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scrubbed(item) for item in value]
    return value
