"""Requests to a source: their contents, their budget, and what is recorded about them."""

import math
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from digest.sources.record import SourceError

# Parameters and user names in a URL that are secret.
_SECRETS = re.compile(
    r"(?i)(?<=[?&])([^=&#?]{0,60}(?:key|token|secret|password|auth)[^=&#?]{0,60}=)[^&#]+|(?<=://)[^/@\s]+@"
)
# ETag and Last-Modified, as received.
Validator = tuple[str, str]


class FetchError(SourceError):
    """No usable response. `not_before`: when the source allows the next request, if it says so."""

    def __init__(self, message: str, not_before: datetime | None = None) -> None:
        super().__init__(message)
        self.not_before = not_before

    @property
    def is_silence(self) -> bool:
        """Whether there was no meaningful response."""
        return True


class ResponseRefusedError(FetchError):
    """The source refused; `body` says why."""

    def __init__(self, message: str, body: bytes, status: int = 0) -> None:
        super().__init__(message)
        self.body = body
        self.status = status

    @property
    def is_silence(self) -> bool:
        """False: a refusal is a response."""
        return False

    @property
    def is_gone(self) -> bool:
        """Whether the URL does not exist."""
        return self.status in {404, 410}

    @property
    def is_gone_for_good(self) -> bool:
        """Whether the URL is permanently gone (RFC 9110, 15.5.11)."""
        return self.status == 410  # noqa: PLR2004


@dataclass(frozen=True)
class RequestNote:
    """One request as shown to an operator: when, what came, how long it took, and the address without secrets."""

    at: datetime
    # The status, or a word if there was no response.
    result: str
    seconds: float
    address: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.result} {self.seconds:.1f} s {self.address}"


class FetchBudget:
    """What one run may use: seconds and requests, and whether its own address may be private."""

    def __init__(self, *, seconds: float = math.inf, requests: float = math.inf, may_be_private: bool = True) -> None:
        self._end = time.monotonic() + seconds
        self._requests = requests
        self.may_be_private = may_be_private
        # Set by someone else to end the run.
        self.is_over = threading.Event()

    @property
    def seconds_left(self) -> float:
        """How long the run may continue."""
        return 0 if self.is_over.is_set() else max(self._end - time.monotonic(), 0)

    def check(self, address: str) -> None:
        """Raise FetchError if the budget is used up."""
        if not self.seconds_left:
            raise FetchError(f"{address}: this run is out of time; the next one continues from here")
        if self._requests <= 0:
            midnight = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            raise FetchError(f"{address}: today’s requests are used up", midnight + timedelta(days=1))

    def spend(self) -> None:
        """Count a request."""
        self._requests -= 1


@dataclass(frozen=True)
class FetchRequest:
    """What one request consists of."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    # The body to send; None for a GET.
    json: Any = None
    validator: Validator | None = None

    @property
    def shown(self) -> str:
        """The address as it may be shown."""
        return without_secrets(self.address)


def without_secrets(address: str) -> str:
    """Return an address without keys, tokens and passwords."""
    return _SECRETS.sub(lambda match: f"{match[1] or ''}…", address)


def address_with(url: str, params: Mapping[str, str | int] | None) -> str:
    """Return an address with its parameters."""
    import httpx  # noqa: PLC0415

    return str(httpx.URL(url, params=dict(params))) if params else url
