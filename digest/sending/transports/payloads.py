"""Anymail's payloads: serialised by orjson, several times as fast as Python's own JSON, and plain addresses not parsed.

Python's parser of addresses takes 0.1 ms for each, as long as a digest takes to compose.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any
from weakref import WeakMethod

import orjson
from anymail.backends.base import BasePayload
from anymail.utils import EmailAddress, parse_address_list
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

# Metadata goes into a header or into other JSON, as text; a line of a header has 998 characters at most (RFC 5322).
# What is longer is the body of a request or a field of a form, and goes out as bytes.
LONGEST_TEXT = 2000
# An address that is its own two parts: no name, no quotes, no comments, nothing to decode.
PLAIN_ADDRESS = re.compile(r"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE | re.ASCII)


def serialise_fast(connection: BaseEmailBackend) -> None:
    """Let one of Anymail's backends serialise by orjson what it sends; leave any other backend alone."""
    build = getattr(connection, "build_message_payload", None)
    if build is not None:
        setattr(connection, "build_message_payload", partial(_build, build))  # noqa: B010 - not an attribute of Django's


def addresses(written: Any, field: str) -> list[EmailAddress]:
    """Return the addresses in a message's field, as Anymail's parse_address_list does; raise what that raises."""
    listed = [written] if isinstance(written, str) else written
    if not isinstance(listed, list | tuple) or not all(isinstance(address, str) for address in listed):
        return list(parse_address_list(written, field))
    plain = [match for address in listed if (match := PLAIN_ADDRESS.fullmatch(address))]
    if len(plain) < len(listed):
        return list(_parsed(tuple(listed), field))
    return [EmailAddress(username=match[1], domain=match[2]) for match in plain]


@lru_cache(100)
def _parsed(listed: tuple[str, ...], field: str) -> list[EmailAddress]:
    """Return addresses with names and the like: mostly the sender's, which are the same in every mail."""
    return list(parse_address_list(list(listed), field))


BasePayload.base_message_attrs = tuple(
    (field, combine, partial(addresses, field=field) if convert is parse_address_list else convert)
    for field, combine, convert in BasePayload.base_message_attrs
)


def _build(build: Callable[..., Any], message: EmailMessage, defaults: object) -> Any:
    payload = build(message, defaults)
    # Weak, so that no payload refers to itself: it would keep its mail in memory until the end of the batch.
    payload.serialize_json = partial(_serialised, WeakMethod(payload.serialize_json))
    return payload


def _serialised(weak: WeakMethod[Callable[[object], str]], data: object) -> str | bytes:
    """Return data as JSON: in UTF-8 if it is long, else as Anymail does it, whose errors name the message."""
    usual = weak()
    if usual is None:
        raise ReferenceError("the payload is gone")
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
