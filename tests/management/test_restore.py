"""`manage.py restore`: all or nothing, and nobody gets a digest twice."""

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection

from digest.management.backup import restoring
from digest.metrics import queues
from digest.metrics.pulse import beat_pulse
from digest.models import Delivery, Paper
from digest.recommending import planning
from subscriptions.models import Subscriber
from tests.sending.test_after_restore import MORNING, NIGHT, a_minute, draft, make_reader
from tests.sending.test_sending import database_url
from tests.support.backups import back_up, restore
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_subscriber

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("place")]


def test_old_data_is_back_and_newer_data_is_gone():
    make_paper("Before")
    path = back_up()
    make_paper("After")
    Paper.objects.filter(title="Before").update(title="Changed")

    restore(path)

    assert list(Paper.objects.values_list("title", flat=True)) == ["Before"]
    # Primary keys continue where they were.
    assert make_paper("Next").pk > Paper.objects.get(title="Before").pk


def test_tables_added_by_a_later_version_are_dropped():
    path = back_up()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE digest_of_tomorrow (id integer)")

    restore(path)

    assert "digest_of_tomorrow" not in connection.introspection.table_names()
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_nobody_gets_a_digest_twice(mailoutbox, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    draft(DAY)
    for number in range(3):
        make_reader(f"r{number}@example.org")
    path = back_up()
    time_machine.move_to(MORNING, tick=False)
    a_minute(MORNING)
    assert len(mailoutbox) == 3

    restore(path)
    for hours in range(12):
        time_machine.move_to(MORNING + timedelta(hours=hours), tick=False)
        a_minute(MORNING + timedelta(hours=hours))

    assert Counter(mail.to[0] for mail in mailoutbox) == {f"r{number}@example.org": 1 for number in range(3)}


def test_a_backup_made_during_sending_sends_nothing_again(mailoutbox, time_machine):
    time_machine.move_to(NOON, tick=False)
    edition = make_edition(make_paper())
    for number in range(3):
        make_subscriber(f"r{number}@example.org")
    planning.plan(NOON)
    assert Delivery.objects.filter(status="queued", edition=edition).count() == 3
    path = back_up()
    a_minute(NOON)

    restore(path)
    a_minute(NOON + timedelta(minutes=5))

    assert len(mailoutbox) == 3
    assert set(Delivery.objects.values_list("status", flat=True)) == {"uncertain"}


def test_it_restores_only_after_the_word_restore(monkeypatch):
    path = back_up()
    make_paper("After")
    monkeypatch.setattr("builtins.input", lambda _: "yes")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", path)
    assert Paper.objects.count() == 1

    monkeypatch.setattr("builtins.input", lambda _: "restore")
    call_command("restore", path)
    assert Paper.objects.count() == 0


def test_it_refuses_while_beat_runs_and_for_a_minute_after(time_machine):
    path = back_up()
    time_machine.move_to(NIGHT, tick=False)
    beat_pulse()

    time_machine.move_to(NIGHT + timedelta(seconds=40), tick=False)
    with pytest.raises(CommandError, match="beat ran 40 s ago"):
        restore(path)

    time_machine.move_to(NIGHT + timedelta(seconds=80), tick=False)
    restore(path)


def test_it_refuses_while_a_worker_answers(monkeypatch):
    path = back_up()
    make_paper("After")
    monkeypatch.setattr(queues, "workers", lambda: ["celery@here"])

    with pytest.raises(CommandError, match="worker celery@here answers"):
        restore(path)
    assert Paper.objects.count() == 1

    restore(path, force=True)
    assert Paper.objects.count() == 0


def test_it_refuses_while_another_process_has_the_database_open():
    path = back_up()
    make_paper("After")
    program = (
        "import django; django.setup(); from django.db import connection as c; c.ensure_connection(); "
        "c.cursor().execute('SELECT count(*) FROM digest_paper'); print('open', flush=True); input()"
    )
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database_url()}
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=variables,
        cwd=project.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(CommandError, match="database"):
            restore(path)
        other.communicate(b"\n")
    assert Paper.objects.count() == 1

    restore(path)
    assert Paper.objects.count() == 0


@pytest.mark.parametrize("content", [b"", b"not a backup", b"PGDMP and no more", b"SQLite format 3\0and no more"])
def test_a_file_that_is_not_a_backup_changes_nothing(tmp_path, content):
    make_paper("Here")
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=r"isn’t a (PostgreSQL|SQLite) backup|damaged|another database"):
        restore(path)

    assert Paper.objects.count() == 1


def test_a_truncated_backup_changes_nothing(tmp_path):
    for number in range(200):
        make_paper(f"Paper {number} " + os.urandom(400).hex())
    path = back_up()
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    with pytest.raises(CommandError, match=r"damaged|no backup|failed"):
        restore(path)

    assert Paper.objects.count() == 200


def test_a_missing_file_or_a_folder_is_reported(tmp_path):
    with pytest.raises(CommandError, match="doesn’t exist"):
        restore(tmp_path / "nothing")
    with pytest.raises(CommandError, match="doesn’t exist"):
        restore(tmp_path)


def test_a_backup_of_a_newer_version_is_refused():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('digest', '9999_later', '2026-01-01 00:00:00')"
        )
    try:
        path = back_up()
        with pytest.raises(CommandError, match=r"newer version.*digest\.9999_later"):
            restore(path)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


def test_a_step_that_fails_after_restoring_says_what_to_do_before_starting(monkeypatch, capsys):
    path = back_up()

    def fail(*_args):
        raise RuntimeError("out of order")

    monkeypatch.setattr(restoring.after_restore, "settle_restored", fail)

    with pytest.raises(RuntimeError, match="out of order"):
        restore(path)

    assert "manage.py after_restore" in capsys.readouterr().out


def test_deleted_subscribers_are_restored():
    make_subscriber("ada@example.org")
    path = back_up()
    Subscriber.objects.all().delete()

    restore(path)

    assert Subscriber.objects.get().email == "ada@example.org"


class TestPostgres:
    """Cases that only PostgreSQL's programs have."""

    @pytest.fixture(autouse=True)
    def _postgres(self):
        if connection.vendor != "postgresql":
            pytest.skip("needs PostgreSQL")

    def test_the_password_is_not_in_any_argument(self, monkeypatch):
        monkeypatch.setitem(connection.settings_dict, "PASSWORD", "hunter2")
        commands = []
        popen = subprocess.Popen

        def watched(command, **options):
            commands.append((command, options.get("env") or {}))
            return popen(command, **options)

        monkeypatch.setattr(subprocess, "Popen", watched)
        path = back_up()
        restore(path)

        assert [command for command, _ in commands if "hunter2" in " ".join(command)] == []
        assert {os.path.basename(c[0]) for c, env in commands if env.get("PGPASSWORD") == "hunter2"} == {  # noqa: PTH119
            "pg_dump",
            "psql",
        }

    def test_a_locked_table_changes_nothing(self, monkeypatch):
        monkeypatch.setattr("digest.management.backup.postgresql.LOCK_SECONDS", 1)
        path = back_up()
        make_paper("After")
        holder = connection.copy()
        try:
            with holder.cursor() as cursor:
                cursor.execute("BEGIN; LOCK digest_paper IN SHARE MODE")
                with pytest.raises(CommandError, match=r"still using the tables(?s:.)*Nothing was changed"):
                    restore(path, force=True)
                cursor.execute("ROLLBACK")
        finally:
            holder.close()
        assert Paper.objects.count() == 1
