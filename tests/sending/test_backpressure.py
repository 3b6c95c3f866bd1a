"""When the mail server or provider says "slower": how much slower, for how long, and which answers mean it."""

import math
import smtplib

import pytest
import requests
import time_machine
from anymail.exceptions import AnymailRequestsAPIError
from botocore.exceptions import ClientError
from django.utils import timezone

from digest.models import Delivery
from digest.sending import rate_limiter, throttle, throttle_store, worker
from digest.sending.outcome import Verdict, of_error
from digest.sending.throttle import Throttle
from digest.sending.transports import transport
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.fake_provider import fake_provider
from tests.support.fake_smtp import fake_smtp
from tests.support.transport import mail, send_over_one

Status = Delivery.Status


def queue(number):
    edition = make_edition(make_paper("The paper"))
    return [make_delivery(make_subscriber(), edition) for _ in range(number)]


def test_each_further_slower_doubles_the_pause_and_halves_the_pace_up_to_a_limit():
    state, now, pauses, rates = Throttle(), 1000.0, [], []
    for _ in range(12):
        state = state.slowed(now, 0)
        pauses.append(state.wait(now))
        now = state.closed_until
        rates.append(state.rate(now, 64))

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]
    assert rates == [32, 16, 8, 4, 2, 1, 1, 1, 1, 1, 1, 1]


def test_without_a_limit_a_pace_to_halve_is_assumed():
    state = Throttle().slowed(1000, 0)

    assert math.isinf(Throttle().rate(1000, 0))
    assert state.rate(1001, 0) == throttle.UNLIMITED / 2


def test_slower_said_about_many_mails_in_flight_counts_once():
    state = Throttle().slowed(1000, 0).slowed(1000.2, 0).slowed(1000.9, 0)

    assert state.halvings_at(1001) == 1
    assert state.closed_until == 1001


def test_the_wait_that_the_provider_requests_is_honoured_up_to_a_limit():
    assert Throttle().slowed(1000, 120).wait(1000) == 120
    assert Throttle().slowed(1000, 0).slowed(1000.5, 20).wait(1000.5) == 20
    assert Throttle().slowed(1000, 1e9).wait(1000) == throttle.LONGEST_ASKED


def test_a_clock_set_back_holds_no_one_up():
    state, _ = Throttle().slowed(1_000_000, 60).take(1_000_060, 10, 5)

    assert state.believed(1_000_060) == state
    assert state.believed(1000) == Throttle()


@pytest.mark.parametrize("stored", ["", "nonsense", "[]", '{"of an older": "version"}'])
def test_an_unreadable_state_counts_as_a_fresh_one(stored):
    assert Throttle.load(stored) == Throttle()


def test_a_state_can_be_stored_as_text():
    state = Throttle(1.5, 2.5, 3)

    assert Throttle.load(state.dump()) == state


def test_the_pace_doubles_with_each_quiet_minute_until_it_is_back_to_normal():
    state = Throttle(closed_until=1000, halvings=3)

    assert [state.rate(1000 + minutes * 60, 80) for minutes in (0, 0.9, 1, 2, 3, 50)] == [10, 10, 20, 40, 80, 80]


# --- Which answers ask for it ---------------------------------------------------------------------


def refused_by_provider(status, **headers):
    response = requests.Response()
    response.status_code = status
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return AnymailRequestsAPIError(response=response, status_code=status)


def refused_by_amazon(code):
    error = AnymailRequestsAPIError("refused")
    error.__cause__ = ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "SendEmail")
    return error


@pytest.mark.parametrize(
    ("error", "slower"),
    [
        (refused_by_provider(429), 0),
        (refused_by_provider(429, Retry_After="17"), 17),
        (refused_by_provider(429, Retry_After="Thu, 21 Aug 2025 12:00:30 GMT"), 30),
        (refused_by_provider(429, Retry_After="soon"), 0),
        (refused_by_provider(429, Retry_After="9e999"), 0),
        (refused_by_provider(503, Retry_After="5"), 5),
        (refused_by_provider(503), None),
        (refused_by_provider(500), None),
        (refused_by_amazon("Throttling"), 0),
        (refused_by_amazon("MessageRejected"), None),
        (smtplib.SMTPConnectError(421, b"too many connections"), 0),
        (smtplib.SMTPSenderRefused(452, b"too fast", "papers@example.org"), 0),
        (smtplib.SMTPSenderRefused(550, b"never", "papers@example.org"), None),
        (smtplib.SMTPDataError(421, b"closing"), 0),
        (smtplib.SMTPDataError(451, b"looks like spam"), None),
        (smtplib.SMTPRecipientsRefused({"r@example.org": (451, b"greylisted")}), None),
        (smtplib.SMTPRecipientsRefused({"r@example.org": (421, b"closing")}), 0),
        (OSError("no route"), None),
    ],
)
def test_which_answers_slow_everyone_down(error, slower):
    with time_machine.travel(NOON, tick=False):
        assert of_error(error).slower == slower


@pytest.mark.parametrize(("answers", "slower"), [(["421 too fast"], 0), (["250 taken", "421 enough of you"], None)])
def test_a_server_that_closes_slows_us_down_on_a_new_connection_but_not_on_a_used_one(settings, answers, slower):
    with fake_smtp() as smtp:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
        smtp.data_answers += answers
        carrier = transport()
        outcomes = send_over_one(carrier, *[mail() for _ in answers])
        carrier.close()

    assert outcomes[-1].verdict == Verdict.TEMPORARY
    assert outcomes[-1].slower == slower


@pytest.mark.django_db
def test_one_greylisted_reader_slows_no_one_down(settings):
    _, other = queue(2)
    with fake_smtp() as smtp:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
        smtp.refuse[other.subscriber.email] = "450 greylisted"
        worker.drain()

    assert rate_limiter.is_open(timezone.now())
    assert throttle_store.current().change(lambda state, _: (state, state)) == Throttle()


@pytest.mark.django_db
def test_after_a_429_the_rest_goes_back_into_the_queue_and_waits_as_long_as_the_provider_asks(settings):
    queue(4)
    with fake_provider() as provider:
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": provider.url}
        provider.answers.append((429, "{}"))
        provider.headers["Retry-After"] = "1800"
        worker.drain()
        worker.drain()

    assert len(provider.requests) == 1
    assert Delivery.objects.filter(status=Status.QUEUED).count() == 4
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1]
    assert not rate_limiter.is_open(timezone.now())
