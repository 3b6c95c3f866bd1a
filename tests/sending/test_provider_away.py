"""The mail server or provider API is down for ten minutes: when it is back, every digest goes out once."""

import socket
from collections import Counter
from datetime import timedelta

import pytest

from digest.models import Delivery
from digest.recommending import planning
from digest.sending import worker
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber
from tests.support.fake_smtp import fake_smtp

pytestmark = pytest.mark.django_db(transaction=True)
Status = Delivery.Status
READERS = 40


@pytest.fixture
def readers(settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_TIMEOUT = 2
    make_edition(make_paper("The paper"))
    return [make_subscriber(f"r{number}@example.org").email for number in range(READERS)]


def a_minute(time_machine, number):
    """Do what beat does in this minute."""
    at = NOON + timedelta(minutes=number)
    time_machine.move_to(at, tick=False)
    planning.plan(at)
    worker.drain()


def statuses():
    return Counter(Delivery.objects.values_list("status", flat=True))


def test_an_unreachable_server_costs_a_few_attempts_and_no_digest(readers, settings, time_machine):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_PORT = closed.getsockname()[1]
    for minute in range(10):
        a_minute(time_machine, minute)
    assert statuses() == {Status.QUEUED: READERS}
    # One delivery per minute checks whether it is back; the others wait and use up no attempt.
    assert sum(Delivery.objects.values_list("attempts", flat=True)) <= 10

    with fake_smtp() as smtp:
        settings.EMAIL_PORT = smtp.port
        for minute in range(10, 100):
            a_minute(time_machine, minute)
            if statuses() == {Status.SENT: READERS}:
                break

    assert Counter(recipient for recipient, _ in smtp.mails) == dict.fromkeys(readers, 1)
    assert minute <= 10 + 16


def test_a_server_that_refuses_everything_for_ten_minutes_gets_it_all_in_the_end(readers, settings, time_machine):
    with fake_smtp() as smtp:
        settings.EMAIL_PORT = smtp.port
        smtp.refuse = dict.fromkeys(readers, "451 down for maintenance")
        for minute in range(10):
            a_minute(time_machine, minute)
        assert not smtp.mails
        assert statuses() == {Status.QUEUED: READERS}

        smtp.refuse = {}
        for minute in range(10, 60):
            a_minute(time_machine, minute)

    assert Counter(recipient for recipient, _ in smtp.mails) == dict.fromkeys(readers, 1)
    assert statuses() == {Status.SENT: READERS}
