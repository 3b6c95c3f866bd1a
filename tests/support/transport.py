"""Mails for one connection, and what happened to them."""

from contextlib import suppress
from dataclasses import dataclass, field

from django.core.mail import EmailMultiAlternatives

from digest.composing.mime_fragments import stuffed
from digest.sending.transports import Unreachable, transport


@dataclass
class PlainMail:
    """A mail that is not a digest."""

    body: str = "Text"
    sender: str = "papers@example.org"
    recipient: str = "reader@example.org"

    def message(self):
        return EmailMultiAlternatives("Subject", self.body, self.sender, [self.recipient])

    def wire(self, end=b""):
        return stuffed(self.message().message().as_bytes(linesep="\r\n") + b"\r\n") + end


def mail():
    return PlainMail()


@dataclass
class FakeConnection:
    """Mails for one connection, and what happened to each, by its number."""

    mails: list
    begun: list = field(default_factory=list)
    outcomes: dict = field(default_factory=dict)

    def __iter__(self):
        yield from enumerate(self.mails)

    def begin(self, deliveries):
        self.begun += deliveries
        return set(deliveries)

    def end(self, delivery, outcome):
        self.outcomes[delivery] = outcome


def send_over_one(carrier, *mails):
    """Send mails over one connection; return the outcomes in order."""
    wire = FakeConnection(list(mails))
    with suppress(Unreachable):
        carrier.carry(wire)
    return [wire.outcomes.get(number) for number in range(len(mails))]


def send():
    carrier = transport()
    try:
        return send_over_one(carrier, mail())[0]
    finally:
        carrier.close()
