"""Readers who left get no mail that was not yet on the wire, whatever the transport."""

import re
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import connection

from digest.models import Delivery
from digest.sending import bulk_actions, final_check, ledger, worker
from digest.sending.file_backend import OutboxBackend
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.fake_provider import FakeProvider, fake_provider
from tests.support.fake_smtp import FakeSmtp, fake_smtp

Status = Delivery.Status
# Other threads must see what is written.
pytestmark = pytest.mark.django_db(transaction=True)


class Carrier:
    """Takes the mails of a test: records who got one, and runs `meanwhile` while the first is on the wire."""

    def __init__(self):
        self.got = []
        self.meanwhile = None

    def take(self, recipients):
        self.got += recipients
        act, self.meanwhile = self.meanwhile, None
        if act:
            try:
                act()
            finally:
                connection.close()


def by_smtp(carrier, settings, stack, *, pipelining=True):
    class Smtp(FakeSmtp):
        def take(self, recipient, content):
            carrier.take([recipient])
            return super().take(recipient, content)

    smtp = stack.enter_context(fake_smtp(Smtp(pipelining=pipelining)))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port


def by_slow_smtp(carrier, settings, stack):
    by_smtp(carrier, settings, stack, pipelining=False)


def by_call(carrier, settings, stack):
    answer = FakeProvider.normal_answer

    def normal_answer(provider, path, body):
        carrier.take(sorted(set(re.findall(r"r\d@example\.org", body.decode()))))
        return answer(provider, path, body)

    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.setattr(FakeProvider, "normal_answer", normal_answer)
    provider = stack.enter_context(fake_provider())
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": provider.url}
    return provider


def by_many_a_call(carrier, settings, stack):
    provider = by_call(carrier, settings, stack)
    settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    settings.ANYMAIL = {
        "MAILGUN_API_KEY": "k",
        "MAILGUN_SENDER_DOMAIN": "example.org",
        "MAILGUN_API_URL": provider.url,
    }
    settings.SEND_PER_CALL = 2
    return provider


def by_outbox(carrier, settings, stack):
    settings.EMAIL_BACKEND = "digest.sending.file_backend.OutboxBackend"
    send = OutboxBackend.send_messages

    def send_messages(backend, messages):
        carrier.take([address for message in messages for address in message.to])
        return send(backend, messages)

    stack.enter_context(pytest.MonkeyPatch.context()).setattr(OutboxBackend, "send_messages", send_messages)


@pytest.fixture(params=[by_smtp, by_slow_smtp, by_call, by_many_a_call, by_outbox], ids=lambda way: way.__name__)
def carrier(request, settings, monkeypatch):
    # As when a mail spends a long time on the wire.
    monkeypatch.setattr(final_check, "PAUSE", 0)
    settings.SEND_CONNECTIONS = 1
    carrier = Carrier()
    with ExitStack() as stack:
        request.param(carrier, settings, stack)
        yield carrier


@pytest.fixture
def edition():
    return make_edition(make_paper("The paper"))


@pytest.fixture
def readers(edition):
    """Six readers, each with a queued digest."""
    readers = [make_subscriber(f"r{number}@example.org") for number in range(6)]
    for reader in readers:
        make_delivery(reader, edition)
    return readers


LEAVING = {
    "unsubscribes": lambda reader: reader.unsubscribe(NOON),
    "is suppressed": lambda reader: reader.suppress(NOON),
    "is erased": lambda reader: reader.erase(),
}
leaving = pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING)


def statuses():
    return list(Delivery.objects.order_by("pk").values_list("status", flat=True))


def before_begin(monkeypatch, act):
    """Run `act` once, when a worker has composed its batch and is about to put it on the wire."""
    begin, acts = ledger.begin, [act]

    def begin_later(*args):
        while acts:
            acts.pop()()
        return begin(*args)

    monkeypatch.setattr(ledger, "begin", begin_later)


@leaving
def test_readers_who_left_between_claim_and_wire_get_nothing(carrier, readers, leave, monkeypatch):
    before_begin(monkeypatch, lambda: leave(readers[1]))

    worker.drain()

    assert sorted(carrier.got) == [f"r{number}@example.org" for number in (0, 2, 3, 4, 5)]
    assert statuses() == [Status.SENT, Status.CANCELLED, *[Status.SENT] * 4]
    assert set(Delivery.objects.filter(status=Status.CANCELLED).values_list("error", flat=True)) == {
        "the subscriber left before it was sent"
    }


@leaving
def test_readers_who_leave_while_another_mail_is_on_the_wire_get_nothing(carrier, readers, leave):
    # The mails of one call are on the wire together.
    carrier.meanwhile = lambda: [leave(reader) for reader in (readers[2], readers[4])]

    worker.drain()

    assert sorted(carrier.got) == [f"r{number}@example.org" for number in (0, 1, 3, 5)]
    kept_off = Delivery.objects.filter(status=Status.CANCELLED)
    assert sorted(kept_off.values_list("pk", "attempts")) == [
        (pk, 0) for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True)[2:5:2]
    ]
    assert statuses().count(Status.SENT) == 4


def test_a_halted_edition_goes_to_no_one_from_the_next_mail_on(carrier, edition, readers):
    carrier.meanwhile = lambda: edition.halt(NOON, "a wrong title")

    worker.drain()

    assert set(carrier.got) <= {"r0@example.org", "r1@example.org"}
    assert statuses() == [Status.SENT] * len(carrier.got) + [Status.HELD] * (6 - len(carrier.got))
    # None of them has used up an attempt.
    assert set(Delivery.objects.filter(status=Status.HELD).values_list("attempts", "claimed_by")) == {(0, "")}


def test_an_edition_withdrawn_in_the_meantime_goes_to_no_one(carrier, edition, readers, monkeypatch):
    before_begin(monkeypatch, lambda: edition.withdraw(NOON + timedelta(days=1)))

    worker.drain()
    bulk_actions.sweep(NOON)

    assert carrier.got == []
    assert statuses() == []


def test_deliveries_taken_over_by_another_worker_are_left_to_it(carrier, readers):
    carrier.meanwhile = lambda: Delivery.objects.filter(subscriber=readers[2]).update(claimed_by="another")

    worker.drain()

    assert "r2@example.org" not in carrier.got
    assert Delivery.objects.get(subscriber=readers[2]).claimed_by == "another"


def test_a_call_resent_in_halves_leaves_out_readers_who_left_since(settings, readers, monkeypatch):
    monkeypatch.setattr(final_check, "PAUSE", 0)
    carrier = Carrier()
    with ExitStack() as stack:
        provider = by_many_a_call(carrier, settings, stack)
        settings.SEND_PER_CALL = 4
        carrier.meanwhile = lambda: readers[1].unsubscribe(NOON)
        # One address makes the provider refuse the whole first call.
        provider.refuse = b"r3@example.org"

        worker.drain()

    assert statuses() == [Status.SENT, Status.CANCELLED, Status.SENT, Status.FAILED, Status.SENT, Status.SENT]


def test_mails_that_follow_at_once_are_checked_together(settings, readers, monkeypatch):
    monkeypatch.setattr(final_check, "PAUSE", 60)
    monkeypatch.setattr(final_check, "CHECK_VALID_FOR", 60)
    carrier, questions = Carrier(), []
    ask = final_check.FinalCheck._ask
    monkeypatch.setattr(final_check.FinalCheck, "_ask", lambda check, keys: questions.append(keys) or ask(check, keys))
    with ExitStack() as stack:
        by_smtp(carrier, settings, stack)

        worker.drain()

    assert len(carrier.got) == 6
    assert [len(keys) for keys in questions] == [6]
