"""Absolute addresses for mails."""

from collections.abc import Callable
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from subscriptions.tokens import Purpose, sign, signer


class Linkable(Protocol):
    """Whoever can be linked to."""

    @property
    def public_id(self) -> UUID:
        """What stands for them in links."""


def absolute(path: str) -> str:
    """Return the whole address of a path on our site."""
    return f"{settings.SITE_URL}{path}"


def signed(name: str, purpose: Purpose, value: str) -> str:
    """Return the address of a view that takes one token, with the value signed for the purpose."""
    return addresses(name, purpose)(value)


def addresses(name: str, purpose: Purpose) -> Callable[[str], str]:
    """Return what makes such an address of a value: found and keyed once, for who needs many."""
    before, after = _around_token(name, settings.SITE_URL)
    token_of = signer(purpose)
    return lambda value: f"{before}{token_of(value)}{after}"


@cache
def _around_token(name: str, site_url: str) -> tuple[str, str]:
    # Finding an address by its name takes longer than signing it.
    before, _, after = f"{site_url}{reverse(name, args=['TOKEN'])}".partition("TOKEN")
    return before, after


def token(purpose: Purpose, subscriber: Linkable) -> str:
    """Return what proves that a link is this subscriber's."""
    return sign(purpose, subscriber.public_id.hex)


def confirm(subscriber: Linkable) -> str:
    """Return the address at which a sign-up is confirmed."""
    return signed("confirm", Purpose.CONFIRM, subscriber.public_id.hex)


def preferences(subscriber: Linkable) -> str:
    """Return the address of somebody's preferences."""
    return signed("preferences", Purpose.PREFERENCES, subscriber.public_id.hex)


def feeds(key: UUID) -> dict[str, str]:
    """Return the addresses of somebody's own feed, by the name of the format. They are good until the key changes."""
    names = {"Atom": "own_feed_atom", "JSON Feed": "own_feed_json"}
    return {format_name: signed(name, Purpose.FEED, key.hex) for format_name, name in names.items()}


def unsubscribe(subscriber: Linkable) -> str:
    """Return the address at which somebody leaves, by page or by one click (RFC 8058)."""
    return signed("unsubscribe", Purpose.UNSUBSCRIBE, subscriber.public_id.hex)
