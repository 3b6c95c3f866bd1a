"""SQLite backups: a copy made while someone writes, and a database restored whatever state it is in."""

import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from digest.management.backup import restoring
from digest.management.backup.errors import BackupError
from digest.models import Paper
from tests.support.backups import back_up, restore
from tests.support.factories import make_paper

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("place"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="needs SQLite"),
]


def test_a_broken_database_can_be_replaced():
    make_paper("Here")
    path = back_up()
    connection.close()
    file = Path(connection.settings_dict["NAME"])
    file.write_bytes(b"broken" * 1000)

    restore(path)

    assert Paper.objects.count() == 1


def test_a_copy_is_consistent_while_someone_writes():
    make_paper("Here")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE digest_paper SET title = 'Half'")
        path = back_up()
        other.execute("ROLLBACK")
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT title FROM digest_paper").fetchall() == [("Here",)]


def test_anyone_who_could_use_the_file_still_can():
    path = back_up()
    file = Path(connection.settings_dict["NAME"])
    file.chmod(0o640)

    restore(path)

    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_file_without_a_byte_is_called_empty(tmp_path):
    cut = tmp_path / "copy.sqlite3"
    cut.touch()

    with pytest.raises(BackupError, match="it’s empty"):
        restoring.check(cut, print)


@pytest.mark.parametrize("name", ["daily-papers-20261399T996199Z-0.2.0.sqlite3", "copy.sqlite3"])
def test_the_age_of_a_file_whose_name_has_no_real_date_is_that_of_the_file(tmp_path, name):
    path = tmp_path / name
    path.touch()
    os.utime(path, (0, 0))

    assert restoring.made_at(path) == datetime.fromtimestamp(0, UTC)


def test_a_backup_of_the_future_is_not_older_than_nothing(tmp_path):
    path = tmp_path / "daily-papers-20261126T031500Z-0.2.0.sqlite3"
    assert restoring.backup_age(path, datetime(2026, 11, 20, tzinfo=UTC)) == "0 days and 0 hours"
