"""What goes over the wire: 7-bit text in short lines, so that no server on the way has to change a signed mail."""

import re

import pytest
from django.core import mail

from digest.composing.message import compose
from subscriptions import emails
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db

# What a body in quoted-printable may have per line (RFC 2045, 6.7), and a header (RFC 5322, 2.1.1).
MAX_BODY_LINE, MAX_HEADER_LINE = 76, 998
TEXT = "Größer – 論文 " + "x" * 1200


def check_wire(message):
    wire = message.message().as_bytes(linesep="\r\n")
    assert wire.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    head, _, body = wire.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= MAX_HEADER_LINE
    assert max(map(len, body.split(b"\r\n"))) <= MAX_BODY_LINE


@pytest.mark.parametrize("name", sorted(emails.ANSWERS))
@pytest.mark.parametrize("status", ["pending", "active"])
def test_a_mail_that_someone_asked_for_is_seven_bit(name, status, settings):
    settings.SITE_NAME, settings.POSTAL_ADDRESS = "Tägliche Papers", TEXT
    emails.answer(name, make_subscriber(status=status).pk)
    [message] = mail.outbox
    check_wire(message)
    assert "Tägliche" in message.body


def test_a_digest_is_seven_bit():
    paper = make_paper(TEXT[:200], abstract=TEXT, authors=["Jørgen Ångström"])
    message = compose(make_delivery(make_subscriber(), make_edition(paper)))
    check_wire(message)
    text, html = message.message().get_payload()
    assert "Größer – 論文" in text.get_payload(decode=True).decode()
    assert "Größer – 論文" in html.get_payload(decode=True).decode()
