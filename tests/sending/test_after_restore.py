"""After a backup is restored, what went out since is not sent again, and what is still due is sent."""

import shutil
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from datetime import date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from digest.editions import publishing
from digest.models import Delivery, Edition
from digest.recommending import planning
from digest.sending import worker
from subscriptions import outgoing
from subscriptions.models import Breadth, OutgoingMail, Roster, Status, Subscriber
from tests.sending.test_sending import database_url
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)

NIGHT = NOON - timedelta(hours=9)
MORNING = NOON - timedelta(hours=5)
TOMORROW = NOON + timedelta(days=1)


class Backup:
    """A backup of the tests' database, made and restored as docs/running.md says."""

    def __init__(self, folder):
        self.file = str(folder / "papers.dump")
        if connection.vendor == "postgresql" and not shutil.which("pg_dump"):
            pytest.skip("needs pg_dump")

    def make(self):
        connection.close()
        if connection.vendor == "postgresql":
            run("pg_dump", "--format=custom", "--file", self.file, database_url())
        else:
            self._copy(connection.settings_dict["NAME"], self.file)

    def put_back(self):
        connection.close()
        if connection.vendor == "postgresql":
            # The tests' database cannot be dropped, so its tables are.
            run("pg_restore", "--no-owner", "--exit-on-error", "--clean", "--dbname", database_url(), self.file)
        else:
            self._copy(self.file, connection.settings_dict["NAME"])

    @staticmethod
    def _copy(source, target):
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
            one.backup(other)


def run(*command):
    subprocess.run(command, check=True, capture_output=True, text=True)


@pytest.fixture
def backup(tmp_path):
    return Backup(tmp_path)


def a_minute(at):
    """Do what beat does each minute."""
    publishing.publish_overdue(at)
    planning.plan(at)
    worker.drain()
    outgoing.send_waiting(at)


def draft(day, *papers, **fields):
    return make_edition(*(papers or [make_paper(f"The paper of {day}")]), day=day, published=False, **fields)


def seven(day):
    return datetime.combine(day, time(7), NOON.tzinfo)


def make_reader(email, **fields):
    return make_subscriber(
        email, **{"next_digest_at": seven(DAY), "seen_until": NOON - timedelta(days=1), "confirmed_at": NIGHT, **fields}
    )


def test_no_one_gets_an_edition_twice_and_tomorrows_still_comes(backup, mailoutbox, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    draft(DAY)
    for number in range(3):
        make_reader(f"r{number}@example.org")
    later = make_reader("later@example.org", next_digest_at=NOON + timedelta(hours=3), local_time=time(15))
    backup.make()
    time_machine.move_to(MORNING, tick=False)
    a_minute(MORNING)
    assert len(mailoutbox) == 3

    backup.put_back()
    time_machine.move_to(NOON, tick=False)
    call_command("after_restore")
    a_minute(NOON)
    assert len(mailoutbox) == 3

    # The reader whose hour was still to come had got nothing.
    time_machine.move_to(later.next_digest_at, tick=False)
    a_minute(later.next_digest_at)
    draft(DAY + timedelta(days=1))
    time_machine.move_to(TOMORROW + timedelta(hours=4), tick=False)
    a_minute(TOMORROW + timedelta(hours=4))

    counts = Counter((mail.to[0], mail.subject) for mail in mailoutbox)
    assert set(counts.values()) == {1}
    today, tomorrow = f"The paper of {DAY}", f"The paper of {DAY + timedelta(days=1)}"
    readers = [*[f"r{number}@example.org" for number in range(3)], "later@example.org"]
    assert set(counts) == {(reader, title) for reader in readers for title in (today, tomorrow)}


def test_without_after_restore_they_would_have_got_it_twice(backup, mailoutbox, time_machine):
    """The failure that the test above must be able to detect."""
    time_machine.move_to(NIGHT, tick=False)
    draft(DAY)
    make_reader("r0@example.org")
    backup.make()
    time_machine.move_to(MORNING, tick=False)
    a_minute(MORNING)

    backup.put_back()
    time_machine.move_to(MORNING + timedelta(hours=1), tick=False)
    a_minute(MORNING + timedelta(hours=1))

    assert len(mailoutbox) == 2


@pytest.mark.parametrize("status", ["queued", "held", "claimed", "sending"])
def test_a_digest_that_was_under_way_is_uncertain_and_not_sent(status, mailoutbox, at_noon):
    delivery = make_delivery(make_subscriber(), make_edition(make_paper()), status=status)

    call_command("after_restore")
    a_minute(NOON)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.error) == (Delivery.Status.UNCERTAIN, "restored from a backup")
    assert not mailoutbox


def test_an_edition_that_was_published_early_is_named_by_hand(mailoutbox, at_noon):
    edition = draft(DAY, publish_at=NOON + timedelta(hours=1))
    make_reader("r0@example.org")

    call_command("after_restore", "--out", str(DAY))
    a_minute(NOON + timedelta(hours=2))

    edition.refresh_from_db()
    assert edition.is_published
    assert not mailoutbox


def test_an_edition_awaiting_a_second_look_is_left_to_a_person(settings, at_noon, capsys):
    settings.SECOND_LOOK = True
    edition = draft(DAY)
    edition.note_change("ada")

    call_command("after_restore")

    edition.refresh_from_db()
    assert not edition.is_published
    assert "overdue drafts, not published: they are empty or need approval: 1" in capsys.readouterr().out


def test_readers_who_want_everything_new_count_as_having_seen_what_came_in(at_noon):
    reader = make_reader("r0@example.org", breadth=Breadth.EVERYTHING, more_seen_until=NIGHT)

    call_command("after_restore")

    reader.refresh_from_db()
    assert reader.more_seen_until == NOON


def test_waiting_mails_are_dropped_and_lists_wait_for_a_person(mailoutbox, at_noon):
    reader = make_subscriber(status=Status.PENDING, next_digest_at=None, confirmed_at=None)
    outgoing.queue_mail("sign_up", reader.pk, lambda: None)
    roster = Roster.objects.create(name="a.csv", content=b"", encoding="utf-8", status=Roster.Status.IMPORTING)

    call_command("after_restore")
    a_minute(NOON)

    roster.refresh_from_db()
    assert roster.status == Roster.Status.CHECKED
    assert not mailoutbox


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(at_noon, capsys):
    edition = draft(DAY)
    reader = make_reader("r0@example.org")

    call_command("after_restore", "--dry-run")

    output = capsys.readouterr().out
    assert "published without sending email: 1" in output
    assert "nothing was changed" in output
    edition.refresh_from_db()
    assert not edition.is_published
    assert Subscriber.objects.get().next_digest_at == reader.next_digest_at


def test_a_second_run_changes_nothing(at_noon, capsys):
    draft(DAY)
    make_reader("r0@example.org")
    make_delivery(make_reader("r1@example.org"), make_edition(make_paper(), day=date(2025, 8, 19)))
    call_command("after_restore")
    before = list(Subscriber.objects.values()), list(Edition.objects.values()), list(Delivery.objects.values())
    capsys.readouterr()

    call_command("after_restore")

    assert {line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()} == {"0"}
    assert before == (
        list(Subscriber.objects.values()),
        list(Edition.objects.values()),
        list(Delivery.objects.values()),
    )
    assert not OutgoingMail.objects.exists()
