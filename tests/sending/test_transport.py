"""Real providers' API answers, given by a local server, are read correctly; and the outbox."""

import socket

import pytest

from digest.sending.outcome import Verdict
from digest.sending.transports import transport
from tests.support.fake_provider import fake_provider
from tests.support.transport import mail, send, send_over_one


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
@pytest.mark.parametrize("earlier", [0, 1], ids=["first", "later"])
def test_each_provider_answer_gives_the_right_verdict_and_the_next_mail_goes_out(
    postmark, settings, answer, verdict, earlier
):
    settings.ANYMAIL = {**settings.ANYMAIL, "REQUESTS_TIMEOUT": 20}
    carrier = transport()
    send_over_one(carrier, *[mail()] * earlier)
    postmark.answers.append(answer)

    outcome, after = send_over_one(carrier, mail(), mail())

    assert outcome.verdict == verdict
    assert outcome.error
    assert after.verdict == Verdict.SENT
    carrier.close()


def test_a_refused_address_is_a_permanent_failure(postmark):
    error_text = "Found inactive addresses: reader@example.org. Inactive recipients"
    postmark.answers.append((422, f'{{"ErrorCode": 406, "Message": "{error_text}"}}'))

    outcome = send()

    assert outcome.verdict == Verdict.PERMANENT
    assert "rejected" in outcome.error


def test_a_provider_that_does_not_answer_in_time_leaves_the_mail_uncertain(postmark):
    postmark.delay = 1

    assert send().verdict == Verdict.UNCERTAIN


def test_an_unreachable_provider_has_accepted_nothing(postmark, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": f"http://127.0.0.1:{port}"}

    assert send().verdict == Verdict.TEMPORARY


def test_an_outbox_that_cannot_be_written_is_tried_again_later(settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.EMAIL_BACKEND = "digest.sending.file_backend.OutboxBackend"
    settings.OUTBOX_DIR = blocked / "outbox"

    outcome = send()

    assert outcome.verdict == Verdict.TEMPORARY
    assert "NotADirectoryError" in outcome.error


def test_the_outbox_holds_one_file_per_mail(settings, tmp_path):
    settings.EMAIL_BACKEND = "digest.sending.file_backend.OutboxBackend"
    settings.OUTBOX_DIR = tmp_path

    send()
    send()

    assert len(list(tmp_path.glob("*.eml"))) == 2
    assert not list(tmp_path.glob("*.part"))
