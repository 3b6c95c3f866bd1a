"""Signing up, and what must not come of it."""

import threading
from datetime import UTC, datetime, time

import pytest
import time_machine
from django.db import connection
from django.test import Client

from subscriptions import signing_up
from subscriptions.models import Frequency, Status, Subscriber, Suppression
from subscriptions.models.suppression import hash_of
from subscriptions.signing_up import ConsentRequest
from tests.support.factories import make_subscriber, make_topic
from tests.support.html import html_of

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"
NOW = datetime(2025, 8, 21, 12, tzinfo=UTC)


def suppress(address):
    Suppression.objects.create(address_hash=hash_of(address), reason="complained")


def make_pending(**fields):
    return make_subscriber(ADDRESS, status=Status.PENDING, next_digest_at=None, confirmed_at=None, **fields)


def test_a_sign_up_waits_for_its_confirmation_with_all_its_choices(sign_up, queued):
    topic = make_topic("Graph learning")
    make_topic("Optimization")

    answer = sign_up(
        topics=[topic.pk], time_zone="Asia/Kolkata", local_time="18:30", frequency="weekly", weekday="4", email=ADDRESS
    )

    assert answer.status_code == 302
    assert answer.url == "/subscribe/sent"
    reader = Subscriber.objects.get()
    assert reader.status == Status.PENDING
    assert reader.next_digest_at is None
    assert reader.schedule_fields[:4] == ("Asia/Kolkata", time(18, 30), Frequency.WEEKLY, 4)
    assert list(reader.topics.all()) == [topic]
    assert queued == [("sign_up", reader.pk)]


def test_a_sign_up_records_when_from_where_and_in_what_words_consent_was_requested(sign_up):
    with time_machine.travel(NOW, tick=False):
        sign_up()

    consent = Subscriber.objects.get().consents.get()
    assert consent.requested_at == NOW
    assert consent.requested_from == "127.0.0.1"
    assert "research papers from Daily Papers by email" in consent.wording
    assert consent.confirmed_at is None


def test_the_consent_wording_is_on_the_sign_up_page(client):
    assert signing_up.wording() in client.get("/subscribe").content.decode()


def test_another_spelling_is_the_same_address(sign_up):
    sign_up(email="Ada@Example.org")
    sign_up(email=" ADA@example.ORG ")

    assert Subscriber.objects.count() == 1


def test_a_pending_sign_up_takes_the_new_choices_and_gets_another_mail(sign_up, queued):
    reader = make_pending(local_time=time(7))

    sign_up(local_time="09:30")

    reader.refresh_from_db()
    assert reader.local_time == time(9, 30)
    assert queued == [("sign_up", reader.pk)]


def test_signing_up_twice_leaves_one_open_consent(sign_up):
    sign_up()
    sign_up()

    assert Subscriber.objects.get().consents.count() == 1


def test_a_stranger_changes_nothing_for_an_active_subscriber(sign_up, queued):
    topic = make_topic()
    reader = make_subscriber(ADDRESS, follows=[topic], time_zone="Europe/Berlin")
    before = Subscriber.objects.values().get()

    answer = sign_up(local_time="23:00", time_zone="Asia/Tokyo")

    assert answer.url == "/subscribe/sent"
    assert Subscriber.objects.values().get() == before
    assert list(reader.topics.all()) == [topic]
    assert not reader.consents.exists()
    assert queued == [("sign_up", reader.pk)]


def test_a_reader_who_left_can_sign_up_again(sign_up, queued):
    reader = make_subscriber(ADDRESS)
    reader.unsubscribe(NOW)

    sign_up(time_zone="Asia/Tokyo")
    assert queued == [("sign_up", reader.pk)]
    assert signing_up.confirm_subscription(reader, ConsentRequest(NOW, None))

    reader.refresh_from_db()
    assert reader.status == Status.ACTIVE
    assert reader.time_zone == "Asia/Tokyo"


def test_a_suppressed_address_gets_the_same_answer_and_no_mail(sign_up, queued):
    suppress(ADDRESS)

    assert sign_up().url == "/subscribe/sent"
    assert not Subscriber.objects.exists()
    assert queued == [("sign_up", 0)]


def test_filling_in_the_honeypot_gets_the_same_answer_and_stores_nothing(sign_up, queued):
    assert sign_up(website="https://spam.example").url == "/subscribe/sent"
    assert not Subscriber.objects.exists()
    assert queued == []


def test_the_banner_works_by_itself_on_a_page(client):
    make_topic("Graph learning")

    html = client.get("/subscribe").content.decode()

    assert "each with the reason it was picked for you" in html
    assert 'name="topics"' in html
    assert len(html_of(html).all("option")) > 400
    assert "Every day at 07:00" in html


def test_without_a_csrf_token_the_form_is_refused():
    assert Client(enforce_csrf_checks=True).post("/subscribe", {"email": ADDRESS}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_sign_ups_at_once_make_one_row(monkeypatch):
    """The second row appears between the first one's lookup and its insert."""
    consent_request = ConsentRequest(NOW, None)
    choices = {"topics": [], "time_zone": "UTC"}
    real_get = Subscriber.objects.all().__class__.get
    outcomes = []

    def get(self, *args, **kwargs):
        if not outcomes:
            outcomes.append(1)
            Subscriber.objects.bulk_create([Subscriber(email=ADDRESS, email_key=ADDRESS)])
            raise Subscriber.DoesNotExist
        return real_get(self, *args, **kwargs)

    monkeypatch.setattr(Subscriber.objects.all().__class__, "get", get)

    reader = signing_up.sign_up(ADDRESS, choices, consent_request)

    assert reader is not None
    assert Subscriber.objects.count() == 1
    assert outcomes


@pytest.mark.django_db(transaction=True)
def test_sign_ups_in_parallel_make_one_row_with_one_open_consent():
    ready, results = threading.Barrier(4), []

    def ask():
        try:
            ready.wait(timeout=10)
            results.append(signing_up.sign_up(ADDRESS, {"topics": [], "time_zone": "UTC"}, ConsentRequest(NOW, None)))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    reader = Subscriber.objects.get()
    assert results == [reader] * 4
    assert reader.consents.count() == 1


# --- Bad input ---


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "a" * 300 + "@example.org", "This address is too long"),
        ("email", "", "Please enter your email address"),
        ("email", "<b>ada</b>@example.org", "&lt;"),
        ("email", "ada@mailinator.com", "stop working within hours"),
        ("time_zone", "Mars/Olympus", "We don’t know this time zone"),
        ("local_time", "25:99", "Please choose a time"),
        ("local_time", "07:13", "Please choose a time"),
        ("topics", "999999999999999999999999", "One of the topics no longer exists"),
        ("frequency", "hourly", "Select a valid choice"),
        ("weekday", "7", "Select a valid choice"),
    ],
)
def test_bad_input_gets_an_error_message_at_its_field(sign_up, queued, field, value, words):
    answer = sign_up(**{field: value})

    assert answer.status_code == 422
    html = answer.content.decode()
    assert words in html
    assert f'id="id_{field}_error"' in html
    assert "<b>ada" not in html
    assert not Subscriber.objects.exists()
    assert queued == []


def test_disposable_addresses_are_accepted_when_the_setting_says_so(sign_up, settings):
    settings.REFUSE_DISPOSABLE = False

    assert sign_up(email="ada@mailinator.com").status_code == 302
