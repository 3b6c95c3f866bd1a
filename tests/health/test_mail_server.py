"""Signing in to the mail server without sending an email."""

import pytest

from digest.health import mail_server
from tests.support.scripted_smtp import HANG, Script, scripted_smtp

PASSWORD = "hunter2-of-the-test"


@pytest.fixture
def ask(settings, authority):
    """Run the check against a server with this script; return its one result."""
    settings.MAIL_PROVIDER, settings.EMAIL_HOST = "smtp", "localhost"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ada@example.org", PASSWORD
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False

    def result_of(script, *, tls=False):
        settings.EMAIL_USE_TLS = tls
        with scripted_smtp(script) as server:
            settings.EMAIL_PORT = server.port
            [result] = mail_server.mail_server_lets_us_in()
        for secret in (PASSWORD, "ada@example.org", "127.0.0.1"):
            assert secret not in result.summary + result.action
        return result

    return result_of


def test_signing_in_sends_nothing(ask):
    script = Script()

    result = ask(script)

    assert (result.verdict, result.summary) == ("ok", "Signing in works.")
    assert script.heard == ["EHLO", "AUTH", "NOOP", "QUIT"]


def test_starttls_comes_before_the_password(ask, authority):
    script = Script(extensions=("STARTTLS", "AUTH PLAIN"), context=authority.context())

    assert ask(script, tls=True).verdict == "ok"
    assert script.heard == ["EHLO", "STARTTLS", "EHLO", "AUTH", "NOOP", "QUIT"]


@pytest.mark.parametrize(
    ("script", "word"),
    [
        (Script(answers={"AUTH": "535 5.7.8 ada@example.org unknown"}), "refuses the user name and password (535)"),
        (Script(answers={"NOOP": "421 closing"}), "421 to NOOP"),
        (Script(answers={"": "554 no service for 127.0.0.1"}), "answers 554"),
        (Script(extensions=()), "or a way to sign in"),
    ],
)
def test_a_server_that_refuses_us(ask, script, word):
    result = ask(script)

    assert (result.verdict, word in result.summary) == ("bad", True), result.summary


def test_no_starttls_although_it_is_required(ask):
    result = ask(Script(), tls=True)

    assert (result.verdict, "doesn’t offer STARTTLS" in result.summary) == ("bad", True)


def test_a_certificate_that_has_expired(ask, authority):
    result = ask(Script(extensions=("STARTTLS",), context=authority.context(days=-1)), tls=True)

    assert (result.verdict, "certificate is refused" in result.summary) == ("bad", True)


@pytest.mark.parametrize("command", ["", "AUTH"])
def test_a_server_that_hangs(ask, monkeypatch, command):
    monkeypatch.setattr(mail_server, "SMTP_TIMEOUT_SECONDS", 0.2)

    result = ask(Script(answers={command: HANG}))

    assert (result.verdict, "doesn’t answer" in result.summary) == ("bad", True), result.summary


def test_a_port_where_nothing_listens(settings, ask):
    settings.EMAIL_PORT = 1

    [result] = mail_server.mail_server_lets_us_in()

    assert (result.verdict, result.summary) == ("bad", "It doesn’t answer: ConnectionRefusedError.")


def test_tls_on_a_port_that_does_not_speak_it(settings, ask):
    settings.EMAIL_USE_SSL = True

    assert "doesn’t support TLS" in ask(Script()).summary


def test_sending_the_password_unencrypted_gets_a_warning(settings, ask, monkeypatch):
    monkeypatch.setattr(mail_server, "LOCAL_HOSTS", set())

    assert ask(Script()).verdict == "warn"


def test_without_smtp_the_check_is_skipped(settings):
    settings.MAIL_PROVIDER = "postmark"

    [result] = mail_server.mail_server_lets_us_in()

    assert result.verdict == "skipped"
