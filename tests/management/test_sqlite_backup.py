"""SQLite backups: a copy made while someone writes, and a database restored whatever state it is in."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

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
