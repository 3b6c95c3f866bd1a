"""Signed links: each purpose has a salt of its own, so that a token is good for one thing only."""

import hmac
import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import cache, lru_cache

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

# How long a link to somebody's preferences is good, and those under the papers of a mail.
PREFERENCES_FOR = timedelta(days=60)
# How long a link that signs a member in is good. It is good once, too: see digest.joining.
SIGN_IN_FOR = timedelta(minutes=30)

# How long a browser may tell what somebody opens there.
OPENS_FOR = timedelta(days=180)


class Purpose(StrEnum):
    """What a link, or a cookie, allows."""

    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    VIEW = "view"
    SIGN_IN = "sign_in"
    FEEDBACK = "feedback"
    FEED = "feed"
    OPENS = "opens"


class BadToken(Exception):  # noqa: N818 - the word of the design
    """The token was not made by us, or not for this purpose."""


class StaleToken(BadToken):
    """The token was ours and is too old."""


def lifetime(purpose: Purpose) -> timedelta | None:
    """Return how long a token of this purpose is good; None is for ever."""
    limited = {
        Purpose.CONFIRM: settings.FORGET_UNCONFIRMED,
        Purpose.PREFERENCES: PREFERENCES_FOR,
        Purpose.SIGN_IN: SIGN_IN_FOR,
        Purpose.FEEDBACK: PREFERENCES_FOR,
        Purpose.OPENS: OPENS_FOR,
    }
    return limited.get(purpose)


def _signer(purpose: Purpose) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"subscriptions.{purpose}")


@cache
def _mac(purpose: Purpose, key: str) -> hmac.HMAC:
    """Return Django's keyed hash for a purpose, ready for the message: the key is worked in once, not per link."""
    salted = f"subscriptions.{purpose}signer"
    return salted_hmac(salted, "", secret=key, algorithm="sha256")


@lru_cache(1)
def _stamp(second: int) -> str:
    return signing.b62_encode(second)


def signer(purpose: Purpose) -> Callable[[str], str]:
    """Return what makes a token of a value, with the key as it is set now."""
    keyed = _mac(purpose, settings.SECRET_KEY)

    def sign(value: str) -> str:
        # What TimestampSigner.sign does, several times faster; `read` leaves the checking to Django.
        stamped = f"{value}:{_stamp(int(time.time()))}"
        mac = keyed.copy()
        mac.update(stamped.encode())
        return f"{stamped}:{signing.b64_encode(mac.digest()).decode()}"

    return sign


def sign(purpose: Purpose, value: str) -> str:
    """Return a token that carries the value."""
    return signer(purpose)(value)


def is_younger(purpose: Purpose, token: str, age: timedelta) -> bool:
    """Say whether a good token was made less than that long ago."""
    try:
        _signer(purpose).unsign(token, max_age=age)
    except signing.BadSignature:
        return False
    return True


def read(purpose: Purpose, token: str) -> str:
    """Return the value of a token; raise StaleToken where it is too old and BadToken where it is not ours."""
    try:
        return _signer(purpose).unsign(token, max_age=lifetime(purpose))
    except signing.SignatureExpired as error:
        raise StaleToken from error
    except signing.BadSignature as error:
        raise BadToken from error
