"""Beat keeps starting tasks when the clock jumps, and when it cannot save that it started them."""

from datetime import UTC, datetime, timedelta

import pytest

from config.beat import app
from config.beat_scheduler import SteadyScheduler

NOON = datetime(2025, 8, 21, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def rung(monkeypatch, tmp_path):
    """A function that ticks a scheduler of its own and returns the names of the entries it starts."""
    scheduler = SteadyScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    names = []
    monkeypatch.setattr(scheduler, "apply_async", lambda entry, **_: names.append(entry.name))

    def ring():
        names.clear()
        for _ in range(200):
            if scheduler.tick():
                break
        return set(names)

    scheduler.setup_schedule()
    ring.scheduler = scheduler
    yield ring
    scheduler.close()


def test_it_starts_tasks_every_minute(rung, time_machine):
    time_machine.move_to(NOON, tick=False)
    rung()
    assert rung() == set()
    time_machine.move_to(NOON + timedelta(minutes=1), tick=False)
    assert {"plan what is due", "send what is queued"} <= rung()


@pytest.mark.parametrize("hours", [-1, 1, -24])
def test_it_starts_tasks_again_within_two_minutes_of_a_clock_jump(rung, time_machine, hours):
    time_machine.move_to(NOON, tick=False)
    rung()
    later = NOON + timedelta(hours=hours)
    time_machine.move_to(later, tick=False)
    first = rung()
    time_machine.move_to(later + timedelta(minutes=1), tick=False)

    assert {"plan what is due", "send what is queued"} <= first | rung()


def test_tasks_are_started_even_if_that_cannot_be_saved(rung, time_machine, monkeypatch, caplog):
    time_machine.move_to(NOON, tick=False)
    rung()

    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rung.scheduler._store, "sync", full)
    time_machine.move_to(NOON + timedelta(minutes=10), tick=False)

    assert "plan what is due" in rung()
    rung.scheduler.sync()
    assert "No space left on device" in caplog.text
    monkeypatch.undo()
