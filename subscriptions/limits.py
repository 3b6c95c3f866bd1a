"""Rate limits on requested mails, per address and per network, against list bombing."""

import ipaddress
import logging
import math
import re
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar, cast

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from config.redis_fallback import RedisFallback
from subscriptions.addresses import mailbox_of
from subscriptions.models.suppression import hash_of

logger = logging.getLogger(__name__)

LimiterResult = TypeVar("LimiterResult")

# Some proxies add the port to an address: 203.0.113.9:4711, [2001:db8::1]:443.
_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\](?::[0-9]+)?")
# An IPv6 /48 may request this many times as much as one network.
NETWORK_FACTOR = 4


class TooManyFromNetworkError(Exception):
    """A network requested more mails than it may; it can retry after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


def check_network(request: HttpRequest) -> None:
    """Count a mail requested by a network; raise TooManyFromNetworkError beyond its limit or the site's."""
    for counter in _network_counters(request):
        _count(*counter)
    # Last, so that requests refused to one network do not use up the limit shared by all.
    check_site()


def network_has_room(request: HttpRequest, kind: str) -> bool:
    """Count one request of a kind from a network; return whether it is within the network's limit for mails."""
    return all(_hit(limit, kind, network) for limit, _, network in _network_counters(request))


def _network_counters(request: HttpRequest) -> list[tuple[RateLimitItem, str, str]]:
    per_network, address = parse(settings.MAILS_PER_NETWORK), client_address(request)
    counters = [(per_network, "network", network_of(address))]
    if wider := wider_network_of(address):
        counters.append(
            (type(per_network)(per_network.amount * NETWORK_FACTOR, per_network.multiples), "network", wider)
        )
    return counters


def check_site() -> None:
    """Count a requested mail; raise TooManyFromNetworkError beyond the limit for the whole site."""
    _count(parse(settings.MAILS_PER_SITE), "site", "")


def _count(limit: RateLimitItem, kind: str, key: str) -> None:
    if not _hit(limit, kind, key):
        raise TooManyFromNetworkError(_seconds_until_free(limit, kind, key))


def address_has_room(address: str, kind: str = "mail") -> bool:
    """Count a mail of one kind to a mailbox; return whether it may be sent. The counter only stores a hash.

    Each kind has its own count: even if strangers request a mail in someone's name, it is refused only after the same
    mail has gone out that many times, so anyone waiting for it already has it.
    """
    return _hit(parse(settings.MAILS_PER_ADDRESS), f"address {kind}", hash_of(mailbox_of(address)))


def most_mails() -> str:
    """Return how many mails of one kind go to one mailbox, in words: “3 of these emails per hour”."""
    limit = parse(settings.MAILS_PER_ADDRESS)
    span = f"{limit.multiples} {limit.GRANULARITY.name}s" if limit.multiples > 1 else limit.GRANULARITY.name
    return f"{limit.amount} of these emails per {span}"


def has_room(limit: str, kind: str, key: str) -> bool:
    """Count one more thing of a kind; return whether the limit (such as “10 per day”) allows it."""
    return _hit(parse(limit), kind, key)


def client_address(request: HttpRequest) -> str | None:
    """Return the client's address as our outermost proxy saw it; None if it is unknown."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if settings.PROXY_COUNT:
        # Each proxy appends the address it saw; anything further to the left can be made up.
        chain = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
        if len(chain) >= settings.PROXY_COUNT:
            seen = chain[-settings.PROXY_COUNT]
    in_brackets = _IN_BRACKETS.fullmatch(seen)
    # An IPv6 address has at least two colons.
    host = in_brackets[1] if in_brackets else seen.partition(":")[0] if seen.count(":") == 1 else seen
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(address: str | None) -> str:
    """Return the /24 or /56 an address belongs to; unknown addresses share one."""
    if address is None:
        return "unknown"
    # Homes and servers are given a /56 (RFC 6177).
    return _network(address, 24 if _is_ipv4(address) else 56)


def wider_network_of(address: str | None) -> str:
    """Return the IPv6 /48, the most a customer is given; "" if there is none."""
    return "" if address is None or _is_ipv4(address) else _network(address, 48)


def _is_ipv4(address: str) -> bool:
    return ipaddress.ip_address(address).version == 4  # noqa: PLR2004


def _network(address: str, prefix: int) -> str:
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


# How long to leave a storage alone after it did not respond; each process counts for itself meanwhile.
WITHOUT_STORAGE_SECONDS = 10
IN_MEMORY_STORE = "memory://instead"


class Limiter(MovingWindowRateLimiter):
    """A rate limiter on one storage that knows whether the storage is currently left alone."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage)
        warning = "the rate limit storage does not answer (%s): this process counts on its own"
        self.fallback = RedisFallback((StorageError,), warning, logger, WITHOUT_STORAGE_SECONDS)


@cache
def limiter(storage: str) -> Limiter:
    """Return the only limiter of a storage; in-memory counters live as long as it does."""
    # A storage that hangs must not delay the form.
    timeouts = {"socket_connect_timeout": 2, "socket_timeout": 2} if storage.startswith("redis") else {}
    return Limiter(cast(Storage, storage_from_string(storage, wrap_exceptions=True, **timeouts)))


def ask_limiter(question: Callable[[Limiter], LimiterResult]) -> LimiterResult:
    """Return the answer of the counters all processes share; of this process's own if their storage is away."""
    shared = limiter(settings.RATE_LIMIT_STORAGE)
    return shared.fallback.ask(lambda: question(shared), lambda: question(limiter(IN_MEMORY_STORE)))


def _hit(limit: RateLimitItem, kind: str, key: str) -> bool:
    return ask_limiter(lambda counters: counters.hit(limit, kind, key))


def _seconds_until_free(limit: RateLimitItem, kind: str, key: str) -> int:
    stats = ask_limiter(lambda counters: counters.get_window_stats(limit, kind, key))
    return max(1, math.ceil(stats.reset_time - time.time()))
