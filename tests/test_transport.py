"""Real servers' answers, read right: SMTP and each provider's API, spoken by servers on this machine."""

import socket
from dataclasses import dataclass

import pytest
from django.core.mail import EmailMultiAlternatives

from digest.composing.pieces import stuffed
from digest.sending.outcome import Verdict
from digest.sending.transports import transport
from tests.fake_provider import fake_provider
from tests.fake_smtp import fake_smtp


@dataclass
class PlainMail:
    """A mail that is not a digest's."""

    body: str = "Text"
    sender: str = "papers@example.org"
    recipient: str = "reader@example.org"

    def message(self):
        return EmailMultiAlternatives("Subject", self.body, self.sender, [self.recipient])

    def wire(self):
        return stuffed(self.message().message().as_bytes(linesep="\r\n") + b"\r\n")


def mail():
    return PlainMail()


def send():
    carrier = transport()
    try:
        return carrier.open() or carrier.send(mail())
    finally:
        carrier.close()


@pytest.fixture
def provider():
    with fake_provider() as provider:
        yield provider


@pytest.fixture
def postmark(provider, settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "token",
        "POSTMARK_API_URL": provider.url,
        "REQUESTS_TIMEOUT": 0.3,
    }
    return provider


@pytest.fixture
def smtp(settings):
    with fake_smtp() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.5
        yield server


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("postmark", {"POSTMARK_SERVER_TOKEN": "t"}),
        ("mailgun", {"MAILGUN_API_KEY": "k", "MAILGUN_SENDER_DOMAIN": "example.org"}),
        ("resend", {"RESEND_API_KEY": "k"}),
        ("brevo", {"BREVO_API_KEY": "k"}),
    ],
)
def test_a_mail_goes_out_through_each_provider_and_its_id_comes_back(name, options, provider, settings):
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    settings.ANYMAIL = {**options, f"{name.upper()}_API_URL": provider.url}

    outcome = send()

    assert outcome.verdict == Verdict.SENT
    assert "1" in outcome.provider_id
    assert b"reader" in provider.requests[0][1]


def test_a_mail_goes_out_through_amazon_ses(provider, settings, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    settings.EMAIL_BACKEND = "anymail.backends.amazon_ses.EmailBackend"
    settings.ANYMAIL = {"AMAZON_SES_CLIENT_PARAMS": {"endpoint_url": provider.url}}

    assert send().verdict == Verdict.SENT


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ((429, "{}"), Verdict.TEMPORARY),
        ((500, "{}"), Verdict.TEMPORARY),
        ((503, "<html>maintenance</html>"), Verdict.TEMPORARY),
        ((401, '{"ErrorCode": 10, "Message": "bad token"}'), Verdict.TEMPORARY),
        ((422, '{"ErrorCode": 300, "Message": "Invalid email request"}'), Verdict.PERMANENT),
        ((504, ""), Verdict.UNCERTAIN),
        ((200, "<html>nonsense</html>"), Verdict.UNCERTAIN),
        ((0, ""), Verdict.UNCERTAIN),
    ],
)
def test_each_answer_of_a_provider_leads_to_the_right_next_step(postmark, answer, verdict):
    postmark.answers.append(answer)

    outcome = send()

    assert outcome.verdict == verdict
    assert outcome.error


def test_a_refused_address_is_permanent(postmark):
    said = "Found inactive addresses: reader@example.org. Inactive recipients"
    postmark.answers.append((422, f'{{"ErrorCode": 406, "Message": "{said}"}}'))

    outcome = send()

    assert outcome.verdict == Verdict.PERMANENT
    assert "rejected" in outcome.error


def test_a_provider_that_does_not_answer_in_time_leaves_the_mail_uncertain(postmark):
    postmark.delay = 1

    assert send().verdict == Verdict.UNCERTAIN


def test_a_provider_that_cannot_be_reached_has_taken_nothing(postmark, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": f"http://127.0.0.1:{port}"}

    assert send().verdict == Verdict.TEMPORARY


def test_smtp_takes_a_mail(smtp):
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


def test_an_smtp_server_that_cannot_be_reached_has_taken_nothing(smtp, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_PORT = closed.getsockname()[1]

    assert send().verdict == Verdict.TEMPORARY


def test_after_an_error_the_next_mail_gets_a_fresh_connection(smtp):
    smtp.data_answers.append("drop")
    carrier = transport()

    first = carrier.open() or carrier.send(mail())
    second = carrier.open() or carrier.send(mail())
    carrier.close()

    assert (first.verdict, second.verdict) == (Verdict.UNCERTAIN, Verdict.SENT)
    assert smtp.connections == 2


def test_a_kept_connection_that_the_server_ended_between_mails_is_opened_again(smtp):
    smtp.mails_per_connection = 1
    carrier = transport()

    outcomes = [carrier.open() or carrier.send(mail()) for _ in range(3)]
    carrier.close()

    assert [outcome.verdict for outcome in outcomes] == [Verdict.SENT] * 3
    assert (len(smtp.mails), smtp.connections) == (3, 3)


def test_a_refused_recipient_leaves_the_connection_fit_for_the_next_mail(smtp):
    smtp.refuse["reader@example.org"] = "550 nobody"
    carrier = transport()
    carrier.open()
    carrier.send(mail())
    smtp.refuse.clear()

    outcome = carrier.open() or carrier.send(mail())
    carrier.close()

    assert outcome.verdict == Verdict.SENT
    assert smtp.connections == 1


@pytest.mark.parametrize("pipelining", [True, False])
def test_lines_that_start_with_a_dot_arrive_whole(smtp, pipelining):
    smtp.pipelining = pipelining
    carrier = transport()
    message = PlainMail(".\n..two dots\nend")

    outcome = carrier.open() or carrier.send(message)
    carrier.close()

    assert outcome.verdict == Verdict.SENT
    assert smtp.mails[0][1].endswith(b"\r\n\r\n.\r\n..two dots\r\nend\r\n")


def test_a_full_disk_in_the_outbox_is_tried_again_later(settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.EMAIL_BACKEND = "digest.sending.outbox.OutboxBackend"
    settings.OUTBOX_DIR = blocked / "outbox"

    outcome = send()

    assert outcome.verdict == Verdict.TEMPORARY
    assert "NotADirectoryError" in outcome.error


def test_the_outbox_holds_one_file_a_mail(settings, tmp_path):
    settings.EMAIL_BACKEND = "digest.sending.outbox.OutboxBackend"
    settings.OUTBOX_DIR = tmp_path

    send()
    send()

    assert len(list(tmp_path.glob("*.eml"))) == 2
    assert not list(tmp_path.glob("*.part"))
