"""Every mail has a Message-ID in the sender's own domain, whatever sends it."""

import re

import pytest
from django.core import mail
from django.core.mail import mail_admins
from django.core.management import call_command

from subscriptions import emails
from tests.support.factories import make_subscriber

pytestmark = pytest.mark.django_db


def message_ids():
    return [message.message()["Message-ID"] for message in mail.outbox]


@pytest.mark.parametrize("name", sorted(emails.ANSWERS))
@pytest.mark.parametrize("status", ["pending", "active"])
def test_a_mail_to_a_reader_has_an_id_in_the_senders_domain(name, status, settings):
    settings.MAIL_DOMAIN = "papers.example.org"
    subscriber = make_subscriber(status=status)

    emails.answer(name, subscriber.pk)
    emails.answer(name, subscriber.pk)

    assert all(re.fullmatch(r"<[^@\s]+@papers\.example\.org>", message_id) for message_id in message_ids())
    assert len(set(message_ids())) == 2


def test_mails_that_django_sends_itself_have_one_too(settings):
    settings.ADMINS = [("Ada", "ada@example.org")]

    call_command("sendtestemail", "ada@example.org")
    mail_admins("An error", "What happened")

    assert [message_id.rpartition("@")[2] for message_id in message_ids()] == [f"{settings.MAIL_DOMAIN}>"] * 2
