"""Beat's pulse: recorded by beat itself, read by any process."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from celery.beat import ScheduleEntry
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from config.beat_scheduler import SteadyScheduler
from config.celery import app
from digest.metrics import pulse


@pytest.fixture(params=["", "redis://a-cache-stands-in/0"], ids=["file", "cache"])
def store(request, settings):
    settings.REDIS_URL = request.param
    return "cache" if request.param else "file"


def test_there_is_no_pulse_before_the_first_ring(store):
    assert pulse.last_pulse() is None


def test_the_last_ring_is_read_back(store, time_machine):
    time_machine.move_to(datetime(2026, 3, 1, 6, 0, tzinfo=UTC), tick=False)
    pulse.beat_pulse()
    time_machine.move_to(datetime(2026, 3, 1, 6, 1, tzinfo=UTC), tick=False)
    pulse.beat_pulse()

    assert pulse.last_pulse() == datetime(2026, 3, 1, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "half a num", "1e999", "nan"])
def test_an_invalid_time_is_not_a_pulse(store, settings, value):
    cache.set(pulse.KEY, value)
    (settings.VAR_DIR / "beat-pulse").write_text(value)

    assert pulse.last_pulse() is None


def test_a_folder_that_cannot_be_written_stops_no_ring(settings, tmp_path, caplog):
    settings.REDIS_URL, settings.VAR_DIR = "", tmp_path / "not-there"

    pulse.beat_pulse()

    assert pulse.last_pulse() is None
    assert "could not be recorded: No such file or directory" in caplog.text


class Producer:
    """Accepts a ring, or refuses it."""

    def __init__(self, fault=None):
        self.fault = fault

    def ring(self, tmp_path):
        """Let beat ring once through it."""
        scheduler = SteadyScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
        entry = ScheduleEntry(name="ring", task="digest.tasks.no_such_task", schedule=timedelta(minutes=1), app=app)
        scheduler.send_task = self.take
        scheduler.apply_async(entry, producer=self, advance=False)

    def take(self, *_, **__):
        if self.fault:
            raise self.fault


def test_beat_records_its_pulse_when_it_rings(tmp_path):
    before = timezone.now()

    Producer().ring(tmp_path)

    assert pulse.last_pulse() >= before - timedelta(seconds=1)


def test_a_ring_that_the_broker_refused_is_not_a_pulse(tmp_path):
    with pytest.raises(Exception, match="away"):
        Producer(OSError("away")).ring(tmp_path)

    assert pulse.last_pulse() is None


@pytest.mark.django_db
def test_cron_rings_in_place_of_beat():
    call_command("send_due")

    assert pulse.last_pulse()


LOADED = """
import sys
from celery.utils.imports import symbol_by_name
from config.beat import app
print(symbol_by_name(app.conf.beat_scheduler).__name__)
print(*sorted({"django.contrib.auth", "digest.models", "numpy", "unfold"} & set(sys.modules)))
"""


def test_celery_beat_uses_this_scheduler_and_still_loads_no_models():
    printed = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout

    assert printed == "SteadyScheduler\n\n"
