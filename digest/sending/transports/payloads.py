"""Anymail's payloads, serialised by orjson, which is several times as fast as Python's own JSON."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

# Metadata goes into a header or into other JSON, as text; a line of a header has 998 characters at most (RFC 5322).
# What is longer is the body of a request or a field of a form, and goes out as bytes.
LONGEST_TEXT = 2000


def serialise_fast(connection: BaseEmailBackend) -> None:
    """Let one of Anymail's backends serialise by orjson what it sends; leave any other backend alone."""
    build = getattr(connection, "build_message_payload", None)
    if build is not None:
        setattr(connection, "build_message_payload", partial(_build, build))  # noqa: B010 - not an attribute of Django's


def _build(build: Callable[..., Any], message: EmailMessage, defaults: object) -> Any:
    payload = build(message, defaults)
    payload.serialize_json = partial(_serialised, payload.serialize_json)
    return payload


def _serialised(usual: Callable[[object], str], data: object) -> str | bytes:
    """Return data as JSON: in UTF-8 if it is long, else as Anymail does it, whose errors name the message."""
    try:
        serialised = orjson.dumps(data, default=_dictionary)
    except TypeError:
        # A whole number beyond 64 bits, half a character, or what is no JSON at all.
        return usual(data)
    return serialised if len(serialised) > LONGEST_TEXT else usual(data)


def _dictionary(value: object) -> dict[str, object]:
    """Return headers, which Anymail keeps in a mapping of its own kind, as a dictionary."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError
