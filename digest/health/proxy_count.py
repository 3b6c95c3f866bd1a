"""Count the proxies in front of us that add to X-Forwarded-For, with a request to ourselves.

The request carries one made-up address, as a visitor could send, and a token that only we can sign. The service
answers how many addresses came after that one, never an address. So the answer would tell a stranger nothing, and a
stranger gets no answer.
"""

import secrets
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

# Reserved for documentation (RFC 5737), so it belongs to no one.
DOCUMENTATION_BLOCK = "198.51.100"
GOOD_FOR_SECONDS = 60
HEADER = "X-Forwarded-For"


class Probe(NamedTuple):
    """A request to make: its made-up address, and the token that vouches for it."""

    address: str
    token: str


class Forwarded(NamedTuple):
    """What the service saw: how many addresses the proxies added, and how many it expects."""

    added: int
    expected: int


def probe() -> Probe:
    """Return a new probe."""
    address = f"{DOCUMENTATION_BLOCK}.{1 + secrets.randbelow(254)}"
    return Probe(address, _signer().sign_object([address, secrets.token_hex(8)]))


def seen(request: HttpRequest, token: str) -> Forwarded | None:
    """Return what the proxies added to a probe; None if the token is not ours or too old."""
    try:
        address, _ = _signer().unsign_object(token, max_age=GOOD_FOR_SECONDS)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    chain = [part.strip() for part in request.headers.get(HEADER, "").split(",") if part.strip()]
    # A proxy that rewrites the header and drops what the visitor sent leaves only its own addresses.
    added = chain[chain.index(address) + 1 :] if address in chain else chain
    return Forwarded(len(added), settings.PROXY_COUNT)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="digest.health.proxy_count")
