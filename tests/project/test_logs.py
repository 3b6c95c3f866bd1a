"""Log lines: plain or JSON, with what is being worked on, and without addresses or tokens."""

import io
import json
import logging

import pytest
from django.test import override_settings
from django.urls import path

from config.celery import app
from config.log_context import log_context_values, set_log_context, working_on
from config.log_format import JsonFormatter, PlainFormatter
from config.scrubbing import scrub
from digest.sending import worker
from subscriptions import tokens
from subscriptions.link_lifetimes import Purpose
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber
from tests.support.hostile_text import MOST, growth_of_long_text, offence

logger = logging.getLogger("tests.of.logs")


@pytest.fixture
def lines():
    """A function that returns the lines logged so far, read from JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def fail(request):
    logger.warning("on the way")
    raise ValueError("ada@example.org is not welcome")


urlpatterns = [path("fails", fail)]


def test_a_line_has_time_level_logger_and_message(at_noon):
    # Created here and not logged, because a test report cannot contain half a surrogate pair.
    record = logging.LogRecord("tests", logging.WARNING, "", 0, "two\nlines, a “quote” and \ud800", (), None)

    line = JsonFormatter().format(record)

    assert line.isascii()
    assert json.loads(line) == {
        "time": "2025-08-21T12:00:00.000+00:00",
        "level": "WARNING",
        "logger": "tests",
        "message": record.msg,
    }


def test_lines_say_what_is_being_worked_on_only_while_it_is(lines):
    with working_on(delivery=5), working_on(request_id="abc"):
        logger.warning("inside")
    logger.warning("outside")

    inside, outside = lines()
    assert (inside["delivery"], inside["request_id"]) == (5, "abc")
    assert {"delivery", "request_id"} & outside.keys() == set()


def test_a_traceback_is_in_one_json_object_without_addresses(lines):
    try:
        raise ValueError("to ada@example.org")
    except ValueError:
        logger.exception("for %s", "bob@example.org")

    (line,) = lines()
    assert line["message"] == "for [address]"
    assert line["error"].startswith("Traceback")
    assert line["error"].endswith("ValueError: to [address]")


def test_plain_lines_contain_no_addresses_either():
    record = logging.LogRecord("x", logging.INFO, "", 0, "to <Ada.Lovelace+x@papers.example.org>", (), None)

    assert PlainFormatter("{message}", style="{").format(record) == "to <[address]>"


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("postgres://user:hunter2@db:5432/x", "postgres://user:[address]:5432/x"),
        ("/unsubscribe?to=ada%40example.org&x", "/unsubscribe?to=[address]&x"),
        ("ada@localhost, bob@example.org", "[address], [address]"),
        ("at 12:00:00, 3 @ 5", "at 12:00:00, 3 @ 5"),
        ("subscriber 5 unsubscribed", "subscriber 5 unsubscribed"),
    ],
)
def test_only_addresses_are_removed(text, scrubbed):
    assert scrub(text) == scrubbed


def test_signed_tokens_are_removed():
    token = tokens.sign_token(Purpose.PREFERENCES, "5")

    assert scrub(f"Not Found: /preferences/{token}/why") == "Not Found: /preferences/[token]/why"


def test_the_time_to_scrub_grows_no_faster_than_the_text():
    assert offence(lambda text: scrub(f"{text}@"), ["x", "x:", "@", "a%40", "/preferences/"]) == ""


@pytest.mark.parametrize("unit", ["x", "x:", "@", "a%40"])
def test_the_time_to_scrub_a_very_long_text_grows_no_faster_than_the_text(unit):
    assert growth_of_long_text(scrub, unit, 100_000, after="@") < MOST


@pytest.mark.parametrize("sent", ["0123456789abcdef", "req-1_a.b", "a" * 64])
def test_a_valid_request_id_is_kept(client, sent):
    assert client.get("/healthz", HTTP_X_REQUEST_ID=sent)["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", ["", "short", "a" * 65, "with space", "line\nbreak", '{"x": 1}', "ä" * 10])
def test_any_other_request_id_is_replaced(client, sent):
    answered = client.get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"]

    assert answered != sent
    assert len(answered) == 32
    assert answered != client.get("/healthz")["X-Request-ID"]


@override_settings(ROOT_URLCONF=__name__)
def test_lines_logged_by_a_page_have_the_id_of_its_request(client, lines):
    client.raise_request_exception = False
    answer = client.get("/fails", HTTP_X_REQUEST_ID="0123456789")

    assert (answer.status_code, answer["X-Request-ID"]) == (500, "0123456789")
    own, django = lines()
    assert own["request_id"] == django["request_id"] == "0123456789"
    assert (django["level"], django["logger"]) == ("ERROR", "django.request")
    assert "example.org" not in json.dumps(lines())
    assert log_context_values() == {}


def test_lines_logged_by_a_task_have_its_name_and_id(lines):
    @app.task(name="tests.task_of_logs")
    def work():
        logger.warning("at work")

    result = work.apply()

    (line,) = [line for line in lines() if line["message"] == "at work"]
    assert (line["task"], line["task_id"]) == ("tests.task_of_logs", result.id)
    assert log_context_values() == {}


@pytest.mark.django_db
def test_lines_logged_while_composing_and_sending_a_digest_have_its_number(lines, monkeypatch):
    delivery = make_delivery(make_subscriber("ada@example.org"), make_edition(make_paper()))

    def break_press(*_):
        raise RuntimeError("for ada@example.org")

    monkeypatch.setattr(worker.FragmentRenderer, "mail", break_press)
    worker.drain()

    worker_lines = [line for line in lines() if line["logger"] == "digest.sending.worker" and "delivery" in line]
    assert [line["delivery"] for line in worker_lines] == [delivery.pk, delivery.pk]
    assert "example.org" not in json.dumps(lines())


def test_a_log_context_that_was_set_can_be_cleared():
    set_log_context(task="x")
    set_log_context(task=None)

    assert log_context_values() == {}
