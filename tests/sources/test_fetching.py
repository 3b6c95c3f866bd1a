"""One request to a source: retried, never larger than we can hold, never led into a private network."""

import gzip
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest

from digest.sources import fetching
from digest.sources.fetch_request import FetchBudget, FetchError, ResponseRefusedError
from digest.sources.fetching import Fetcher
from tests.support.fake_source import Reply

NOW = datetime(2026, 9, 16, 3, tzinfo=UTC)


def test_an_answer_comes_with_its_body(source):
    source.says("hello")
    answer = Fetcher().get(source.url, {"q": "a b", "n": 1})
    assert (answer.body, answer.unchanged) == (b"hello", False)
    assert source.requests[0].query == {"q": "a b", "n": "1"}


def test_requests_say_who_we_are_and_whom_to_contact(source, settings):
    settings.SOURCE_CONTACT = "curator@example.org"
    source.says("x")
    Fetcher().get(source.url)
    assert source.requests[0].headers["User-Agent"] == "DailyPapers/0.1 (self-hosted newsletter; curator@example.org)"


@pytest.mark.parametrize("reply", [Reply(status=503), Reply(status=429), Reply(status=500), Reply(status=0)])
def test_a_temporary_failure_is_retried_with_longer_waits(source, waits, reply):
    source.says(reply, reply, "here")
    assert Fetcher().get(source.url).body == b"here"
    assert waits == list(fetching.RETRY_WAITS_SECONDS[:2])


def test_retry_after_is_obeyed(source, waits):
    source.says(Reply(status=503, headers={"Retry-After": "30"}), "here")
    assert Fetcher().get(source.url).body == b"here"
    assert waits == [30]


def test_retry_after_may_be_a_date(source, waits, time_machine):
    time_machine.move_to(NOW, tick=False)
    source.says(Reply(status=503, headers={"Retry-After": "Wed, 16 Sep 2026 03:00:40 GMT"}), "here")
    Fetcher().get(source.url)
    assert waits == [40]


@pytest.mark.parametrize(("pace", "pause"), [(("2", "1s"), 0.5), (("10", "60"), 6), (("1", "3600s"), 30)])
def test_the_rate_limit_a_source_announces_is_kept(source, waits, monkeypatch, pace, pause):
    monkeypatch.setattr(fetching.time, "monotonic", lambda: 1000.0)
    pace = dict(zip(("x-rate-limit-limit", "x-rate-limit-interval"), pace, strict=True))
    source.says(Reply("one", headers=pace), Reply("two", headers=pace), "three", "four")
    fetcher = Fetcher()
    for _ in range(4):
        fetcher.get(source.url)
    # The third answer announces no rate limit any more.
    assert waits == [pause, pause]


@pytest.mark.parametrize(
    ("limit", "interval"),
    [("", "1s"), ("50", ""), ("-1", "1s"), ("many", "1s"), ("9" * 30, "1s"), ("0", "x"), ("²", "1s")],
)
def test_an_unreadable_rate_limit_is_ignored(source, waits, limit, interval):
    pace = {"x-rate-limit-limit": limit.encode(), "x-rate-limit-interval": interval}
    source.says(Reply("one", headers=pace), "two")
    fetcher = Fetcher()
    assert [fetcher.get(source.url).body for _ in range(2)] == [b"one", b"two"]
    assert waits == []


def test_a_rate_limit_that_a_run_has_no_time_for_ends_it(source, waits):
    source.says(Reply("one", headers={"x-rate-limit-limit": "1", "x-rate-limit-interval": "20s"}))
    fetcher = Fetcher(budget=FetchBudget(seconds=10))
    fetcher.get(source.url)
    with pytest.raises(FetchError, match="20 s between requests"):
        fetcher.get(source.url)


def test_a_long_retry_after_ends_the_run_and_says_when_to_come_back(source, waits, time_machine):
    time_machine.move_to(NOW, tick=False)
    source.says(Reply(status=503, headers={"Retry-After": "3600"}))
    with pytest.raises(FetchError, match="answered 503") as caught:
        Fetcher().get(source.url)
    assert caught.value.not_before == NOW + timedelta(hours=1)
    assert (len(source.requests), waits) == (1, [])


def test_after_the_last_try_the_error_names_address_and_answer(source, waits):
    source.says(Reply(status=502))
    with pytest.raises(FetchError, match=rf"{source.url}.*answered 502"):
        Fetcher().get(source.url)
    assert len(source.requests) == len(fetching.RETRY_WAITS_SECONDS) + 1


def test_a_port_where_nothing_listens_is_a_clear_error(waits):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(FetchError, match=f"127.0.0.1:{port}: no answer"):
        Fetcher().get(f"http://127.0.0.1:{port}")


def test_a_refusal_is_not_retried_and_keeps_its_body(source, waits):
    source.says(Reply("the reason", status=400))
    with pytest.raises(ResponseRefusedError, match="answered 400") as caught:
        Fetcher().get(source.url)
    assert (caught.value.body, waits) == (b"the reason", [])


def test_an_answer_of_50_mb_is_refused_by_its_length(source, waits):
    source.says(Reply(b"x", headers={"Content-Length": str(50 * 2**20)}))
    with pytest.raises(FetchError, match="expected an answer of at most 32 MB"):
        Fetcher().get(source.url)
    assert len(source.requests) == 1


def test_an_answer_of_50_mb_that_hides_its_length_is_refused(source, waits):
    packed = gzip.compress(b" " * (50 * 2**20), compresslevel=1)
    source.says(Reply(packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(FetchError, match="expected an answer of at most 32 MB"):
        Fetcher().get(source.url)


def test_an_answer_that_trickles_in_is_abandoned(source, waits, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_FETCH_SECONDS", -1)
    source.says("x")
    with pytest.raises(FetchError, match="took longer"):
        Fetcher().get(source.url)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://localhost:1/",
        "http://0.0.0.0/",
        "http://nowhere.invalid/",
        "file:///etc/passwd",
        "gopher://example.org/",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(source, waits, target):
    source.says(Reply(status=302, headers={"Location": target}))
    with pytest.raises(FetchError, match="refused a redirect"):
        Fetcher().get(source.url)
    assert len(source.requests) == 1


def test_a_redirect_on_the_same_host_is_followed(source):
    source.says(Reply(status=301, headers={"Location": "/new?x=1"}), "moved")
    assert Fetcher().get(source.url).body == b"moved"
    assert source.requests[1].path == "/new"


def test_redirects_in_a_circle_end(source):
    source.says(Reply(status=302, headers={"Location": "/"}))
    with pytest.raises(FetchError, match="more than 3 redirects"):
        Fetcher().get(source.url)


def test_an_address_that_is_not_http_is_a_clear_error():
    with pytest.raises(FetchError, match="ftp://example"):
        Fetcher().get("ftp://example.org/")


def test_an_unchanged_answer_is_not_downloaded_again(source):
    source.says(Reply("all of it", headers={"ETag": '"1"', "Last-Modified": "Wed, 16 Sep 2026 04:00:00 GMT"}))
    first = Fetcher()
    first.get_if_changed(source.url)
    source.says(Reply(status=304))
    second = Fetcher(validators=first.validators)
    assert second.get_if_changed(source.url).unchanged
    assert source.requests[1].headers["If-None-Match"] == '"1"'
    assert source.requests[1].headers["If-Modified-Since"] == "Wed, 16 Sep 2026 04:00:00 GMT"
    assert second.validators == first.validators


def test_a_plain_get_downloads_all_of_it(source):
    source.says(Reply("all of it", headers={"ETag": '"1"'}))
    Fetcher(validators={source.url: ('"1"', "")}).get(source.url)
    assert "If-None-Match" not in source.requests[0].headers


def test_each_try_waits_for_its_turn(source, waits):
    turns = []

    class Turn:
        def __enter__(self):
            turns.append(threading.current_thread())

        def __exit__(self, *args):
            pass

    source.says(Reply(status=503), "here")
    Fetcher(Turn).get(source.url)
    assert len(turns) == 2
