"""How many mails may be asked for: to one address, and from one network. Against list bombing."""

import ipaddress
import logging
import math
import time
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from subscriptions.models.suppression import hash_of

logger = logging.getLogger(__name__)


class TooManyFromNetworkError(Exception):
    """A network asked for more mails than it may; `retry_after` seconds help."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


def check_network(request: HttpRequest) -> None:
    """Count a mail that a network asked for; raise TooManyFromNetworkError beyond its limit."""
    limit, key = parse(settings.MAILS_PER_NETWORK), network_of(client_address(request))
    if not _hit(limit, "network", key):
        raise TooManyFromNetworkError(_seconds_until_free(limit, "network", key))


def address_has_room(address: str) -> bool:
    """Count a mail to an address; say whether it may be sent. The counter knows the address by its hash alone."""
    return _hit(parse(settings.MAILS_PER_ADDRESS), "address", hash_of(address))


def has_room(limit: str, kind: str, key: str) -> bool:
    """Count one more thing of a kind; say whether the limit (such as “10 per day”) allows it."""
    return _hit(parse(limit), kind, key)


def client_address(request: HttpRequest) -> str | None:
    """Return the address of whoever asks: what the outermost proxy of ours saw, None where nothing tells."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if settings.PROXY_COUNT:
        # Each proxy appends whom it saw; what stands further to the left anybody can make up.
        chain = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
        if len(chain) >= settings.PROXY_COUNT:
            seen = chain[-settings.PROXY_COUNT]
    try:
        address = ipaddress.ip_address(seen.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(address: str | None) -> str:
    """Return the /24 or /64 an address belongs to; those nobody knows share one."""
    if address is None:
        return "unknown"
    prefix = 24 if ipaddress.ip_address(address).version == 4 else 64  # noqa: PLR2004
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


@cache
def limiter(storage: str) -> MovingWindowRateLimiter:
    """Return the one limiter of a storage; counters in memory live as long as it."""
    # A storage that hangs must not hold up the form.
    timeouts = {"socket_connect_timeout": 2, "socket_timeout": 2} if storage.startswith("redis") else {}
    return MovingWindowRateLimiter(storage_from_string(storage, wrap_exceptions=True, **timeouts))


def _hit(limit: RateLimitItem, kind: str, key: str) -> bool:
    try:
        return limiter(settings.RATE_LIMIT_STORAGE).hit(limit, kind, key)
    except StorageError:
        # Readers must be able to sign up; the limits come back with their storage.
        logger.exception("the rate limits' storage does not answer: no limit per %s", kind)
        return True


def _seconds_until_free(limit: RateLimitItem, kind: str, key: str) -> int:
    try:
        stats = limiter(settings.RATE_LIMIT_STORAGE).get_window_stats(limit, kind, key)
    except StorageError:
        return limit.get_expiry()
    return max(1, math.ceil(stats.reset_time - time.time()))
