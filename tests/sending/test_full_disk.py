"""When the send log cannot be written, no mail goes out without an entry, and what is known is not lost."""

import errno
import os

import pytest
from django.utils import timezone

from digest.models import Delivery
from digest.sending import recovery, send_log, worker
from digest.sending.outcome import Outcome, Verdict
from digest.sending.send_log import SendLog
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.fake_smtp import fake_smtp

Status = Delivery.Status
SENT = Outcome(Verdict.SENT)


class Disk:
    """Stands in for os.write: has `left` bytes free and writes what fits, as a real disk does."""

    def __init__(self, monkeypatch):
        self.left, self._write = 10**9, os.write
        monkeypatch.setattr(send_log.os, "write", self.write)

    def write(self, file, content):
        if not self.left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._write(file, content[: self.left])
        self.left -= written
        return written


@pytest.fixture
def disk(monkeypatch):
    return Disk(monkeypatch)


def test_a_half_written_line_is_removed_and_counts_as_not_written(disk):
    own_log = SendLog("w")
    own_log.begin(1)
    disk.left = 3

    with pytest.raises(OSError, match="No space left"):
        own_log.begin(22)

    disk.left = 100
    own_log.begin(3)
    entries = send_log.read_log(own_log.path)
    assert entries.begun == {1, 3}
    own_log.close()


def test_an_answer_that_cannot_be_recorded_stops_nothing_and_is_logged_once(disk, caplog):
    own_log = SendLog("w")
    own_log.begin(1)
    own_log.begin(2)
    disk.left = 0

    own_log.end(1, SENT)
    own_log.end(2, SENT)

    assert caplog.text.count("cannot be written") == 1
    # If the worker were killed now, both would be uncertain.
    assert send_log.read_log(own_log.path).on_the_wire == {1, 2}
    own_log.close()


def test_a_send_log_that_cannot_be_started_leaves_no_file(disk, tmp_path):
    disk.left = 5

    with pytest.raises(OSError, match="No space left"):
        SendLog("w")

    assert list(send_log.log_folder().iterdir()) == []


@pytest.fixture
def three(settings, db):
    """Three queued digests and a mail server."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    edition = make_edition(make_paper())
    for number in range(3):
        make_delivery(make_subscriber(f"r{number}@example.org"), edition)
    with fake_smtp() as smtp:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = smtp.port, 5
        yield smtp


def drained_again(at):
    Delivery.objects.filter(status=Status.QUEUED).update(not_before=NOON)
    recovery.recover_interrupted(at)
    worker.drain()


def test_no_mail_goes_out_without_a_send_log_entry_and_all_go_once_there_is_room(three, disk, monkeypatch, caplog):
    begin = SendLog.begin

    def fill_up(self, delivery):
        disk.left = 0 if len(three.mails) == 1 else disk.left
        begin(self, delivery)

    monkeypatch.setattr(SendLog, "begin", fill_up)
    worker.drain()

    assert len(three.mails) == 1
    assert sorted(Delivery.objects.values_list("status", flat=True)) == [Status.QUEUED] * 2 + [Status.SENT]
    assert "not sending: the send log" in caplog.text
    assert "example.org" not in caplog.text

    monkeypatch.setattr(SendLog, "begin", begin)
    disk.left = 10**9
    drained_again(timezone.now())
    assert sorted(recipient for recipient, _ in three.mails) == [f"r{number}@example.org" for number in range(3)]
    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.SENT}


def test_without_room_for_a_send_log_nothing_is_claimed(three, disk):
    disk.left = 0

    with pytest.raises(OSError, match="No space left"):
        worker.drain()

    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.QUEUED}
    assert not three.mails
