"""While Redis is down, the fallback answers, and the log says so once in a while."""

import logging

import pytest

from config.redis_fallback import RedisFallback

logger = logging.getLogger(__name__)


@pytest.fixture
def fallback():
    return RedisFallback((ConnectionError,), "away (%s)", logger, seconds=10)


def away():
    raise ConnectionError("redis://:secret@redis.example.org")


def test_the_shared_store_answers_while_it_can(fallback):
    assert fallback.ask(lambda: "shared", lambda: "own") == "shared"
    assert not fallback.is_away


def test_while_it_is_down_it_is_not_called_and_the_log_says_so_once(fallback, caplog):
    calls = []

    assert [fallback.ask(away, lambda: "own"), fallback.ask(lambda: calls.append(1), lambda: "own")] == ["own", "own"]
    assert (calls, fallback.is_away) == ([], True)
    assert caplog.text.count("away (ConnectionError)") == 1
    assert "secret" not in caplog.text


def test_after_the_wait_it_is_tried_again(fallback, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("config.redis_fallback.time.monotonic", lambda: now[0])
    fallback.ask(away, lambda: "own")
    now[0] += 10

    assert fallback.ask(lambda: "shared", lambda: "own") == "shared"


def test_other_errors_are_not_swallowed(fallback):
    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fallback.ask(broken, lambda: "own")
