"""How many proxies write X-Forwarded-For before us, learned from a request to ourselves.

The request bears one made-up address, as a visitor could send it, and a token that only we can sign. The service
answers how many addresses came after that one, and never an address: so the answer tells a stranger nothing, and a
stranger gets none.
"""

import secrets
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

# Of documentation (RFC 5737): nobody's.
DOCUMENTATION_BLOCK = "198.51.100"
GOOD_FOR_SECONDS = 60
HEADER = "X-Forwarded-For"


class Probe(NamedTuple):
    """A request to be made: its made-up address, and the token that says so."""

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
    """Return what the proxies added to a probe; None where the token is not ours, or old."""
    try:
        address, _ = _signer().unsign_object(token, max_age=GOOD_FOR_SECONDS)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    chain = [part.strip() for part in request.headers.get(HEADER, "").split(",") if part.strip()]
    # A proxy that writes the header anew, and drops what the visitor sent, leaves its own alone.
    added = chain[chain.index(address) + 1 :] if address in chain else chain
    return Forwarded(len(added), settings.PROXY_COUNT)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="digest.health.proxy_count")
