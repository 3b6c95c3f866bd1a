"""Beat keeps starting tasks when the clock jumps, and when it cannot save that it started them."""

from datetime import UTC, datetime, timedelta

import pytest

from config.beat import app
from config.beat_scheduler import SteadyScheduler

NOON = datetime(2025, 8, 21, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def started_tasks(monkeypatch, tmp_path):
    """A function that ticks a scheduler of its own and returns the names of the entries it starts."""
    scheduler = SteadyScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    names = []
    monkeypatch.setattr(scheduler, "apply_async", lambda entry, **_: names.append(entry.name))

    def tick_until_idle():
        names.clear()
        for _ in range(200):
            if scheduler.tick():
                break
        return set(names)

    scheduler.setup_schedule()
    tick_until_idle.scheduler = scheduler
    yield tick_until_idle
    scheduler.close()


def test_it_starts_tasks_every_minute(started_tasks, time_machine):
    time_machine.move_to(NOON, tick=False)
    started_tasks()
    assert started_tasks() == set()
    time_machine.move_to(NOON + timedelta(minutes=1), tick=False)
    assert {"plan what is due", "send what is queued"} <= started_tasks()


@pytest.mark.parametrize("hours", [-1, 1, -24])
def test_it_starts_tasks_again_within_two_minutes_of_a_clock_jump(started_tasks, time_machine, hours):
    time_machine.move_to(NOON, tick=False)
    started_tasks()
    later = NOON + timedelta(hours=hours)
    time_machine.move_to(later, tick=False)
    first = started_tasks()
    time_machine.move_to(later + timedelta(minutes=1), tick=False)

    assert {"plan what is due", "send what is queued"} <= first | started_tasks()


def test_tasks_are_started_even_if_that_cannot_be_saved(started_tasks, time_machine, monkeypatch, caplog):
    time_machine.move_to(NOON, tick=False)
    started_tasks()

    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(started_tasks.scheduler._store, "sync", full)
    time_machine.move_to(NOON + timedelta(minutes=10), tick=False)

    assert "plan what is due" in started_tasks()
    started_tasks.scheduler.sync()
    assert "No space left on device" in caplog.text
    monkeypatch.undo()
