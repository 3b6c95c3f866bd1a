"""Absolute URLs for mails."""

from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from subscriptions.link_lifetimes import Purpose
from subscriptions.tokens import sign_as_old, sign_token


class Linkable(Protocol):
    """Anyone whom a signed link can belong to."""

    @property
    def public_id(self) -> UUID:
        """The ID that stands for them in links."""


def absolute(path: str) -> str:
    """Return the absolute URL of a path on our site."""
    return f"{settings.SITE_URL}{path}"


def signed_url(name: str, purpose: Purpose, value: str) -> str:
    """Return the URL of a view that takes one token, with the value signed for the purpose."""
    before, after = around_token(name)
    return f"{before}{sign_token(purpose, value)}{after}"


def around_token(name: str) -> tuple[str, str]:
    """Return the parts before and after the token in the URL of a view that takes one."""
    return _around_token(name, settings.SITE_URL)


@cache
def _around_token(name: str, site_url: str) -> tuple[str, str]:
    # Reversing a URL takes longer than signing it.
    before, _, after = f"{site_url}{reverse(name, args=['TOKEN'])}".partition("TOKEN")
    return before, after


def token(purpose: Purpose, subscriber: Linkable) -> str:
    """Return the token that proves that a link is this subscriber's."""
    return sign_token(purpose, subscriber.public_id.hex)


def token_as_old(purpose: Purpose, subscriber: Linkable, shown: str) -> str:
    """Return the token for a page reached from a link: as old as that link's own token, which was found valid."""
    return sign_as_old(purpose, subscriber.public_id.hex, shown)


def confirm_url(subscriber: Linkable) -> str:
    """Return the URL where a sign-up is confirmed."""
    return signed_url("confirm", Purpose.CONFIRM, subscriber.public_id.hex)


def preferences_url(subscriber: Linkable) -> str:
    """Return the URL of someone's preferences."""
    return signed_url("preferences", Purpose.PREFERENCES, subscriber.public_id.hex)


def feed_urls(key: UUID) -> dict[str, str]:
    """Return the URLs of someone's own feed, by format name. They work until the key changes."""
    names = {"Atom": "own_feed_atom", "JSON Feed": "own_feed_json"}
    return {format_name: signed_url(name, Purpose.FEED, key.hex) for format_name, name in names.items()}


def unsubscribe_url(subscriber: Linkable) -> str:
    """Return the URL where someone unsubscribes, by page or by one click (RFC 8058)."""
    return signed_url("unsubscribe", Purpose.UNSUBSCRIBE, subscriber.public_id.hex)
