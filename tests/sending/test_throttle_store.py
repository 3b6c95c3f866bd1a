"""The throttle's state in Redis, and what happens while Redis is unavailable."""

import threading

import pytest
from redis import Redis

from digest.sending import throttle_store
from digest.sending.rate_limiter import RateLimiter


def go_on():
    return False


@pytest.fixture
def empty(settings):
    """A Redis with no throttle state."""
    redis = Redis.from_url(settings.REDIS_URL)
    redis.delete(throttle_store.THROTTLE_KEY)
    return redis


def test_without_redis_each_process_keeps_its_own_pace_and_logs_it_once(settings, caplog):
    settings.REDIS_URL, settings.SEND_PER_SECOND = "redis://127.0.0.1:1/0", 50
    pace = RateLimiter()

    assert all(pace.permits(5, go_on) for _ in range(5))
    assert throttle_store.current().change(lambda state, _: (state, state.free_at)) > 0
    assert caplog.text.count("Redis does not answer") == 1


@pytest.mark.services
def test_two_processes_share_one_state_in_redis(empty, settings):
    """Two boards stand in for two processes: they share nothing but Redis."""
    one, two = (
        throttle_store.RedisThrottleStore(settings.REDIS_URL),
        throttle_store.RedisThrottleStore(settings.REDIS_URL),
    )

    one.change(lambda state, now: (state.slowed(now, 20), None))

    assert 19 < two.change(lambda state, now: (state, state.wait(now))) <= 20


@pytest.mark.services
def test_many_workers_at_once_never_get_the_same_slot_in_redis(empty, settings):
    grants = []

    def take_all():
        own = throttle_store.RedisThrottleStore(settings.REDIS_URL)
        for _ in range(25):
            grants.append(own.change(lambda state, now: state.take(now, 1, 100)).mails)

    first = throttle_store.RedisThrottleStore(settings.REDIS_URL).change(lambda state, now: (state, now))
    threads = [threading.Thread(target=take_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    free_at = throttle_store.RedisThrottleStore(settings.REDIS_URL).change(lambda state, _: (state, state.free_at))

    assert sum(grants) == 100
    # A hundred mails at a hundred per second take one second, however many workers ask.
    assert free_at - first > 0.99


@pytest.mark.services
def test_an_unreadable_state_in_redis_holds_no_one_up(empty, settings):
    empty.set(throttle_store.THROTTLE_KEY, "nonsense")

    assert (
        throttle_store.RedisThrottleStore(settings.REDIS_URL).change(lambda state, now: (state, state.wait(now))) == 0
    )
