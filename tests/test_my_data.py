"""Seeing and deleting what is held about oneself."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from subscriptions import links
from subscriptions.models import Consent, Subscriber
from subscriptions.tokens import Purpose
from tests.make import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic

pytest_plugins = ["tests.asking"]
pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"
TOMORROW_AT_SEVEN = datetime(2025, 8, 22, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def path(subscriber, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, subscriber)}{more}"


def test_all_that_is_held_is_shown(client):
    reader = make_subscriber(ADDRESS, follows=[make_topic("Graph learning")])
    Consent.objects.create(subscriber=reader, wording="I agree.", requested_at=NOON, requested_from="192.0.2.7")
    make_delivery(reader, make_edition(make_paper()), status="sent", sent_at=NOON)

    html = client.get(path(reader, "/data")).content.decode()

    for held in (ADDRESS, "Graph learning", "I agree.", "192.0.2.7", "21 August 2025", "sent"):
        assert held in html


def test_the_data_can_be_taken_along(client):
    reader = make_subscriber(ADDRESS, follows=[make_topic("Graph learning")])
    make_delivery(reader, make_edition(make_paper()), status="sent")

    answer = client.get(path(reader, "/data.json"))

    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = json.loads(answer.content)
    assert data["profile"]["email"] == ADDRESS
    assert data["topics"] == ["Graph learning"]
    assert data["deliveries"][0]["period"] == "2025-08-21"


def test_more_digests_cost_no_more_queries(client, django_assert_num_queries):
    reader = make_subscriber(ADDRESS)
    edition = make_edition(make_paper())
    for days in range(5):
        make_delivery(reader, edition, period=DAY + timedelta(days=days))

    with django_assert_num_queries(4):
        client.get(path(reader, "/data"))


def test_looking_deletes_nothing_and_the_button_deletes_everything(client):
    reader = make_subscriber(ADDRESS, follows=[make_topic()])
    Consent.objects.create(subscriber=reader, wording="I agree.", requested_at=NOON)
    delivery = make_delivery(reader, make_edition(make_paper()), status="sent")
    link = path(reader, "/data")
    client.get(link)
    assert Subscriber.objects.exists()

    page = client.post(link, follow=True).content.decode()

    assert "Everything is deleted" in page
    assert not Subscriber.objects.exists()
    assert not Consent.objects.exists()
    delivery.refresh_from_db()
    assert delivery.subscriber is None
    answer = client.get(link)
    assert answer.status_code == 410
    assert "You are not on our list" in answer.content.decode()
