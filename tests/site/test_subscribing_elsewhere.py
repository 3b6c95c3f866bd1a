"""Signing up from other sites: the API with its key, the badge, and the code to copy from the panel."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from subscriptions.models import Status, Subscriber
from tests.support.factories import NOON, make_topic

pytestmark = pytest.mark.django_db

KEY = "a-key-of-ours"


@pytest.fixture
def queued(monkeypatch):
    names = []
    monkeypatch.setattr("subscriptions.outgoing.queue_mail", lambda name, *_: names.append(name))
    return names


@pytest.fixture
def ask(settings):
    settings.SUBSCRIBE_KEY = KEY

    def ask(body=None, key=KEY, **fields):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # Like a request from another server: no cookie and no token.
        return Client(enforce_csrf_checks=True).post(
            "/api/subscriptions", body or fields, content_type="application/json", headers=headers
        )

    return ask


def test_a_request_starts_a_sign_up_that_the_owner_has_to_confirm(ask, queued):
    topic = make_topic("Robotics")

    answer = ask(email="Ada@example.org", topics=[topic.slug], frequency="weekly", time_zone="Asia/Calcutta")

    assert answer.status_code == 202
    reader = Subscriber.objects.get()
    assert (reader.status, reader.frequency, reader.time_zone) == (Status.PENDING, "weekly", "Asia/Kolkata")
    assert list(reader.topics.all()) == [topic]
    assert queued == ["sign_up"]


def test_every_address_gets_the_same_answer(ask, queued):
    new = ask(email="ada@example.org")
    reader = Subscriber.objects.get()
    reader.confirm(NOON)
    reader.save()
    again = ask(email="ada@example.org")

    assert (new.status_code, new.content) == (again.status_code, again.content)


@pytest.mark.parametrize("key", ["", "another", "é"])
def test_without_the_key_nothing_happens(ask, queued, key):
    assert ask(key=key, email="ada@example.org").status_code == 401
    assert not Subscriber.objects.exists()
    assert queued == []


def test_the_address_does_not_exist_if_no_key_is_set(ask, settings, queued):
    settings.SUBSCRIBE_KEY = ""

    assert ask(key="", email="ada@example.org").status_code == 404
    assert ask(key="None", email="ada@example.org").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "nobody"},
        {"email": ""},
        {},
        {"email": "a@example.org", "time_zone": "Mars/Olympus"},
        {"email": "a@example.org", "frequency": "hourly"},
        {"email": "a@example.org", "local_time": "25:99"},
        {"email": "a@example.org", "topics": "robotics"},
        {"email": "a@example.org", "topics": ["x"] * 1000},
    ],
)
def test_bad_input_gets_a_clear_error(ask, queued, fields):
    answer = ask(**fields)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", "null"])
def test_a_malformed_body_is_rejected_too(ask, queued, body):
    assert ask(body=body).status_code == 400


def test_an_address_gets_no_more_emails_than_through_the_form(ask, settings, queued):
    settings.MAILS_PER_ADDRESS = "1 per hour"

    assert [ask(email="ada@example.org").status_code for _ in range(2)] == [202, 202]
    assert queued == ["sign_up"]


def test_all_requests_together_have_a_limit(ask, settings, queued):
    settings.MAILS_PER_SITE = "1 per hour"

    assert [ask(email=f"{name}@example.org").status_code for name in ("a", "b")] == [202, 429]


@pytest.mark.parametrize("name", ["Daily Papers", "<b>&\"'", "محمد", "x" * 300])
def test_the_badge_names_the_site_and_nothing_in_it_runs(client, settings, name):
    settings.SITE_NAME = name

    answer = client.get("/badge.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<b>" not in answer.content
    assert len(answer.content) < 3000


def test_the_panel_gives_the_form_the_badge_and_a_request_to_copy(client):
    topic = make_topic("Robotics")
    client.force_login(get_user_model().objects.create_superuser("ada", password="x"))

    html = client.get("/admin/subscriptions/sign-up-form/").content.decode()

    assert "&lt;form action=&quot;http://localhost:8000/subscribe&quot; method=&quot;get&quot;&gt;" in html
    assert f"value=&quot;{topic.slug}&quot;" in html
    assert "http://localhost:8000/badge.svg" in html
    assert "http://localhost:8000/api/subscriptions" in html
