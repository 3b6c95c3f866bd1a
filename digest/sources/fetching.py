"""One GET to a source: in turn, again after a passing failure, only what is new, never more than we can hold."""

import logging
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv6Address, ip_address
from time import sleep

import httpx
from django.conf import settings
from django.utils import timezone

from digest.sources.record import SourceError

logger = logging.getLogger(__name__)

LARGEST = 32 * 2**20
# To connect, and between two pieces of an answer, in seconds. OAI-PMH takes its time before the first.
TIMEOUT = 60
# A request as a whole, answer included, in seconds.
LONGEST = 120
MOST_REDIRECTS = 3
# Before the second, the third and the fourth try, in seconds. Who asks for a longer wait is asked by a later run.
WAITS = (5, 20, 60)
# Where a person waits for the answer.
SHORT_WAITS = (5,)
PASSING = {429, 500, 502, 503, 504}
NOT_MODIFIED = 304

# ETag and Last-Modified, as they came.
Validator = tuple[str, str]


class FetchError(SourceError):
    """No answer that can be used. `not_before`: when the source wants to be asked again, where it says so."""

    def __init__(self, message: str, not_before: datetime | None = None) -> None:
        super().__init__(message)
        self.not_before = not_before


class RefusedError(FetchError):
    """The source answered that it will not, and why: `body`."""

    def __init__(self, message: str, body: bytes) -> None:
        super().__init__(message)
        self.body = body


@dataclass(frozen=True)
class Answer:
    """What came. Nothing came anew where it is `unchanged`."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False


class _PassingError(Exception):
    """It may go well the next time; `wait`: the seconds the source asked for, 0 where it did not."""

    def __init__(self, message: str, wait: float = 0) -> None:
        super().__init__(message)
        self.wait = wait


class Fetcher:
    """Asks one source. Keeps what it needs to ask for changes only, by address."""

    def __init__(
        self,
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
        validators: dict[str, Validator] | None = None,
        waits: Sequence[float] = WAITS,
    ) -> None:
        self._turn = turn
        self._waits = waits
        self._known = validators or {}
        # What the answers of this run say; to be kept once they are imported.
        self.validators: dict[str, Validator] = {}

    def get(self, url: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Return the answer. FetchError after the last try; RefusedError where another try would change nothing."""
        return self._get(url, params, {})

    def get_if_changed(self, url: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Return the answer as get does; an unchanged one where nothing changed since the run we know of."""
        return self._get(url, params, self._known)

    def _get(self, url: str, params: Mapping[str, str | int] | None, known: dict[str, Validator]) -> Answer:
        address = str(httpx.URL(url, params=dict(params)) if params else url)
        for wait in (*self._waits, None):
            try:
                with self._turn():
                    return self._ask(address, known.get(address))
            except _PassingError as error:
                pause = max(error.wait, wait or 0)
                if wait is None or pause > self._waits[-1]:
                    later = timezone.now() + timedelta(seconds=error.wait) if error.wait else None
                    raise FetchError(f"{address}: {error}", later) from error
                logger.info("%s: %s; again in %d s", address, error, pause)
                sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _ask(self, address: str, validator: Validator | None) -> Answer:
        end = time.monotonic() + LONGEST
        url = address
        with httpx.Client(timeout=TIMEOUT, headers=_who_we_are()) as client:
            for _ in range(MOST_REDIRECTS + 1):
                try:
                    with client.stream("GET", url, headers=_conditions(validator)) as response:
                        if not response.has_redirect_location:
                            return self._answer(address, validator, response, end)
                        url = _next_hop(address, url, response)
                except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                    raise FetchError(f"{address}: {error}") from error
                except httpx.HTTPError as error:
                    raise _PassingError(f"no answer ({error or type(error).__name__})") from error
        raise FetchError(f"{address}: more than {MOST_REDIRECTS} redirects")

    def _answer(self, address: str, known: Validator | None, response: httpx.Response, end: float) -> Answer:
        if known and response.status_code == NOT_MODIFIED:
            self.validators[address] = known
            return Answer(address, b"", response.headers, unchanged=True)
        if response.status_code in PASSING:
            raise _PassingError(f"answered {response.status_code}", _retry_after(response))
        body = _body(address, response, end)
        if not response.is_success:
            raise RefusedError(f"{address}: answered {response.status_code}", body)
        validator = (response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
        if any(validator):
            self.validators[address] = validator
        return Answer(address, body, response.headers)


def _conditions(validator: Validator | None) -> dict[str, str]:
    etag, modified = validator or ("", "")
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in conditions.items() if value}


def _who_we_are() -> dict[str, str]:
    agent = f"DailyPapers/0.1 (self-hosted newsletter; {settings.SOURCE_CONTACT})"
    return {"User-Agent": agent.encode("ascii", "replace").decode()}


def _retry_after(response: httpx.Response) -> float:
    """Return the seconds Retry-After asks for, in either form (RFC 9110, 10.2.3); 0 where it does not."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return min(float(value), timedelta(days=1).total_seconds())
    try:
        return max((parsedate_to_datetime(value) - timezone.now()).total_seconds(), 0)
    except (ValueError, TypeError):
        return 0


def _body(address: str, response: httpx.Response, end: float) -> bytes:
    """Return the body, read piece by piece: what is too large or comes too slowly is left on the wire."""
    too_large = FetchError(f"{address}: expected an answer of at most {LARGEST // 2**20} MB")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LARGEST:
        raise too_large
    pieces = bytearray()
    for piece in response.iter_bytes():
        pieces += piece
        if len(pieces) > LARGEST:
            raise too_large
        if time.monotonic() > end:
            raise _PassingError(f"the answer took longer than {LONGEST} s")
    return bytes(pieces)


def _next_hop(address: str, url: str, response: httpx.Response) -> str:
    """Return where a redirect leads. FetchError where it leads into a private network or away from TLS."""
    target = httpx.URL(url).join(response.headers.get("Location", ""))
    here, there = httpx.URL(url), httpx.URL(str(target))
    if there.scheme not in {"http", "https"} or (here.scheme == "https" and there.scheme == "http"):
        raise FetchError(f"{address}: refused a redirect to {there}")
    # The address from the settings may be private, for a mirror; where a source leads us may not.
    same = (here.host, here.port) == (there.host, there.port)
    if not same and not _is_public(there.host):
        raise FetchError(f"{address}: refused a redirect to {there.host}, which is not public")
    return str(there)


def _is_public(host: str) -> bool:
    """Whether every address of a host is one of the public network."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
        addresses = [ip_address(str(address).partition("%")[0]) for address in found]
    except (OSError, ValueError):
        return False
    plain = [(isinstance(address, IPv6Address) and address.ipv4_mapped) or address for address in addresses]
    return bool(plain) and all(address.is_global and not address.is_multicast for address in plain)
