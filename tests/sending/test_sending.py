"""From the queue to the server: nothing is lost and nothing is sent twice."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.core.mail import EmailMultiAlternatives
from django.db import OperationalError, connection
from django.utils import timezone

from digest.composing.errors import ComposeError
from digest.composing.fast_renderer import FragmentRenderer
from digest.models import Delivery, Paper
from digest.recommending import planning
from digest.sending import ledger, throttle, worker
from digest.sending.outcome import Verdict
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.fake_provider import fake_provider
from tests.support.fake_smtp import fake_smtp

Status = Delivery.Status


def queue(number, **fields):
    """Make this many readers, each with a queued delivery."""
    edition = make_edition(make_paper("The paper"))
    return [make_delivery(make_subscriber(f"r{index}@example.org"), edition, **fields) for index in range(number)]


def statuses():
    return list(Delivery.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.django_db
def test_draining_sends_each_delivery_once(mailoutbox):
    queue(3)

    worker.drain()
    worker.drain()

    assert sorted(mail.to[0] for mail in mailoutbox) == ["r0@example.org", "r1@example.org", "r2@example.org"]
    assert statuses() == [Status.SENT] * 3


@pytest.mark.django_db
def test_readers_who_left_after_planning_get_no_mail(mailoutbox):
    unsubscribed, _ = queue(2)
    unsubscribed.subscriber.unsubscribe(NOON)

    worker.drain()

    assert [mail.to for mail in mailoutbox] == [["r1@example.org"]]
    assert statuses() == [Status.CANCELLED, Status.SENT]


@pytest.mark.django_db
def test_readers_whose_data_was_deleted_after_planning_get_no_mail(mailoutbox):
    deleted, _ = queue(2)
    deleted.subscriber.delete()

    worker.drain()

    assert len(mailoutbox) == 1
    assert statuses() == [Status.CANCELLED, Status.SENT]


@pytest.mark.django_db
def test_a_mail_that_cannot_be_composed_records_why_and_the_others_go_out(mailoutbox, monkeypatch):
    queue(3)
    bad, ugly, good = Delivery.objects.order_by("pk")
    mail = FragmentRenderer.mail

    def fails_for_some(renderer, letter):
        if letter.pk == bad.pk:
            raise ComposeError("the mail is over 102 KB")
        if letter.pk == ugly.pk:
            raise ZeroDivisionError("a bug in a template")
        return mail(renderer, letter)

    monkeypatch.setattr(FragmentRenderer, "mail", fails_for_some)

    worker.drain()

    assert [mail.to for mail in mailoutbox] == [[good.subscriber.email]]
    assert statuses() == [Status.FAILED, Status.QUEUED, Status.SENT]
    bad.refresh_from_db()
    ugly.refresh_from_db()
    assert "102 KB" in bad.error
    assert "a bug in a template" in ugly.error


@pytest.mark.django_db
def test_when_one_address_of_many_is_refused_the_others_are_still_sent(settings):
    queue(3)
    with fake_smtp() as smtp:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
        smtp.refuse["r1@example.org"] = "550 no such reader"
        worker.drain()

    assert [recipient for recipient, _ in smtp.mails] == ["r0@example.org", "r2@example.org"]
    assert statuses() == [Status.SENT, Status.FAILED, Status.SENT]
    assert "no such reader" in Delivery.objects.get(status=Status.FAILED).error


@pytest.mark.django_db
def test_a_provider_that_says_slow_down_is_tried_again_later(settings, monkeypatch):
    monkeypatch.setattr(throttle, "FIRST_PAUSE", 0)
    queue(1)
    with fake_provider() as provider:
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": provider.url}
        provider.answers.append((429, "{}"))
        worker.drain()
        delivery = Delivery.objects.get()
        assert delivery.status == Status.QUEUED
        assert delivery.not_before > timezone.now()
        Delivery.objects.update(not_before=timezone.now() - timedelta(seconds=1))
        worker.drain()

    assert Delivery.objects.get().status == Status.SENT
    assert len(provider.requests) == 2


@pytest.mark.django_db
def test_each_mail_carries_its_deliverys_id_on_every_attempt(settings):
    (delivery,) = queue(1)
    with fake_smtp() as smtp:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
        smtp.data_answers += ["451 later"]
        worker.drain()
        Delivery.objects.update(not_before=timezone.now() - timedelta(seconds=1))
        worker.drain()

    assert delivery.message_id.encode() in smtp.mails[0][1]


@pytest.mark.django_db
def test_logs_contain_ids_and_never_addresses(settings, caplog):
    queue(2)
    with fake_smtp() as smtp:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
        smtp.refuse["r1@example.org"] = "550 no such reader r1@example.org"
        worker.drain()

    assert "delivery" in caplog.text
    assert "example.org" not in caplog.text


@pytest.mark.django_db
def test_mails_sent_before_the_database_failed_are_recorded_later_and_not_sent_again(mailoutbox, monkeypatch):
    queue(3)
    record = ledger.record_outcomes

    def fails(*args):
        raise OperationalError("the database went away")

    monkeypatch.setattr(ledger, "record_outcomes", fails)
    with pytest.raises(OperationalError):
        worker.drain()
    monkeypatch.setattr(ledger, "record_outcomes", record)
    worker.drain()

    assert len(mailoutbox) == 3
    assert statuses() == [Status.SENT] * 3


def database_url():
    """The URL of these tests' database, for another process."""
    options = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{options['NAME']}"
    user = f"{options['USER']}:{options['PASSWORD']}" if options["PASSWORD"] else options["USER"]
    return f"postgres://{user}@{options['HOST']}:{options['PORT']}/{options['NAME']}"


def start_sender(port, tmp_path):
    variables = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "VAR_DIR": str(tmp_path),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "SEND_LEASE_SECONDS": "5",
    }
    command = [sys.executable, str(project.BASE_DIR / "manage.py"), "send_due"]
    return subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.fixture
def killed_on_the_third_mail(transactional_db, tmp_path):
    """Six queued mails, a server that accepted three, and a sender killed before it got the third answer."""
    queue(6)
    with fake_smtp() as smtp:
        smtp.data_answers += ["250 taken", "250 taken", "hold"]
        with start_sender(smtp.port, tmp_path) as sender:
            assert smtp.holding.wait(20), "the sender never came"
            sender.send_signal(signal.SIGKILL)
        smtp.released.set()
        yield smtp


def test_a_sender_killed_mid_flight_loses_nothing_and_sends_nothing_twice(killed_on_the_third_mail, tmp_path):
    with start_sender(killed_on_the_third_mail.port, tmp_path) as sender:
        assert sender.wait(20) == 0

    everybody = [f"r{index}@example.org" for index in range(6)]
    assert sorted(recipient for recipient, _ in killed_on_the_third_mail.mails) == everybody
    assert sorted(statuses()) == [Status.SENT] * 5 + [Status.UNCERTAIN]
    assert "on the wire" in Delivery.objects.get(status=Status.UNCERTAIN).error


def test_a_sender_lost_with_its_machine_leaves_its_batch_uncertain_and_nothing_is_sent_twice(
    killed_on_the_third_mail, tmp_path, settings
):
    shutil.rmtree(tmp_path / "journal")

    assert ledger.recover_expired(timezone.now() + timedelta(seconds=6)) == ledger.Recovered(uncertain=6)
    with start_sender(killed_on_the_third_mail.port, tmp_path) as sender:
        assert sender.wait(20) == 0

    assert len(killed_on_the_third_mail.mails) == 3
    assert set(statuses()) == {Status.UNCERTAIN}


def test_a_sender_told_to_stop_finishes_what_is_in_flight_and_gives_the_rest_back(transactional_db, tmp_path):
    queue(6)
    with fake_smtp() as smtp:
        smtp.data_answers += ["250 taken", "hold"]
        with start_sender(smtp.port, tmp_path) as sender:
            assert smtp.holding.wait(20), "the sender never came"
            sender.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert sender.poll() is None
            smtp.answer_of_held = "250 taken"
            smtp.released.set()
            assert sender.wait(20) == 0

    # The held mail, and the one whose envelope went out with it.
    assert len(smtp.mails) == 3
    assert sorted(statuses()) == [Status.QUEUED] * 3 + [Status.SENT] * 3


@pytest.mark.django_db
def test_an_unreachable_server_costs_one_attempt_and_the_rest_waits(settings):
    queue(5)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_PORT = closed.getsockname()[1]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"

    worker.drain()

    assert set(statuses()) == {Status.QUEUED}
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    assert not Delivery.objects.queued(timezone.now()).exists()


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_mail_once(tmp_path):
    queue(40)
    with fake_smtp() as smtp:
        senders = [start_sender(smtp.port, tmp_path) for _ in range(2)]
        for sender in senders:
            with sender:
                assert sender.wait(20) == 0

    assert sorted(recipient for recipient, _ in smtp.mails) == sorted(f"r{index}@example.org" for index in range(40))
    assert set(statuses()) == {Status.SENT}


@pytest.mark.django_db
def test_from_due_to_inbox_with_the_right_papers(mailoutbox):
    make_edition(make_paper("A paper to read"))
    make_subscriber("ada@example.org")

    planning.plan(NOON)
    assert worker.drain() == {Verdict.SENT: 1}

    (mail,) = mailoutbox
    assert isinstance(mail, EmailMultiAlternatives)
    assert "A paper to read" in mail.subject
    assert "A paper to read" in mail.body
    assert Paper.objects.count() == 1
