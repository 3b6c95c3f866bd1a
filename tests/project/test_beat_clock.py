"""Beat rings on when the clock jumps, and when it cannot write down that it rang."""

from datetime import UTC, datetime, timedelta

import pytest

from config.beat import app
from config.beat_scheduler import SteadyScheduler

NOON = datetime(2025, 8, 21, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def rung(monkeypatch, tmp_path):
    """A scheduler of its own, and what it rings for."""
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


def test_it_rings_each_minute(rung, time_machine):
    time_machine.move_to(NOON, tick=False)
    rung()
    assert rung() == set()
    time_machine.move_to(NOON + timedelta(minutes=1), tick=False)
    assert {"plan what is due", "send what is queued"} <= rung()


@pytest.mark.parametrize("hours", [-1, 1, -24])
def test_within_two_minutes_of_a_jump_it_rings_again(rung, time_machine, hours):
    time_machine.move_to(NOON, tick=False)
    rung()
    later = NOON + timedelta(hours=hours)
    time_machine.move_to(later, tick=False)
    first = rung()
    time_machine.move_to(later + timedelta(minutes=1), tick=False)

    assert {"plan what is due", "send what is queued"} <= first | rung()


def test_what_cannot_be_written_down_is_rung_for_all_the_same(rung, time_machine, monkeypatch, caplog):
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
