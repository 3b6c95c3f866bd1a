"""Requested mails wait in the database until they are sent, and are sent once."""

import threading
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection

from subscriptions import outgoing, tasks
from subscriptions.emails import MailError
from subscriptions.models import OutgoingMail, Status
from tests.support.factories import NOON, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def nobody_rings():
    """A broker that accepts the message and loses it."""


def waits(**fields):
    reader = make_subscriber(status=Status.PENDING, confirmed_at=None, next_digest_at=None)
    outgoing.queue_mail("sign_up", reader.pk, nobody_rings)
    OutgoingMail.objects.update(**fields)
    return reader


def test_a_lost_doorbell_delays_the_mail_but_does_not_lose_it(mailoutbox):
    waits()

    assert outgoing.send_waiting(NOON) == 1
    assert len(mailoutbox) == 1


def test_a_doorbell_that_rings_late_or_twice_sends_nothing_again(mailoutbox):
    reader = waits()

    tasks.send_mail("sign_up", reader.pk)
    tasks.send_mail("sign_up", reader.pk)
    tasks.send_waiting_mails()

    assert len(mailoutbox) == 1


def test_a_mail_requested_again_is_sent_again(mailoutbox):
    reader = waits()
    outgoing.send_waiting(NOON)

    outgoing.queue_mail("sign_up", reader.pk, nobody_rings)
    outgoing.send_waiting(NOON)

    assert len(mailoutbox) == 2


def test_a_mail_that_is_not_accepted_waits_longer_each_time_and_stops_no_other(mailoutbox, monkeypatch):
    first, second = waits(), waits()
    send = EmailMultiAlternatives.send

    def refuses(message, *args, **kwargs):
        if message.to == [first.email]:
            raise SMTPServerDisconnected("no")
        return send(message, *args, **kwargs)

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuses)

    assert outgoing.send_waiting(NOON) == 1
    assert [sent_mails.to for sent_mails in mailoutbox] == [[second.email]]
    row = OutgoingMail.objects.get(recipient=first.pk)
    assert (row.begun_at, row.not_before) == (None, NOON + timedelta(seconds=10))
    outgoing.send_waiting(NOON + timedelta(seconds=10))
    row.refresh_from_db()
    assert row.not_before == NOON + timedelta(seconds=30)


def test_a_mail_that_a_dead_worker_had_begun_is_not_sent_again(mailoutbox):
    waits(begun_at=NOON - timedelta(minutes=5))

    outgoing.send_waiting(NOON)

    assert not mailoutbox


def test_finished_mails_are_forgotten_after_a_day(mailoutbox):
    waits()
    outgoing.send_waiting(NOON)

    outgoing.send_waiting(NOON + timedelta(days=1, minutes=1))

    assert not OutgoingMail.objects.exists()


def test_a_mail_that_is_not_accepted_raises_an_error_so_that_celery_rings_again(monkeypatch):
    reader = waits()

    def refuses(*_, **__):
        raise ConnectionRefusedError("no")

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuses)

    with pytest.raises(MailError):
        outgoing.send("sign_up", reader.pk, NOON)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(mailoutbox):
    reader, start, sent_mails = waits(), threading.Barrier(2), []

    def work():
        start.wait()
        try:
            sent_mails.append(outgoing.send("sign_up", reader.pk, NOON))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(sent_mails) == [False, True]
    assert len(mailoutbox) == 1
