"""`manage.py backup`: verified files with sortable names, a limited number of them, and never half a file."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.version import version
from digest.management.backup import folder, making, programs
from digest.management.backup.errors import BackupError
from tests.sending.test_sending import database_url
from tests.support.backups import back_up
from tests.support.factories import NOON, make_paper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("place")]


def test_a_backup_is_named_by_time_and_version_and_only_for_its_owner(place, time_machine, capsys):
    time_machine.move_to(NOON, tick=False)

    call_command("backup")

    (path,) = place.iterdir()
    suffix = ".dump" if connection.vendor == "postgresql" else ".sqlite3"
    assert path.name == f"daily-papers-20250821T120000Z-{version()}{suffix}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    shown = capsys.readouterr().out
    assert str(path) in shown
    assert "SECRET_KEY" in shown


def test_the_newest_are_kept_and_nothing_else_is_touched(place, settings, time_machine):
    settings.BACKUP_KEEP = 2
    place.mkdir()
    (place / "a-note").write_text("keep me")
    for hours in range(4):
        time_machine.move_to(NOON + timedelta(hours=hours), tick=False)
        back_up()

    names = sorted(path.name for path in place.iterdir())
    assert [name.split("-")[2] for name in names[1:]] == ["20250821T140000Z", "20250821T150000Z"]
    assert names[0] == "a-note"


def test_with_0_all_backups_are_kept(place, settings, time_machine):
    settings.BACKUP_KEEP = 0
    for hours in range(3):
        time_machine.move_to(NOON + timedelta(hours=hours), tick=False)
        back_up()

    assert len(folder.backups(place)) == 3


def test_a_folder_that_cannot_be_written_is_named(settings):
    settings.BACKUP_DIR = Path("/dev/null/backups")

    with pytest.raises(CommandError, match=r"can’t write to /dev/null/backups.*BACKUP_DIR"):
        call_command("backup")


def test_a_failed_backup_leaves_the_old_ones_and_nothing_half_written(place, settings, monkeypatch):
    settings.BACKUP_KEEP = 1
    path = back_up()

    def fail(*_args):
        raise BackupError("The disk is full.")

    monkeypatch.setattr(making.engine(), "verify", fail)

    with pytest.raises(CommandError, match="The disk is full"):
        call_command("backup")

    assert list(place.iterdir()) == [path]


def test_a_full_disk_is_reported(place, monkeypatch, tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    make_paper()

    if connection.vendor == "postgresql":
        with pytest.raises(BackupError, match="disk is full"):
            programs.run(["pg_dump", "--format=custom", "--file", "/dev/full", database_url()], dict(os.environ))
    else:
        monkeypatch.setattr(making.engine(), "_copy", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(CommandError, match="No space left"):
            call_command("backup")
    assert not folder.backups(place)


def test_leftovers_of_a_killed_run_are_removed(place):
    place.mkdir()
    left = place / ".daily-papers-20250101T000000Z-0.2.0.dump.x.partial"
    left.touch()
    os.utime(left, (0, 0))

    back_up()

    assert not left.exists()


class TestPostgres:
    """Cases that only PostgreSQL's programs have."""

    @pytest.fixture(autouse=True)
    def _postgres(self):
        if connection.vendor != "postgresql":
            pytest.skip("needs PostgreSQL")

    def test_missing_client_programs_are_reported(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(CommandError, match=r"pg_dump was not found.*postgresql-client"):
            call_command("backup")

    def test_an_older_client_is_reported(self, monkeypatch):
        monkeypatch.setattr(programs, "major_version", lambda _: 9)

        with pytest.raises(CommandError, match="pg_dump is version 9"):
            call_command("backup")
