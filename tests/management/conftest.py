"""Put the backups of each test in its own folder."""

import shutil

import pytest
from django.db import connection

from digest.metrics import queues


@pytest.fixture
def place(settings, tmp_path, monkeypatch):
    """The backup folder, with no time lost waiting for workers to answer."""
    settings.BACKUP_DIR = tmp_path / "backups"
    monkeypatch.setattr(queues, "workers", list)
    if connection.vendor == "postgresql" and not shutil.which("pg_dump"):
        pytest.skip("needs pg_dump")
    return settings.BACKUP_DIR
