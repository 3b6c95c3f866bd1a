"""Answers from other servers: when we may try again, and how much of an answer is decompressed."""

import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime

import pytest

from digest.sources import fetching, http
from digest.sources.fetch_request import FetchError
from digest.sources.fetching import Fetcher
from tests.support.fake_source import Reply

NOW = datetime(2026, 9, 16, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("1.5", 1.5),
        ("Wed, 16 Sep 2026 03:00:40 GMT", 40),
        ("Wednesday, 16-Sep-26 03:00:40 GMT", 40),
        ("Wed Sep 16 03:00:40 2026", 40),
        ("Wed, 16 Sep 2026 05:00:40 +0200", 40),
        ("Wed, 16 Sep 2026 03:00:40", 40),
        ("Wed, 16 Sep 2026 02:00:00 GMT", 0),
        ("99999999999", 99999999999),
    ],
)
def test_retry_after_is_read_in_either_form(time_machine, value, seconds):
    time_machine.move_to(NOW, tick=False)

    assert http.retry_after(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", " ", "soon", "-5", "+5", "9e999", "nan", "inf", "1_000", "٣", "²", "5 minutes", "0x10", "1" * 5000),
        *("Wed, 99 Sep 2026 03:00:40 GMT", "Wed, 16 Sep 99999999 03:00:40 GMT", ",,,", "2026-09-16"),
    ],
)
def test_an_invalid_retry_after_is_ignored(value):
    assert http.retry_after(value) is None


def test_a_source_that_asks_for_a_year_is_queried_again_after_a_day(source, waits, time_machine):
    time_machine.move_to(NOW, tick=False)
    source.says(Reply(status=503, headers={"Retry-After": "31536000"}))

    with pytest.raises(FetchError) as caught:
        Fetcher().get(source.url)

    assert (caught.value.not_before - NOW).total_seconds() == fetching.MAX_RETRY_AFTER_SECONDS


# --- Compressed bodies ---


def packed(body, encoding):
    return Reply(body, headers={"Content-Encoding": encoding})


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_an_answer_is_decompressed(source, encoding):
    source.says(packed(gzip.compress(b"hello", mtime=0), encoding))

    assert Fetcher().get(source.url).body == b"hello"
    assert source.requests[0].headers["Accept-Encoding"] == "gzip"


def test_several_gzip_files_in_a_row_are_one_body(source):
    source.says(packed(gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0), "gzip"))

    assert Fetcher().get(source.url).body == b"hello"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip, identity", "deflate", "br", "zstd", "nonsense"])
def test_an_encoding_we_did_not_request_is_refused(source, waits, encoding):
    source.says(packed(gzip.compress(b"hello", mtime=0), encoding))

    with pytest.raises(FetchError, match=f"found “{encoding}”"):
        Fetcher().get(source.url)
    assert len(source.requests) == 1


ZIPPED = gzip.compress(b"hello", mtime=0)


@pytest.mark.parametrize("body", [b"hello", ZIPPED[:-9], ZIPPED + b"more"])
def test_an_answer_that_cannot_be_decompressed_is_retried(source, waits, body):
    source.says(packed(body, "gzip"), "here")

    assert Fetcher().get(source.url).body == b"here"


def peak_of(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bomb(megabytes):
    stream = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return b"".join([*(stream.compress(bytes(2**20)) for _ in range(megabytes)), stream.flush()])


def test_memory_use_does_not_grow_with_the_decompressed_size(source, waits, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_RESPONSE_BYTES", 2**20)

    def refused(megabytes):
        source.says(packed(bomb(megabytes), "gzip"))
        fetcher = Fetcher()

        def ask():
            with pytest.raises(FetchError, match="expected an answer of at most"):
                fetcher.get(source.url)

        return peak_of(ask)

    refused(4)
    small, large = refused(4), refused(256)

    assert large < 2 * small
