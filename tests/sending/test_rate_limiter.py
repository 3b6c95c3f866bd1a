"""The combined pace of all workers: per second, per day, while a domain warms up, and after "slower"."""

import threading
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from digest import tasks
from digest.models import Delivery, SendingDay
from digest.sending import rate_limiter, throttle_store
from digest.sending import worker as draining
from digest.sending.connection_pool import ConnectionPool
from digest.sending.final_check import FinalCheck
from digest.sending.outcome import Verdict
from digest.sending.rate_limiter import RateLimiter
from digest.sending.send_log import SendLog
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.transport import mail

Status = Delivery.Status
DAY = NOON.date()


class Clock:
    """A clock that moves when someone sleeps."""

    def __init__(self):
        self.now = 1000.0
        self.asked = 0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    """The clock of all workers in a test, which share one board."""
    clock = Clock()
    shared = throttle_store.MemoryThrottleStore(clock)
    change = shared.change

    def counting(step):
        clock.asked += 1
        return change(step)

    shared.change = counting
    monkeypatch.setattr(throttle_store, "current", lambda: shared)
    return clock


def worker(clock):
    return RateLimiter(clock, clock.sleep)


def go_on():
    return False


def sent_within(seconds, clock, *workers):
    """Let workers take turns sending for this many seconds; return how many mails went out."""
    end, sent = clock.now + seconds, 0
    while clock.now < end:
        for pace in workers:
            sent += pace.permits(1000, go_on)
    return sent


def queue(number, **fields):
    edition = make_edition(make_paper("The paper"))
    return [make_delivery(make_subscriber(), edition, **fields) for _ in range(number)]


def count(status):
    return Delivery.objects.filter(status=status).count()


# --- Per second -----------------------------------------------------------------------------------


def test_one_worker_keeps_the_limit_per_second(clock, settings):
    settings.SEND_PER_SECOND = 200

    assert sent_within(10, clock, worker(clock)) == pytest.approx(2000, abs=40)


def test_two_workers_keep_the_limit_together(clock, settings):
    settings.SEND_PER_SECOND = 200

    assert sent_within(10, clock, worker(clock), worker(clock)) == pytest.approx(2000, abs=60)


def test_a_limit_of_one_per_second_is_kept_too(clock, settings):
    settings.SEND_PER_SECOND = 1

    assert sent_within(10, clock, worker(clock), worker(clock)) == pytest.approx(10, abs=2)


def test_permission_is_requested_for_many_mails_at_a_time(clock, settings):
    settings.SEND_PER_SECOND = 5000

    sent = sent_within(1, clock, worker(clock))

    assert sent == pytest.approx(5000, abs=500)
    assert clock.asked <= 12


def test_without_a_limit_no_one_waits_and_the_board_is_read_once_per_second(clock, settings):
    pace = worker(clock)

    assert all(pace.permits(10_000 - number, go_on) for number in range(10_000))
    assert clock.now == 1000
    assert clock.asked == 1


def test_a_worker_told_to_stop_stops_waiting(clock, settings):
    settings.SEND_PER_SECOND = 1
    pace = worker(clock)
    assert pace.permits(10, go_on)

    assert not pace.permits(10, lambda: clock.now > 1000.3)
    assert clock.now < 1001


def test_without_a_limit_claiming_does_not_read_the_board_again(clock):
    pace = worker(clock)
    assert pace.permits(500, go_on)

    assert pace.claimable(500, NOON) == 500
    assert clock.asked == 1


def test_a_worker_told_to_stop_reserves_nothing(clock, settings):
    settings.SEND_PER_SECOND = 10

    assert not worker(clock).permits(10, lambda: True)
    assert clock.asked == 0


def test_a_worker_does_not_sleep_through_a_long_wait(clock, settings):
    pace = worker(clock)
    pace.slow_down(30)

    assert not pace.permits(10, go_on)
    assert clock.now == 1000
    assert pace.held_for == 30


def test_a_worker_claims_no_more_than_it_can_send_in_a_turn(clock, settings):
    settings.SEND_PER_SECOND = 3

    assert worker(clock).claimable(500, NOON) == 30


@pytest.mark.django_db
def test_the_lease_is_renewed_while_a_connection_waits_for_permission():
    delivery = make_delivery(make_subscriber(), make_edition(make_paper()), status=Status.SENDING, claimed_by="worker")
    renewed = threading.Event()

    class Waiting(RateLimiter):
        def permits(self, *_):
            return renewed.wait(30)

    lines = ConnectionPool(1, SendLog("worker"), Waiting(), FinalCheck("worker"))
    sent = lines.send([(delivery.pk, mail())], go_on, (0.01, renewed.set))
    lines.close()

    assert sent.outcomes[delivery.pk].verdict == Verdict.SENT


# --- Per day --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_daily_limit_ends_the_round_and_the_rest_stays_queued_without_an_attempt(settings, mailoutbox):
    settings.SEND_PER_DAY = 2
    queue(5)

    draining.drain()
    draining.drain()

    assert len(mailoutbox) == 2
    assert count(Status.QUEUED) == 3
    assert set(Delivery.objects.filter(status=Status.QUEUED).values_list("attempts", flat=True)) == {0}


@pytest.mark.django_db
def test_the_day_ends_at_midnight_utc(settings, mailoutbox):
    settings.SEND_PER_DAY = 2
    queue(5)

    for moment in ("2025-08-21 23:59:59", "2025-08-22 00:00:01"):
        with time_machine.travel(datetime.fromisoformat(f"{moment}+00:00"), tick=False):
            draining.drain()

    assert len(mailoutbox) == 4
    assert list(SendingDay.objects.order_by("day").values_list("day", "mails")) == [
        (date(2025, 8, 21), 2),
        (date(2025, 8, 22), 2),
    ]


@pytest.mark.django_db
def test_mails_allowed_but_not_sent_do_not_count_towards_the_day(settings, mailoutbox):
    settings.SEND_PER_DAY = 10
    unsent, _ = queue(2)
    unsent.subscriber.unsubscribe(NOON)

    draining.drain()

    assert SendingDay.objects.get().mails == 1


@pytest.mark.django_db
def test_without_a_limit_nothing_is_counted(mailoutbox):
    queue(1)

    draining.drain()

    assert not SendingDay.objects.exists()


@pytest.mark.django_db
def test_workers_share_the_daily_limit(clock, settings):
    settings.SEND_PER_DAY = 700

    assert [worker(clock).claimable(500, NOON) for _ in range(3)] == [500, 200, 0]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_concurrent_claims_on_a_day_get_no_more_than_its_limit():
    granted = []

    def take():
        granted.append(SendingDay.objects.take(DAY, 30, 100))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(granted) == [0, 0, 10, 30, 30, 30]


@pytest.mark.django_db
def test_at_the_limit_no_one_rings_again_before_beat_does(settings, mailoutbox, monkeypatch):
    settings.SEND_PER_DAY = 2
    queue(3)
    rings = []
    monkeypatch.setattr(tasks.send_queued, "delay", lambda: rings.append("ring"))

    tasks.send_queued()

    assert len(mailoutbox) == 2
    assert rings == []


# --- Warming up -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "limit"), [(-3, 50), (0, 50), (1, 100), (2, 500), (3, None), (400, None)])
def test_a_new_domain_sends_more_each_day_until_the_plan_ends(settings, days, limit):
    settings.WARM_UP_SINCE, settings.WARM_UP = DAY, [50, 100, 500]

    assert rate_limiter.day_limit(DAY + timedelta(days=days)) == limit


def test_the_lower_of_the_two_limits_applies(settings):
    settings.WARM_UP_SINCE, settings.WARM_UP, settings.SEND_PER_DAY = DAY, [50, 100, 500], 80

    assert [rate_limiter.day_limit(DAY + timedelta(days=days)) for days in range(4)] == [50, 80, 80, 80]


def test_without_a_first_day_there_is_no_warm_up(settings):
    settings.WARM_UP_SINCE, settings.WARM_UP = None, [50]

    assert rate_limiter.day_limit(DAY) is None


# --- Slower ---------------------------------------------------------------------------------------


def test_slower_pauses_all_workers_and_halves_the_pace(clock, settings):
    settings.SEND_PER_SECOND = 200
    one, two = worker(clock), worker(clock)

    one.slow_down(0)

    assert two.permits(10, go_on)
    assert clock.now == pytest.approx(1001)
    assert sent_within(10, clock, one, two) == pytest.approx(1000, abs=60)
