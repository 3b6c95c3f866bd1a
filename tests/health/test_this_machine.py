"""Database, queues, beat, disk, clock and time zones."""

import errno
import os
from collections import namedtuple
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from digest.health import database, disk, project_settings, pulse, stores, time_zones
from digest.metrics.planning_runs import PlanningRun
from tests.support.factories import NOON, make_delivery, make_edition, make_subscriber

Usage = namedtuple("Usage", "total used free")


def verdicts(check):
    return [str(result.verdict) for result in check()]


# --- Settings ---


def test_debug_mode_gets_a_warning(settings):
    settings.DEBUG = True

    assert any("DEBUG is on" in result.summary for result in project_settings.settings_are_right())


def test_the_hour_that_digests_go_out_by_default_is_no_warning_at_that_hour(time_machine):
    # Django takes a default within ten seconds of now for one that somebody forgot to make a function.
    time_machine.move_to(datetime(2026, 11, 28, 7, 0, 3, tzinfo=UTC))

    assert not any("fields" in result.summary for result in project_settings.settings_are_right())


def test_what_check_deploy_finds_is_reported_with_its_hint(settings):
    settings.DEBUG, settings.SITE_URL, settings.PROXY_COUNT = False, "https://papers.example.org", 0

    results = {result.summary.partition(":")[0]: result for result in project_settings.settings_are_right()}

    assert "X-Forwarded-For" in results["digest.W002"].action


# --- Database ---


@pytest.mark.django_db
def test_a_database_that_is_migrated():
    assert verdicts(database.migrations_are_applied) == ["ok"]
    assert verdicts(database.clocks_agree) in (["ok"], ["skipped"])


@pytest.mark.django_db
def test_a_database_that_is_not_migrated():
    MigrationRecorder(connection).record_unapplied("digest", newest("digest"))

    [result] = database.migrations_are_applied()

    assert result.verdict == "bad"
    assert f"1 not applied, starting with digest {newest('digest')}" in result.summary
    assert result.action == "Run manage.py migrate."


@pytest.mark.django_db
def test_a_database_from_a_newer_version():
    MigrationRecorder(connection).record_applied("digest", "9999_of_the_future")

    assert verdicts(database.migrations_are_applied) == ["warn"]


def newest(app):
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    [(_, name)] = MigrationLoader(None).graph.leaf_nodes(app)
    return name


@pytest.mark.parametrize(("seconds", "verdict"), [(0, "ok"), (1, "ok"), (5, "warn"), (-5, "warn"), (3600, "bad")])
def test_two_clocks(monkeypatch, at_noon, seconds, verdict):
    class Cursor:
        def execute(self, _):
            pass

        def fetchone(self):
            return [NOON + timedelta(seconds=seconds)]

    class PostgreSQL:
        vendor = "postgresql"

        def cursor(self):
            return nullcontext(Cursor())

    monkeypatch.setattr(database, "connection", PostgreSQL())

    assert verdicts(database.clocks_agree) == [verdict]


# --- Redis and queues ---


def test_without_redis_the_check_is_skipped(settings):
    settings.REDIS_URL = ""

    assert verdicts(stores.redis_answers) == ["skipped"]


def test_a_redis_that_is_down(settings):
    settings.REDIS_URL = "redis://:s3cret@localhost:1/0"

    [result] = stores.redis_answers()

    assert (result.verdict, "s3cret" in result.summary) == ("bad", False)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({"redis_version": "7", "used_memory": 10**6}, "ok"),
        ({"used_memory": 95, "maxmemory": 100}, "warn"),
        ({"used_memory": 5, "maxmemory": 100}, "ok"),
        ({"rdb_last_bgsave_status": "err"}, "bad"),
    ],
)
def test_what_redis_reports_about_itself(settings, monkeypatch, facts, verdict):
    settings.REDIS_URL = "redis://localhost:1/0"
    monkeypatch.setattr(redis.Redis, "info", lambda _: facts)

    assert verdicts(stores.redis_answers) == [verdict]


def test_a_redis_that_refuses_the_password(settings, monkeypatch):
    def refuse(_):
        raise redis.AuthenticationError

    settings.REDIS_URL = "redis://:s3cret@localhost:1/0"
    monkeypatch.setattr(redis.Redis, "info", refuse)

    [result] = stores.redis_answers()

    assert (result.verdict, "password" in result.summary) == ("bad", True)


@pytest.mark.parametrize(
    ("waiting", "verdict"),
    [
        (None, "bad"),
        ({"celery": 0, "planning": 0, "sending": 2, "gathering": 1, "writing": 0}, "ok"),
        ({"celery": 0, "planning": 0, "sending": 30, "gathering": 0, "writing": 0}, "warn"),
        ({"celery": 0, "planning": 90, "sending": 0, "gathering": 0, "writing": 0}, "bad"),
        ({"celery": 0, "planning": 0, "sending": 0, "gathering": 12, "writing": 0}, "bad"),
        ({"celery": 20, "planning": 0, "sending": 0, "gathering": 0, "writing": 0}, "ok"),
    ],
)
def test_queues(monkeypatch, waiting, verdict):
    monkeypatch.setattr(stores.queues, "waiting", lambda: waiting)

    assert verdicts(stores.queues_are_short) == [verdict]


def test_how_often_beat_rings():
    assert stores.rings_a_minute()["planning"] == 1
    assert stores.rings_a_minute()["gathering"] == pytest.approx(0.1)


# --- Beat and planner ---

AGES = pytest.mark.parametrize(
    ("minutes", "verdict"), [(None, "warn"), (0, "ok"), (4, "ok"), (10, "warn"), (90, "bad"), (-10, "warn")]
)


@AGES
def test_beat(at_noon, monkeypatch, minutes, verdict):
    at = None if minutes is None else NOON - timedelta(minutes=minutes)
    monkeypatch.setattr("digest.metrics.pulse.last_pulse", lambda: at)

    assert verdicts(pulse.beat_rings) == [verdict]


@AGES
def test_planner(at_noon, monkeypatch, minutes, verdict):
    run = None if minutes is None else PlanningRun(NOON - timedelta(minutes=minutes), timedelta(seconds=1), 0)
    monkeypatch.setattr("digest.metrics.planning_runs.last_run", lambda: run)

    assert verdicts(pulse.digests_are_planned) == [verdict]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"status": "sent"}, "ok"),
        ({"status": "queued", "not_before": NOON - timedelta(minutes=5)}, "ok"),
        ({"status": "queued", "not_before": NOON - timedelta(hours=3)}, "warn"),
        ({"status": "claimed", "lease_until": NOON - timedelta(hours=3)}, "bad"),
    ],
)
def test_digests_that_wait(at_noon, fields, verdict):
    delivery = make_delivery(make_subscriber("ada@example.org"), make_edition())
    type(delivery).objects.update(**fields)

    assert verdicts(pulse.digests_go_out) == [verdict]


# --- Time zones ---


@pytest.mark.django_db
def test_time_zones(monkeypatch):
    reader = make_subscriber("ada@example.org")
    assert verdicts(time_zones.time_zones_are_known) == ["ok"]
    type(reader).objects.update(time_zone="Atlantis/Capital")

    [result] = time_zones.time_zones_are_known()
    assert (result.verdict, "Atlantis/Capital" in result.summary) == ("bad", True)

    monkeypatch.setattr(time_zones.zoneinfo, "available_timezones", set)
    [result] = time_zones.time_zones_are_known()
    assert (result.verdict, "tzdata" in result.action) == ("bad", True)


# --- Disk ---


@pytest.mark.parametrize(("free", "verdict"), [(50 * 10**9, "ok"), (500 * 10**6, "warn"), (10**6, "bad")])
def test_free_space(monkeypatch, free, verdict):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: Usage(free, 0, free))

    assert verdicts(disk.disk_has_room) == [verdict]


def test_no_room_for_more_files(monkeypatch):
    monkeypatch.setattr(disk, "free_files", lambda _: 3)

    assert verdicts(disk.disk_has_room) == ["bad"]


def test_a_disk_that_is_full(monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk.os, "fsync", full)

    [result] = disk.disk_has_room()

    assert (result.verdict, "No space left on device" in result.summary) == ("bad", True)


def test_a_folder_that_is_gone(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "gone"

    assert verdicts(disk.disk_has_room) == ["bad"]


def test_the_check_leaves_nothing_behind(settings, tmp_path):
    list(disk.disk_has_room())

    assert list(tmp_path.iterdir()) == []


# --- Backup ---


@pytest.mark.parametrize(
    ("debug", "files", "verdict"),
    [
        (False, None, "bad"),
        (True, None, "warn"),
        (False, {}, "bad"),
        (False, {"papers.dump": (5, 100)}, "ok"),
        (False, {"old.dump": (500, 100), "new.dump": (5, 100)}, "ok"),
        (False, {"papers.dump": (30, 100)}, "warn"),
        (False, {"papers.dump": (100, 100)}, "bad"),
        (False, {"papers.dump": (5, 0)}, "bad"),
        (False, {"papers.dump": (100, 100), "new.dump.tmp": (1, 100), ".new": (1, 100)}, "bad"),
    ],
)
def test_the_newest_backup(settings, tmp_path, at_noon, *, debug, files, verdict):
    settings.DEBUG, settings.BACKUP_DIR = debug, tmp_path / "backups"
    if files is not None:
        settings.BACKUP_DIR.mkdir()
    for name, (hours, size) in (files or {}).items():
        (settings.BACKUP_DIR / name).write_bytes(b"x" * size)
        at = (NOON - timedelta(hours=hours)).timestamp()
        os.utime(settings.BACKUP_DIR / name, (at, at))

    assert verdicts(disk.backup_is_young) == [verdict]
