"""While the site is overloaded, emails back off, but never stop."""

import time

import pytest
from django.core.cache import cache
from django.http import HttpResponse

from config import overload
from digest.recommending import planning
from digest.sending import worker
from digest.site import overload_detection
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber


@pytest.fixture(autouse=True)
def lasting_notes(monkeypatch):
    """Let the note of an overload outlast a test on a slow machine."""
    monkeypatch.setattr(overload, "OVERLOAD_SECONDS", 60)


class Clock:
    """A clock that only goes on when told to."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def is_noted():
    return bool(cache.get(overload.OVERLOAD_KEY))


def half_a_second(detector, clock, requests, at_once):
    """Answer requests, always so many at once; return whether the next one says that it was an overload."""
    for _ in range(at_once - 1):
        detector.enter()
    for _ in range(requests - at_once + 1):
        detector.enter()
        detector.leave()
    for _ in range(at_once - 1):
        detector.leave()
    clock.seconds += overload_detection.WINDOW_SECONDS
    noted = detector.enter()
    detector.leave()
    return noted


@pytest.mark.parametrize(
    ("requests", "at_once", "is_overload"),
    [(100, 1, False), (100, 3, False), (100, 4, True), (100, 8, True), (8, 8, False), (8, 5, False)],
)
def test_an_overload_is_many_concurrent_requests_for_half_a_second(requests, at_once, is_overload):
    clock = Clock()
    detector = overload_detection.OverloadDetector(clock)

    assert half_a_second(detector, clock, requests, at_once) is is_overload
    # Each half second counts anew.
    assert not half_a_second(detector, clock, 50, 1)
    assert half_a_second(detector, clock, requests, at_once) is is_overload


def test_the_web_process_notes_an_overload_and_counts_requests_that_fail(rf, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(overload_detection.OverloadDetector, "__init__", partial_init(clock))
    depth = []

    def view(request):
        depth.append(request)
        if is_quiet:
            return HttpResponse()
        if len(depth) % 9:
            # As if another came in meanwhile.
            return answer(request)
        clock.seconds += 0.1
        raise ZeroDivisionError

    answer, is_quiet = overload_detection.overload_middleware(view), False
    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            answer(rf.get("/"))

    assert is_noted()
    assert overload_detection.is_overloaded(depth[-1])
    # All of them have left: one at a time is no overload, and the last one is soon forgotten.
    cache.clear()
    is_quiet = True
    clock.seconds += overload_detection.RECOVERY_SECONDS
    for _ in range(50):
        clock.seconds += 0.1
        answer(rf.get("/"))
    assert not is_noted()
    assert not overload_detection.is_overloaded(depth[-1])


def partial_init(clock):
    """Return OverloadDetector's own __init__ with another clock."""
    original = overload_detection.OverloadDetector.__init__
    return lambda detector: original(detector, clock)


@pytest.mark.parametrize(("worked", "most"), [(0.0, 0.0), (0.2, 0.6), (0.5, 1.5), (60.0, 3.0)])
def test_backing_off_takes_three_times_the_work_at_most(worked, most, caplog):
    caplog.set_level("INFO")
    overload.note_overload()
    naps = []

    assert overload.back_off(worked, sleep=naps.append) == pytest.approx(most)
    assert sum(naps) == pytest.approx(most)
    assert (f"the site is overloaded: backed off for {most} seconds" in caplog.text) is bool(most)


def test_backing_off_ends_with_the_overload():
    overload.note_overload()

    assert overload.back_off(60, sleep=lambda _: cache.clear()) == pytest.approx(overload.NAP_SECONDS)
    assert overload.back_off(60, sleep=pytest.fail) == 0


def test_a_note_of_an_overload_goes_by_itself(monkeypatch):
    monkeypatch.setattr(overload, "OVERLOAD_SECONDS", 1)
    overload.note_overload()

    assert overload.back_off(1000, sleep=lambda _: time.sleep(0.05)) <= overload.MAX_BACK_OFF_SECONDS
    time.sleep(1.1)
    assert overload.back_off(1000, sleep=pytest.fail) == 0


def test_a_worker_that_is_to_stop_does_not_wait():
    overload.note_overload()

    assert overload.back_off(60, lambda: True, sleep=pytest.fail) == 0


@pytest.mark.django_db
def test_sending_and_planning_back_off_after_each_batch(monkeypatch, settings, mailoutbox):
    edition = make_edition(make_paper("The paper"))
    for number in range(3):
        make_delivery(make_subscriber(f"r{number}@example.org"), edition)
    settings.SEND_BATCH = 1
    waited = []
    for room in (worker, planning):
        monkeypatch.setattr(room, "back_off", lambda worked, *_: waited.append(worked))

    worker.drain()

    # Before each batch and the empty one, and not before any work was done.
    assert waited[0] == 0
    assert len(waited) == 4
    assert min(waited[1:]) > 0
    assert len(mailoutbox) == 3

    waited.clear()
    make_subscriber("new@example.org")
    planning.plan(NOON)
    assert len(waited) == 1
    assert waited[0] > 0
