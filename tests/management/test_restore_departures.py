"""Readers who left since a backup was made stay gone when it is restored."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from digest.community import personal_data
from digest.management.backup import departures, restoring
from subscriptions.models import Status, Subscriber, Suppression
from subscriptions.suppression_list import suppress_subscriber
from tests.sending.test_after_restore import NIGHT
from tests.support.backups import back_up, restore
from tests.support.factories import make_subscriber

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("place")]
LATER = NIGHT + timedelta(days=1, hours=3)


def leave(reader):
    reader.unsubscribe(LATER)


def be_suppressed(reader):
    suppress_subscriber(reader, LATER)


def be_erased(reader):
    personal_data.erase(reader, LATER)


@pytest.fixture
def path(time_machine):
    """A backup with three readers, made a day and four hours ago."""
    time_machine.move_to(NIGHT, tick=False)
    for name in ("ada", "bob", "cy"):
        reader = make_subscriber(f"{name}@example.org")
        reader.consents.create(wording="yes", requested_at=NIGHT, confirmed_at=NIGHT)
    path = back_up()
    time_machine.move_to(LATER + timedelta(hours=1), tick=False)
    return path


def statuses():
    return {row.email.partition("@")[0]: row.status for row in Subscriber.objects.all()}


@pytest.mark.parametrize(
    ("go", "status"), [(leave, Status.UNSUBSCRIBED), (be_suppressed, Status.SUPPRESSED), (be_erased, None)]
)
@pytest.mark.parametrize("name", ["ada", "cy"])
def test_who_left_since_the_backup_stays_gone(path, go, status, name):
    go(Subscriber.objects.with_address(f"{name}@example.org").get())
    suppressed = Suppression.objects.count()

    restore(path)

    assert statuses().pop(name, None) == status
    assert Subscriber.objects.active().count() == 2
    assert Suppression.objects.count() == suppressed
    reader = Subscriber.objects.with_address(f"{name}@example.org").first()
    assert reader is None or (
        reader.unsubscribed_at == LATER and not reader.consents.filter(withdrawn_at=None).exists()
    )


def test_an_address_suppressed_since_without_a_reader_stays_suppressed(path):
    Suppression.objects.create(address_hash="a" * 64, reason="complained")

    restore(path)

    assert Suppression.objects.get().reason == "complained"


def test_it_says_before_and_after_how_many_left(path, capsys):
    for name, go in (("ada", leave), ("bob", be_suppressed)):
        go(Subscriber.objects.with_address(f"{name}@example.org").get())

    restore(path)

    before, after = capsys.readouterr().out.split("Restoring the database")
    assert "made 1 day and 4 hours ago. Readers who unsubscribed or were suppressed since then: 2." in before
    assert "readers who unsubscribed since the backup, still unsubscribed: 1" in after
    assert "addresses suppressed since the backup, still suppressed: 1" in after


def test_someone_who_came_back_since_is_a_reader(path):
    reader = Subscriber.objects.with_address("ada@example.org").get()
    be_erased(reader)
    make_subscriber("ADA@example.org")

    restore(path)

    assert statuses() == dict.fromkeys(("ada", "bob", "cy"), Status.ACTIVE)


def test_someone_who_changed_their_address_is_not_deleted(path):
    Subscriber.objects.with_address("ada@example.org").update(email="new@example.org", email_key="new@example.org")

    restore(path)

    assert statuses()["ada"] == Status.ACTIVE


@pytest.mark.parametrize(
    ("others", "missing", "is_erased"), [(0, 1, True), (0, 2, False), (17, 2, True), (17, 3, False)]
)
def test_if_many_readers_are_missing_they_are_restored(others, missing, is_erased, capsys, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    readers = [make_subscriber() for _ in range(others + 3)]
    path = back_up()
    time_machine.move_to(LATER, tick=False)
    Subscriber.objects.filter(pk__in=[reader.pk for reader in readers[:missing]]).delete()

    restore(path)

    assert Subscriber.objects.active().count() == len(readers) - (missing if is_erased else 0)
    assert (f"too many to have deleted their data: {missing}" in capsys.readouterr().out) is not is_erased


def fail_to_read(monkeypatch):
    def fail(*_args):
        raise DatabaseError("no such table")

    monkeypatch.setattr(departures.Subscriber.objects, "values_list", fail)
    return {}


def ask_to_bring_back(_monkeypatch):
    return {"bring_back": True}


def lose_everyone(_monkeypatch):
    Subscriber.objects.all().delete()
    return {}


@pytest.mark.parametrize("situation", [fail_to_read, ask_to_bring_back, lose_everyone])
def test_if_nothing_says_who_left_it_says_that_they_are_back(path, situation, monkeypatch, capsys):
    leave(Subscriber.objects.with_address("ada@example.org").get())
    options = situation(monkeypatch)

    restore(path, **options)

    output = capsys.readouterr()
    assert statuses() == dict.fromkeys(("ada", "bob", "cy"), Status.ACTIVE)
    assert "Everyone who left since the backup was made, 1 day and 4 hours ago, will be subscribed again" in output.err
    assert "Everyone who left since the backup was made, 1 day and 4 hours ago, is subscribed again" in output.err
    assert "unsubscribed since the backup" not in output.out


def test_restoring_some_other_way_says_that_they_are_back(capsys):
    call_command("after_restore")

    assert "Readers who left since the backup was made are subscribed again" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "is_by_name"), [(None, True), ("latest.dump", False)])
def test_a_backup_is_as_old_as_its_name_says_or_else_its_file(path, tmp_path, name, is_by_name):
    copy = Path(shutil.copy(path, tmp_path / (name or path.name)))

    assert (restoring.made_at(copy) == NIGHT) == is_by_name


def test_a_database_without_tables_knows_of_no_one(monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE subscriptions_suppression RENAME TO elsewhere")
    try:
        make_subscriber("ada@example.org")
        assert departures.read_departures() is None
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO subscriptions_suppression")
