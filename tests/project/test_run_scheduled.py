"""Cron instead of beat: `manage.py run_scheduled` leaves out nothing that beat would run."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command

from config.celery import app
from config.schedule import SCHEDULE
from digest.metrics.pulse import last_pulse

# It asks the database whether it answers.
pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 25, tzinfo=UTC)
TASKS = {entry["task"] for entry in SCHEDULE.values()}


@pytest.fixture
def tasks_run(monkeypatch):
    """The tasks that ran, in order. None of them does anything."""
    app.loader.import_default_modules()
    ran = []
    for name in TASKS:
        monkeypatch.setattr(app.tasks[name], "run", lambda name=name: ran.append(name))
    return ran


def run_at(moment):
    with time_machine.travel(moment, tick=False):
        call_command("run_scheduled")


def test_every_task_on_beats_schedule_runs_as_often_as_with_beat(tasks_run):
    for minute in range(60):
        run_at(DAY + timedelta(minutes=minute, seconds=3))

    ran = Counter(tasks_run)
    weekly = {entry["task"] for entry in SCHEDULE.values() if len(entry["schedule"].day_of_week) == 1}
    assert set(ran) == TASKS - weekly
    assert ran == {
        entry["task"]: len(entry["schedule"].minute) for entry in SCHEDULE.values() if entry["task"] not in weekly
    }


def test_a_weekly_task_on_beats_schedule_runs_once_a_week(tasks_run):
    for hour in range(7 * 24):
        run_at(DAY + timedelta(hours=hour, minutes=52))
    assert Counter(tasks_run)["digest.tasks.learn_weights"] == 1


def test_a_task_that_fails_is_named_and_the_others_still_run(tasks_run, monkeypatch):
    def fail():
        raise RuntimeError("no room left")

    monkeypatch.setattr(app.tasks["digest.tasks.plan_due"], "run", fail)

    with pytest.raises(CommandError, match=r"plan what is due: RuntimeError\('no room left'\)"):
        run_at(DAY)

    assert "digest.tasks.send_queued" in tasks_run


@pytest.mark.django_db
def test_every_task_really_runs_this_way(settings, tmp_path):
    settings.SOURCES = []
    for minute in (0, 17, 32, 37, 47):
        run_at(DAY + timedelta(minutes=minute))


def test_the_documented_crontab_calls_it_every_minute():
    page = (Path(settings.BASE_DIR) / "docs" / "running.md").read_text()
    (line,) = re.findall(r"^\* \* \* \* \* .*$", page, re.MULTILINE)

    assert "manage.py run_scheduled" in line


def test_it_counts_as_a_pulse_of_beat(tasks_run):
    run_at(DAY)

    assert last_pulse() == DAY
