"""Types of commands' arguments: a wrong one ends the command with what was expected, in words."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a type for argparse: a whole number within bounds."""

    def parse(text: str) -> int:
        if not text.removeprefix("-").isdecimal() or not least <= int(text) <= most:
            message = f"expected a whole number from {least:,} to {most:,}, not {text}"
            raise ArgumentTypeError(message)
        return int(text)

    return parse


def listen_address(text: str) -> str:
    """Return where a web server listens, such as 127.0.0.1:8000; a type for argparse."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:  # noqa: PLR2004 - the highest port there is
        message = f"expected an address such as 127.0.0.1:8000, with a port from 1 to 65535, not {text}"
        raise ArgumentTypeError(message)
    return text


def email_address(text: str) -> str:
    """Return an address that mail can be sent to; a type for argparse."""
    try:
        validate_email(text)
    except ValidationError:
        message = f"expected an address such as you@example.org, not {text}"
        raise ArgumentTypeError(message) from None
    return text


def calendar_day(text: str) -> date:
    """Return a day written as 2026-11-25; a type for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"expected a day such as 2026-11-25, not {text}"
        raise ArgumentTypeError(message) from None
