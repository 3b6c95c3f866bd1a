"""The tasks that beat and the forms start: sending requested mails, and forgetting sign-ups never confirmed."""

import logging
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from anymail.exceptions import AnymailAPIError
from celery.exceptions import Retry
from django.core.mail import EmailMultiAlternatives

from config.celery import app
from subscriptions import emails, signing_up, tasks
from subscriptions.models import Consent, Status, Subscriber
from tests.support.factories import make_subscriber

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def make_pending(**fields):
    return make_subscriber(**{"status": Status.PENDING, "next_digest_at": None, "confirmed_at": None, **fields})


def failing(error):
    def send(*args, **kwargs):
        raise error

    return send


# --- Mails ---


def test_the_named_mail_goes_to_the_subscriber(mailoutbox):
    reader = make_pending(email="ada@example.org")

    tasks.send_mail("sign_up", reader.pk)

    assert [mail.to for mail in mailoutbox] == [["ada@example.org"]]


def test_a_subscriber_who_is_gone_is_sent_nothing(mailoutbox):
    tasks.send_mail("sign_up", 12345)

    assert mailoutbox == []


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("no"),
        TimeoutError("slow"),
        SMTPRecipientsRefused({"ada@example.org": (450, b"try ada@example.org later")}),
        AnymailAPIError("500 for ada@example.org"),
    ],
)
def test_a_mail_that_could_not_be_handed_over_is_reported_by_the_subscribers_id(monkeypatch, error):
    reader = make_pending(email="ada@example.org")
    monkeypatch.setattr(EmailMultiAlternatives, "send", failing(error))

    with pytest.raises(emails.MailError) as caught:
        emails.answer("sign_up", reader.pk)

    assert str(caught.value).startswith(f"confirmation to subscriber {reader.pk}: {type(error).__name__}")
    assert "ada" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_task_retries_a_few_times_with_growing_pauses(monkeypatch):
    reader = make_pending()
    monkeypatch.setattr(EmailMultiAlternatives, "send", failing(ConnectionRefusedError("no")))
    pauses = []

    def retry(*args, countdown=None, **kwargs):
        pauses.append(countdown)
        return Retry()

    monkeypatch.setattr(tasks.send_mail, "retry", retry)
    with pytest.raises(Retry):
        tasks.send_mail("sign_up", reader.pk)

    assert pauses == [10]
    assert tasks.send_mail.max_retries == 5


def test_a_mistake_of_ours_is_not_retried():
    with pytest.raises(KeyError):
        tasks.send_mail("no such mail", make_pending().pk)


# --- Forgetting ---


@time_machine.travel(NOW, tick=False)
def test_unconfirmed_sign_ups_are_forgotten_after_a_week():
    old = make_pending(created_at=NOW - WEEK - timedelta(seconds=1))
    Consent.objects.create(subscriber=old, wording="I agree.", requested_at=NOW - WEEK)
    young = make_pending(created_at=NOW - WEEK + timedelta(seconds=1))

    tasks.forget_unconfirmed()

    assert list(Subscriber.objects.all()) == [young]
    assert not Consent.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_no_one_who_ever_confirmed_is_forgotten():
    confirmed = [
        make_subscriber(created_at=NOW - 9 * WEEK),
        make_subscriber(created_at=NOW - 9 * WEEK, status=Status.UNSUBSCRIBED),
        make_pending(created_at=NOW - 9 * WEEK, confirmed_at=NOW - 8 * WEEK),
    ]

    tasks.forget_unconfirmed()

    assert list(Subscriber.objects.all()) == confirmed


def test_signing_up_again_restarts_the_week():
    reader = make_pending(email="ada@example.org", created_at=NOW - WEEK)

    signing_up.sign_up("ada@example.org", {"topics": []}, signing_up.ConsentRequest(NOW, None))

    reader.refresh_from_db()
    assert reader.created_at == NOW


def test_many_unconfirmed_sign_ups_are_forgotten_in_batches():
    for _ in range(5):
        make_pending(created_at=NOW - 2 * WEEK)

    assert signing_up.delete_unconfirmed(NOW - WEEK, batch=2) == 5
    assert not Subscriber.objects.exists()


def test_beat_rings_only_for_tasks_that_exist():
    for entry in app.conf.beat_schedule.values():
        app.loader.import_default_modules()
        assert entry["task"] in app.tasks


def test_planning_sending_gathering_and_writing_have_queues_of_their_own_and_a_worker_serves_all():
    served = {queue.name for queue in app.conf.task_queues}
    routed = {name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks if name.startswith("digest.")}

    assert served == {"celery", "planning", "sending", "gathering", "writing"}
    assert routed["digest.tasks.plan_due"] == "planning"
    assert routed["digest.tasks.send_queued"] == "sending"
    assert routed["digest.tasks.gather_sources"] == "gathering"
    assert routed["digest.tasks.write_sentences"] == "writing"
    assert {*routed.values()} <= served


def test_logs_of_a_sign_up_contain_no_address(caplog, mailoutbox):
    caplog.set_level(logging.DEBUG)

    reader = signing_up.sign_up("ada@example.org", {"topics": []}, signing_up.ConsentRequest(NOW, "192.0.2.1"))
    tasks.send_mail("sign_up", reader.pk)

    assert mailoutbox
    assert "ada@example.org" not in caplog.text
