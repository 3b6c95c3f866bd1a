"""The stores of a test process."""

import os
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.own_stores import own_redis, process_number


def test_database_and_broker_are_in_a_folder_made_for_this_process():
    folder = Path(os.environ["VAR_DIR"])

    assert folder.parent == Path(tempfile.gettempdir())
    assert settings.BASE_DIR not in folder.parents
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        assert folder in Path(settings.DATABASES["default"]["TEST"]["NAME"]).parents
    if not settings.REDIS_URL:
        assert folder in Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]).parents


@pytest.mark.parametrize(("worker", "number"), [("", 0), ("gw0", 1), ("gw11", 12)])
def test_processes_of_one_run_are_numbered(monkeypatch, worker, number):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)

    assert process_number() == number


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379/2"),
        ("redis://127.0.0.1:6379/", "redis://127.0.0.1:6379/2"),
        ("rediss://:secret@redis.example.org:6379/3", "rediss://:secret@redis.example.org:6379/5"),
    ],
)
def test_each_process_uses_a_redis_database_of_its_own(address, own):
    assert own_redis(address, 2) == own
