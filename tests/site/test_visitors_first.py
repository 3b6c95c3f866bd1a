"""While visitors wait for each other, emails give way to them, but never stop."""

import time

import pytest
from django.core.cache import cache
from django.http import HttpResponse

from config import visitors
from digest.recommending import planning
from digest.sending import worker
from digest.site import crowding
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber


@pytest.fixture(autouse=True)
def lasting_notes(monkeypatch):
    """Let the note of a crowd outlast a test on a slow machine."""
    monkeypatch.setattr(visitors, "CROWD_SECONDS", 60)


class Clock:
    """A clock that only goes on when told to."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def is_crowded():
    return bool(cache.get(visitors.CROWD_KEY))


def half_a_second(crowd, clock, requests, at_once):
    """Answer requests, always so many at once; return whether the one after that says that it was a crowd."""
    for _ in range(at_once - 1):
        crowd.enter()
    for _ in range(requests - at_once + 1):
        crowd.enter()
        crowd.leave()
    for _ in range(at_once - 1):
        crowd.leave()
    clock.seconds += crowding.WINDOW_SECONDS
    noted = crowd.enter()
    crowd.leave()
    return noted


@pytest.mark.parametrize(
    ("requests", "at_once", "is_crowd"),
    [(100, 1, False), (100, 3, False), (100, 4, True), (100, 8, True), (8, 8, False), (8, 5, False)],
)
def test_a_crowd_is_many_requests_at_once_for_half_a_second(requests, at_once, is_crowd):
    clock = Clock()
    crowd = crowding.Crowd(clock)

    assert half_a_second(crowd, clock, requests, at_once) is is_crowd
    # Each half second counts anew.
    assert not half_a_second(crowd, clock, 50, 1)
    assert half_a_second(crowd, clock, requests, at_once) is is_crowd


def test_the_web_process_notes_a_crowd_and_counts_requests_that_fail(rf, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(crowding.Crowd, "__init__", partial_init(clock))
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

    answer, is_quiet = crowding.crowding_middleware(view), False
    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            answer(rf.get("/"))

    assert is_crowded()
    assert crowding.is_in_crowd(depth[-1])
    # All of them have left: one at a time is no crowd, and the last one is soon forgotten.
    cache.clear()
    is_quiet = True
    clock.seconds += crowding.CROWD_LASTS_SECONDS
    for _ in range(50):
        clock.seconds += 0.1
        answer(rf.get("/"))
    assert not is_crowded()
    assert not crowding.is_in_crowd(depth[-1])


def partial_init(clock):
    """Return Crowd's own __init__ with another clock."""
    original = crowding.Crowd.__init__
    return lambda crowd: original(crowd, clock)


@pytest.mark.parametrize(("worked", "most"), [(0.0, 0.0), (0.2, 0.6), (0.5, 1.5), (60.0, 3.0)])
def test_giving_way_takes_three_times_the_work_at_most(worked, most, caplog):
    caplog.set_level("INFO")
    visitors.note_crowd()
    naps = []

    assert visitors.give_way(worked, sleep=naps.append) == pytest.approx(most)
    assert sum(naps) == pytest.approx(most)
    assert (f"gave way to the site's visitors for {most} seconds" in caplog.text) is bool(most)


def test_giving_way_ends_with_the_crowd():
    visitors.note_crowd()

    assert visitors.give_way(60, sleep=lambda _: cache.clear()) == pytest.approx(visitors.NAP_SECONDS)
    assert visitors.give_way(60, sleep=pytest.fail) == 0


def test_a_note_of_a_crowd_goes_by_itself(monkeypatch):
    monkeypatch.setattr(visitors, "CROWD_SECONDS", 1)
    visitors.note_crowd()

    assert visitors.give_way(1000, sleep=lambda _: time.sleep(0.05)) <= visitors.MAX_GIVE_WAY_SECONDS
    time.sleep(1.1)
    assert visitors.give_way(1000, sleep=pytest.fail) == 0


def test_a_worker_that_is_to_stop_does_not_wait():
    visitors.note_crowd()

    assert visitors.give_way(60, lambda: True, sleep=pytest.fail) == 0


@pytest.mark.django_db
def test_sending_and_planning_give_way_after_each_batch(monkeypatch, settings, mailoutbox):
    edition = make_edition(make_paper("The paper"))
    for number in range(3):
        make_delivery(make_subscriber(f"r{number}@example.org"), edition)
    settings.SEND_BATCH = 1
    waited = []
    for room in (worker, planning):
        monkeypatch.setattr(room, "give_way", lambda worked, *_: waited.append(worked))

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
