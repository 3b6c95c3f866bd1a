"""Errors emailed to ADMINS: one of each kind per hour, with nothing about readers."""

import logging
import time

import pytest
from django.core import mail
from django.core.cache import cache

from config.error_mail import MOST_AN_HOUR, QUIET_SECONDS, ErrorMailHandler
from config.log_context import working_on
from tests.project.test_settings import start

logger = logging.getLogger("tests.of.error.mail")


@pytest.fixture(autouse=True)
def handler(settings):
    settings.ADMINS = [("", "ops@example.net")]
    handler = ErrorMailHandler()
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def fail(number):
    try:
        raise ValueError(f"{number} for ada@example.org")
    except ValueError:
        logger.exception("digest %d of ada@example.org failed", number)


def test_an_error_is_emailed_without_addresses():
    with working_on(request_id="0123456789", delivery=7):
        fail(1)

    (sent,) = mail.outbox
    assert sent.to == ["ops@example.net"]
    assert sent.subject == "[Daily Papers] ERROR: digest 1 of [address] failed"
    assert "request id: 0123456789\ndelivery: 7" in sent.body
    assert "ValueError: 1 for [address]" in sent.body
    assert "ada@" not in sent.body


def test_a_line_break_in_a_message_cannot_add_a_header():
    logger.error("first\r\nBcc: eve@example.org\n%s", "x" * 500)

    (sent,) = mail.outbox
    assert "\n" not in sent.subject
    assert len(sent.subject) < 160


def test_a_storm_of_errors_sends_one_email_of_each_kind():
    for number in range(50):
        fail(number)
    logger.error("something else")
    logger.warning("nothing to mail")

    assert len(mail.outbox) == 2


def test_after_an_hour_the_next_one_is_emailed_and_says_how_many_were_not(time_machine, monkeypatch):
    for number in range(4):
        fail(number)
    cache.clear()
    now = time.monotonic()
    monkeypatch.setattr("config.error_mail.time.monotonic", lambda: now + QUIET_SECONDS + 1)
    fail(5)

    assert len(mail.outbox) == 2
    assert "3 more of this kind were not emailed" in mail.outbox[1].body


def test_an_error_emailed_by_another_process_is_not_emailed_again():
    fail(1)
    other = ErrorMailHandler()
    logger.addHandler(other)
    fail(2)
    logger.removeHandler(other)

    assert len(mail.outbox) == 1


def test_a_storm_of_errors_is_held_back_while_redis_is_down(monkeypatch):
    monkeypatch.setattr(cache, "add", lambda *_, **__: True)
    for number in range(5):
        fail(number)

    assert len(mail.outbox) == 1


def test_storms_of_errors_of_many_kinds_are_limited(handler):
    for number in range(100):
        handler.handle(logging.LogRecord("x", logging.ERROR, "", number, "m", (), None))

    assert len(mail.outbox) == MOST_AN_HOUR


def test_an_email_that_cannot_be_sent_causes_no_further_error(monkeypatch, capsys):
    def refuse(*_, **__):
        logger.error("the server does not answer")
        raise OSError("refused")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    fail(1)

    assert mail.outbox == []
    assert "OSError: refused" in capsys.readouterr().err


def test_errors_are_emailed_only_with_admins_and_never_by_django_itself(tmp_path):
    loggers = "map(__import__('logging').getLogger, ['', 'django', 'django.request'])"
    show = f"[type(handler).__name__ for logger in {loggers} for handler in logger.handlers]"
    without, _ = start(tmp_path, show)
    with_admins, _ = start(tmp_path, show, ADMINS="ops@example.net,dev@example.net")
    _, refused = start(tmp_path, show, ADMINS="ops@example.net,nobody")

    assert without == "['StreamHandler']"
    assert with_admins == "['StreamHandler', 'ErrorMailHandler']"
    assert "ADMINS in the environment: expected email addresses" in refused
