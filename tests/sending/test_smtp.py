"""A real SMTP server's answers are read correctly."""

import socket

import pytest

from digest.sending.outcome import Verdict
from digest.sending.transports import Unreachable, transport
from tests.support.fake_smtp import fake_smtp
from tests.support.fake_tls import Authority
from tests.support.transport import FakeConnection, PlainMail, mail, send, send_over_one


@pytest.fixture
def smtp(settings):
    with fake_smtp() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.5
        yield server


def test_smtp_accepts_a_mail(smtp):
    assert send().verdict == Verdict.SENT
    assert smtp.mails[0][0] == "reader@example.org"


@pytest.mark.parametrize(("answer", "verdict"), [("550 nobody", Verdict.PERMANENT), ("450 busy", Verdict.TEMPORARY)])
def test_smtp_refusing_the_recipient(smtp, answer, verdict):
    smtp.refuse["reader@example.org"] = answer

    outcome = send()

    assert outcome.verdict == verdict
    assert answer[4:] in outcome.error


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("554 spam", Verdict.PERMANENT),
        ("451 try later", Verdict.TEMPORARY),
        ("drop", Verdict.UNCERTAIN),
        ("hold", Verdict.UNCERTAIN),
    ],
)
def test_smtp_answers_after_the_whole_mail_was_handed_over(smtp, answer, verdict):
    smtp.data_answers.append(answer)

    assert send().verdict == verdict


def test_an_unreachable_smtp_server_has_accepted_nothing(smtp, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_PORT = closed.getsockname()[1]

    assert send().verdict == Verdict.TEMPORARY


def test_after_an_error_the_next_mail_gets_a_fresh_connection(smtp):
    smtp.data_answers.append("drop")
    carrier = transport()

    first, second = send_over_one(carrier, mail(), mail())
    carrier.close()

    assert (first.verdict, second.verdict) == (Verdict.UNCERTAIN, Verdict.SENT)
    assert smtp.connections == 2


def test_a_kept_connection_closed_by_the_server_between_mails_is_reopened(smtp):
    smtp.mails_per_connection = 1
    carrier = transport()

    outcomes = send_over_one(carrier, mail(), mail(), mail())
    carrier.close()

    assert [outcome.verdict for outcome in outcomes] == [Verdict.SENT] * 3
    assert (len(smtp.mails), smtp.connections) == (3, 3)


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_the_end_of_a_mail_does_not_wait_until_its_start_has_arrived(settings, monkeypatch, tmp_path, is_encrypted):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_SSL, settings.EMAIL_TIMEOUT = "localhost", is_encrypted, 5

    with fake_smtp(tls=authority.context() if is_encrypted else None) as server:
        settings.EMAIL_PORT = server.port
        carrier = transport()
        (outcome,) = send_over_one(carrier, mail())
        without_delay = carrier._client.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        carrier.close()

    assert outcome.verdict == Verdict.SENT
    assert without_delay


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_refused_recipient_leaves_the_connection_usable_for_the_next_mail(smtp, pipelining):
    smtp.pipelining = pipelining
    smtp.refuse["nobody@example.org"] = "550 nobody"
    nobody = PlainMail(recipient="nobody@example.org")
    carrier = transport()

    outcomes = send_over_one(carrier, nobody, mail(), nobody, nobody, mail())
    carrier.close()

    refused, sent = Verdict.PERMANENT, Verdict.SENT
    assert [outcome.verdict for outcome in outcomes] == [refused, sent, refused, refused, sent]
    assert [recipient for recipient, _ in smtp.mails] == ["reader@example.org"] * 2
    assert smtp.connections == 1


def test_a_mail_whose_envelope_was_sent_ahead_survives_the_refusal_of_the_one_before(smtp):
    smtp.data_answers += ["552 too big", "250 taken"]
    carrier = transport()

    outcomes = send_over_one(carrier, PlainMail("First"), PlainMail("Second"))
    carrier.close()

    assert [outcome.verdict for outcome in outcomes] == [Verdict.PERMANENT, Verdict.SENT]
    ((_, content),) = smtp.mails
    assert b"Second" in content


def test_a_connection_is_renewed_after_a_set_number_of_mails(smtp, monkeypatch):
    monkeypatch.setattr("digest.sending.transports.smtp.MAILS_PER_CONNECTION", 2)
    carrier = transport()

    outcomes = send_over_one(carrier, *[PlainMail(f"Number {number}") for number in range(5)])
    carrier.close()

    assert [outcome.verdict for outcome in outcomes] == [Verdict.SENT] * 5
    assert (len(smtp.mails), smtp.connections) == (5, 3)


def test_mails_whose_turn_has_not_come_are_never_begun_when_no_server_answers(smtp, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_PORT = closed.getsockname()[1]
    wire = FakeConnection([mail(), mail(), mail()])

    with pytest.raises(Unreachable):
        transport().carry(wire)

    assert wire.begun == []
    assert set(wire.outcomes) <= {0, 1}


@pytest.mark.parametrize("pipelining", [True, False])
def test_lines_that_start_with_a_dot_arrive_intact(smtp, pipelining):
    smtp.pipelining = pipelining
    carrier = transport()
    message = PlainMail(".\n..two dots\nend")

    (outcome,) = send_over_one(carrier, message)
    carrier.close()

    assert outcome.verdict == Verdict.SENT
    assert smtp.mails[0][1].endswith(b"\r\n\r\n.\r\n..two dots\r\nend\r\n")
