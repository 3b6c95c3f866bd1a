"""All workers share arXiv's limit: one request at a time, three seconds between two."""

import threading
import time
from datetime import timedelta

import pytest
from redis import Redis

from config import settings as project
from digest.sources import host_turns


@pytest.fixture(autouse=True)
def short(settings):
    settings.ARXIV_SPACING = timedelta(seconds=0.2)


@pytest.fixture
def in_a_file(settings):
    settings.REDIS_URL = ""


def ask(times):
    with host_turns.turn_at_arxiv():
        times.append(time.monotonic())
        time.sleep(0.05)
        times.append(time.monotonic())


def take_turns(count):
    """Send a request from each of this many threads at once; return when the requests began and ended."""
    times = []
    threads = [threading.Thread(target=ask, args=(times,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def check(times):
    pauses = [begin - end for end, begin in zip(times[1::2], times[2::2], strict=False)]
    # Each request notes its start and end; if the times are in order, no two requests overlapped.
    assert times == sorted(times)
    assert min(pauses) > 0.15


def test_without_redis_a_file_keeps_the_turns(in_a_file):
    check(take_turns(4))


def test_an_operator_cannot_change_the_three_seconds():
    assert timedelta(seconds=3) == project.ARXIV_SPACING


def test_an_unreadable_file_does_not_hold_up_requests(in_a_file, settings):
    (settings.VAR_DIR / "arxiv-turn").write_text("nonsense")
    times = []
    ask(times)
    assert len(times) == 2


def test_a_clock_that_was_set_back_makes_no_request_wait_longer(in_a_file, settings):
    (settings.VAR_DIR / "arxiv-turn").write_text(str(time.time() + 3600))
    begin = time.monotonic()
    ask([])
    assert time.monotonic() - begin < 5


def test_the_next_request_also_waits_after_a_failed_one(in_a_file, settings):
    with pytest.raises(RuntimeError), host_turns.turn_at_arxiv():
        raise RuntimeError
    assert time.time() - float((settings.VAR_DIR / "arxiv-turn").read_text()) < 5


def test_while_redis_is_down_a_file_keeps_the_turns(settings, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    check(take_turns(2))
    assert "Redis does not answer" in caplog.text


@pytest.mark.services
def test_all_workers_share_the_turns_in_redis(settings):
    Redis.from_url(settings.REDIS_URL).delete(host_turns.TURN_KEY.format(host_turns.ARXIV_TURN))
    check(take_turns(4))
