"""Fetch from a source: rate-limited, retried after temporary failures, conditional, and bounded in size."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from time import sleep
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from digest.sources import http
from digest.sources.announced_pace import announced_spacing
from digest.sources.deadline import Deadline
from digest.sources.fetch_request import (
    FetchBudget,
    FetchError,
    FetchRequest,
    RequestNote,
    ResponseRefusedError,
    Validator,
    address_with,
)
from digest.sources.public_address import NotPublicError, public_address

if TYPE_CHECKING:
    # Six megabytes that only a worker reading from a source needs.
    import httpx

logger = logging.getLogger(__name__)

MAX_RESPONSE_BYTES = 32 * 2**20
# Bytes per read.
PIECE = 64 * 2**10
PORTS = {"http": 80, "https": 443}
# To connect, and between two pieces of an answer, in seconds. OAI-PMH is slow to send the first.
FETCH_TIMEOUT_SECONDS = 60
# A request as a whole, redirects and answer included, in seconds.
MAX_FETCH_SECONDS = 120
TOOK_TOO_LONG = f"the answer took longer than {MAX_FETCH_SECONDS} s"
MAX_REDIRECTS = 3
# Before the second, third and fourth try, in seconds. If a source asks for a longer wait, a later run tries again.
RETRY_WAITS_SECONDS = (5, 20, 60)
# For when a person is waiting for the answer.
SHORT_WAITS = (5,)
PASSING = {429, 500, 502, 503, 504}
NOT_MODIFIED = 304
# In seconds. A source that asks for a longer wait is queried again after this anyway.
MAX_RETRY_AFTER_SECONDS = 24 * 60 * 60

# How many of a run's requests are recorded: the newest.
MOST_REQUESTS_NOTED = 50
MOVED_FOR_GOOD = {301, 308}

# Scheme, host and port.
Origin = tuple[str, str, int | None]


@dataclass(frozen=True)
class FetchedResponse:
    """A response; `unchanged` if there is nothing new."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False


class _PassingError(Exception):
    """A temporary failure; `wait`: the seconds the source asked for, 0 if it did not."""

    def __init__(self, message: str, wait: float = 0) -> None:
        super().__init__(message)
        self.wait = wait


class Fetcher:
    """Sends requests to one source. Stores what conditional requests need, by URL, and records requests."""

    def __init__(
        self,
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
        validators: dict[str, Validator] | None = None,
        waits: Sequence[float] = RETRY_WAITS_SECONDS,
        budget: FetchBudget | None = None,
    ) -> None:
        self._turn = turn
        self._waits = waits
        self._known = validators or {}
        self._budget = budget or FetchBudget()
        # From the responses of this run; to be stored once they are imported.
        self.validators: dict[str, Validator] = {}
        # The newest requests, and how many there were.
        self.requests: list[RequestNote] = []
        self.request_count = 0
        # When the last response arrived, and how long it asks us to wait, in seconds.
        self._last_at, self._spacing = 0.0, 0.0
        # Where the address permanently redirects to, "" if it does not.
        self.moved_to = ""

    def get(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> FetchedResponse:
        """Return the response to a GET, or, with `json`, to a POST of it.

        FetchError after the last try; ResponseRefusedError if a retry would change nothing.
        """
        return self._get(FetchRequest(address_with(url, params), dict(headers or {}), json))

    def get_if_changed(self, url: str, params: Mapping[str, str | int] | None = None) -> FetchedResponse:
        """Return the response as get does; an unchanged one if nothing changed since the previous run."""
        address = address_with(url, params)
        return self._get(FetchRequest(address, validator=self._known.get(address)))

    def _get(self, ask: FetchRequest) -> FetchedResponse:
        for wait in (*self._waits, None):
            try:
                self._budget.check(ask.shown)
                with self._turn():
                    self._keep_pace()
                    return self._send(ask)
            except _PassingError as error:
                pause = max(error.wait, wait or 0)
                if wait is None or pause > self._waits[-1] or pause > self._budget.seconds_left:
                    later = timezone.now() + timedelta(seconds=error.wait) if error.wait else None
                    raise FetchError(f"{ask.shown}: {error}", later) from error
                logger.info("%s: %s; retrying in %d s", ask.shown, error, pause)
                sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _keep_pace(self) -> None:
        """Wait as long as the last response asked for; meanwhile nothing else queries this host."""
        pause = self._last_at + self._spacing - time.monotonic()
        if pause > self._budget.seconds_left:
            raise FetchError(f"the source asks for {self._spacing:.0f} s between requests, more than this run has left")
        if pause > 0:
            sleep(pause)

    def _send(self, ask: FetchRequest) -> FetchedResponse:
        """Send the request once, and record the result."""
        begin, at, result = time.monotonic(), timezone.now(), "no answer"
        try:
            answer = self._ask(ask)
            result = "304" if answer.unchanged else "200"
        except ResponseRefusedError as error:
            result = str(error.status)
            raise
        except _PassingError as error:
            result = str(error)
            raise
        except FetchError:
            result = "refused"
            raise
        else:
            return answer
        finally:
            note = RequestNote(at, result[:80], time.monotonic() - begin, ask.shown)
            self.requests = [*self.requests, note][-MOST_REQUESTS_NOTED:]
            self.request_count += 1
            self._last_at = time.monotonic()
            self._budget.spend()

    def _ask(self, ask: FetchRequest) -> FetchedResponse:
        import httpx  # noqa: PLC0415

        seconds = min(MAX_FETCH_SECONDS, self._budget.seconds_left)
        address = ask.shown
        try:
            url = httpx.URL(ask.address)
        except httpx.InvalidURL as error:
            raise FetchError(f"{address}: {error}") from error
        own = _origin(url) if self._budget.may_be_private else None
        self.moved_to = ""
        for_good = True
        timeout = max(min(FETCH_TIMEOUT_SECONDS, self._budget.seconds_left), 1)
        with (
            Deadline(seconds) as deadline,
            httpx.Client(timeout=timeout, headers=_who_we_are(), verify=http.tls_context()) as client,
        ):
            for _ in range(MAX_REDIRECTS + 1):
                try:
                    request = _request(client, url, own, ask)
                    request.extensions["trace"] = deadline.trace
                    with closing(client.send(request, stream=True)) as response:
                        if not response.has_redirect_location:
                            return self._answer(ask, response, deadline)
                        url = _next_hop(address, url, response)
                        for_good = for_good and response.status_code in MOVED_FOR_GOOD
                        self.moved_to = str(url) if for_good else self.moved_to
                except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                    raise FetchError(f"{address}: {error}") from error
                except NotPublicError:
                    raise FetchError(f"{address}: refused a redirect to {url.host}, which is not public") from None
                except httpx.HTTPError as error:
                    if deadline.has_passed:
                        raise _PassingError(TOOK_TOO_LONG) from error
                    raise _PassingError(f"no answer ({error or type(error).__name__})") from error
        raise FetchError(f"{address}: more than {MAX_REDIRECTS} redirects")

    def _answer(self, ask: FetchRequest, response: httpx.Response, deadline: Deadline) -> FetchedResponse:
        self._spacing = announced_spacing(response.headers)
        if ask.validator and response.status_code == NOT_MODIFIED:
            self.validators[ask.address] = ask.validator
            return FetchedResponse(ask.shown, b"", response.headers, unchanged=True)
        if response.status_code in PASSING:
            raise _PassingError(f"answered {response.status_code}", _wait_asked_for(response))
        body = _body(ask.shown, response, deadline)
        if not response.is_success:
            raise ResponseRefusedError(f"{ask.shown}: answered {response.status_code}", body, response.status_code)
        validator = (response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
        if any(validator):
            self.validators[ask.address] = validator
        return FetchedResponse(ask.shown, body, response.headers)


def _conditions(validator: Validator | None) -> dict[str, str]:
    etag, modified = validator or ("", "")
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in conditions.items() if value}


def _who_we_are() -> dict[str, str]:
    agent = f"DailyPapers/0.1 (self-hosted newsletter; {settings.SOURCE_CONTACT})"
    return {"User-Agent": agent.encode("ascii", "replace").decode(), "Accept-Encoding": http.ACCEPTED_ENCODING}


def _wait_asked_for(response: httpx.Response) -> float:
    """Return the seconds Retry-After asks for, a day at most; 0 if it asks for none."""
    return min(http.retry_after(response.headers.get("Retry-After")) or 0, MAX_RETRY_AFTER_SECONDS)


def _body(address: str, response: httpx.Response, deadline: Deadline) -> bytes:
    """Return the body, read piece by piece; stop if it is too large or too slow."""
    too_large = FetchError(f"{address}: expected an answer of at most {MAX_RESPONSE_BYTES // 2**20} MB")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length[:20]) > MAX_RESPONSE_BYTES:
        raise too_large
    body = bytearray()
    try:
        for piece in http.unpacked(
            response.iter_raw(PIECE), response.headers.get("Content-Encoding", ""), MAX_RESPONSE_BYTES
        ):
            body += piece
    except http.TooLargeError:
        raise too_large from None
    except http.RefusedEncodingError as error:
        raise FetchError(f"{address}: expected gzip or no compression, found “{error}”") from None
    except http.UnreadableError as error:
        if deadline.has_passed:
            raise _PassingError(TOOK_TOO_LONG) from error
        raise _PassingError(f"the answer cannot be decompressed ({error})") from error
    if deadline.has_passed:
        # An answer of unknown length ends with its connection.
        raise _PassingError(TOOK_TOO_LONG)
    return bytes(body)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, url.port


def _request(client: httpx.Client, url: httpx.URL, own: Origin | None, ask: FetchRequest) -> httpx.Request:
    """Return a request. The address from the settings may be private, for a mirror; one a source sends us to may not.

    It goes to exactly the IP address that was checked, and the certificate must match the name. NotPublicError if no
    address may be queried.
    """
    method = "GET" if ask.json is None else "POST"
    headers = {**_conditions(ask.validator), **ask.headers}
    if _origin(url) == own:
        return client.build_request(method, url, headers=headers, json=ask.json)
    if own:
        # A key is only sent to the host it is for.
        headers = _conditions(ask.validator)
    try:
        address = public_address(url.raw_host.decode("ascii"), url.port or PORTS[url.scheme])
    except OSError as error:
        raise NotPublicError(str(error)) from error
    name = {"sni_hostname": url.raw_host.decode("ascii")}
    headers |= {"Host": url.netloc.decode("ascii")}
    return client.build_request(method, url.copy_with(host=address), headers=headers, json=ask.json, extensions=name)


def _next_hop(address: str, url: httpx.URL, response: httpx.Response) -> httpx.URL:
    """Return the target of a redirect. FetchError if it leaves TLS, or is not a web address."""
    # Joined to the name, not to the address that was connected to.
    target = url.join(response.headers.get("Location", ""))
    if target.scheme not in PORTS or not target.host or (url.scheme == "https" and target.scheme == "http"):
        raise FetchError(f"{address}: refused a redirect to {target}")
    return target
