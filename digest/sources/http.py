"""HTTP requests to other servers: certificates, Retry-After, and decompression bombs."""

import math
import ssl
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache

from django.utils import timezone

# gzip as a request names it, and as zlib knows it (RFC 9110, 8.4.1.3).
ACCEPTED_ENCODING = "gzip"
_GZIP = {"gzip", "x-gzip"}
_GZIP_FRAME = 16 + zlib.MAX_WBITS


class TooLargeError(ValueError):
    """A body that is larger than allowed."""


class UnreadableError(ValueError):
    """A body that cannot be decompressed; str() says why."""


class RefusedEncodingError(ValueError):
    """A body in a Content-Encoding that we did not ask for; str() names it."""


@cache
def tls_context() -> ssl.SSLContext:
    """Return the TLS settings and root certificates for our own requests: loading them takes longer than a request."""
    import httpx  # noqa: PLC0415 - six megabytes that only processes that send requests need

    return httpx.create_ssl_context()


def retry_after(value: str | None) -> float | None:
    """Return the seconds a Retry-After asks for, in either form (RFC 9110, 10.2.3); None if there is none.

    A time in the past gives 0. The number may be arbitrarily large, so the caller sets a limit.
    """
    text = (value or "").strip()
    try:
        if text[:1].isdigit():
            # The RFC says whole seconds; some services send a fraction.
            seconds = float(text) if text.isascii() and "_" not in text else math.nan
        else:
            moment = parsedate_to_datetime(text)
            # A date without a zone is UTC, as every HTTP date is (RFC 9110, 5.6.7).
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = max((moment - timezone.now()).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return seconds if math.isfinite(seconds) else None


def unpacked(pieces: Iterable[bytes], encoding: str, largest: int) -> Iterator[bytes]:
    """Yield the decompressed body, `largest` bytes at most, never holding more than that.

    encoding: the Content-Encoding. RefusedEncodingError for anything but gzip, once; TooLargeError as soon as the body
    is larger, on the wire or decompressed; UnreadableError if it is not gzip, or ends early.
    """
    name = encoding.strip().lower()
    if name not in {"", "identity", *_GZIP}:
        raise RefusedEncodingError(encoding.strip())
    yield from _limited(_gunzipped(pieces, largest) if name in _GZIP else pieces, largest)


def _limited(pieces: Iterable[bytes], largest: int) -> Iterator[bytes]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > largest:
            raise TooLargeError
        yield piece


def _gunzipped(pieces: Iterable[bytes], largest: int) -> Iterator[bytes]:
    """Yield what gzip contains, one or more pieces for each received; a file may have many members (RFC 1952, 2.2)."""
    stream = zlib.decompressobj(_GZIP_FRAME)
    allowed, has_begun = largest, False
    for packed in _limited(pieces, largest):
        rest = packed
        while rest:
            if stream.eof:
                stream, has_begun = zlib.decompressobj(_GZIP_FRAME), False
            try:
                # One byte more than allowed is enough to see that it is too large.
                piece = stream.decompress(rest, allowed + 1)
            except zlib.error as error:
                raise UnreadableError(str(error)) from error
            has_begun = True
            allowed -= len(piece)
            if allowed < 0:
                raise TooLargeError
            yield piece
            rest = stream.unused_data
    if has_begun and not stream.eof:
        raise UnreadableError("the gzip stream ends early")
