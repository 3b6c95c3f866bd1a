"""Seeing and deleting your own data."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.models import Feedback
from subscriptions import links, preferences
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import AuthorFollow, Consent, Follow, Rule, Subscriber, Weight
from subscriptions.preferences import Preferences
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "ada@example.org"
TOMORROW_AT_SEVEN = datetime(2025, 8, 22, 7, tzinfo=UTC)


def path(subscriber, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, subscriber)}{more}"


def test_everything_we_store_is_shown(client):
    topic, paper = make_topic("Graph learning"), make_paper("Graph motifs")
    reader = make_subscriber(ADDRESS)
    chosen_preferences = Preferences(
        {topic.pk: Weight.NEVER}, follow=("transport",), mute=("blockchain",), authors=("Ada Lovelace",)
    )
    preferences.keep(reader, chosen_preferences)
    Feedback.objects.create(subscriber=reader, paper=paper, kind=Feedback.Kind.SAVED)
    Consent.objects.create(subscriber=reader, wording="I agree.", requested_at=NOON, requested_from="192.0.2.7")
    make_delivery(reader, make_edition(paper), status="sent", sent_at=NOON)

    html = client.get(path(reader, "/data")).content.decode()

    for text in (ADDRESS, "I agree.", "192.0.2.7", "21 August 2025", "sent"):
        assert text in html
    for text in ("Graph learning (never)", "transport", "blockchain", "Ada Lovelace", "saved", "Graph motifs"):
        assert text in html


def test_the_data_can_be_downloaded(client):
    reader = make_subscriber(ADDRESS, follows=[make_topic("Graph learning")])
    preferences.keep(reader, replace(preferences.preferences_of(reader), mute=("blockchain",)))
    paper = make_paper("Graph motifs")
    Feedback.objects.create(subscriber=reader, paper=paper, kind=Feedback.Kind.MORE)
    make_delivery(reader, make_edition(paper), status="sent")

    answer = client.get(path(reader, "/data.json"))

    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = json.loads(answer.content)
    assert data["profile"]["email"] == ADDRESS
    assert data["topics"] == {"Graph learning": "normal"}
    assert data["words to mute"] == ["blockchain"]
    assert data["feedback"][0]["paper__title"] == "Graph motifs"
    assert data["deliveries"][0]["period"] == "2025-08-21"


def test_more_digests_cost_no_more_queries(client, django_assert_num_queries):
    reader = make_subscriber(ADDRESS)
    edition = make_edition(make_paper())
    for days in range(5):
        make_delivery(reader, edition, period=DAY + timedelta(days=days))
        Feedback.objects.create(subscriber=reader, paper=make_paper(), kind=Feedback.Kind.MORE)

    with django_assert_num_queries(16):
        client.get(path(reader, "/data"))


def test_looking_deletes_nothing_and_the_button_deletes_everything(client):
    reader = make_subscriber(ADDRESS, follows=[make_topic()])
    preferences.keep(
        reader, replace(preferences.preferences_of(reader), mute=("blockchain",), authors=("Ada Lovelace",))
    )
    Feedback.objects.create(subscriber=reader, paper=make_paper(), kind=Feedback.Kind.MORE)
    Consent.objects.create(subscriber=reader, wording="I agree.", requested_at=NOON)
    delivery = make_delivery(reader, make_edition(make_paper()), status="sent")
    link = path(reader, "/data")
    client.get(link)
    assert Subscriber.objects.exists()

    page = client.post(link, follow=True).content.decode()

    assert "Everything’s deleted" in page
    assert not Subscriber.objects.exists()
    for model in (Consent, Follow, Rule, AuthorFollow, Feedback):
        assert not model.objects.exists()
    delivery.refresh_from_db()
    assert delivery.subscriber is None
    answer = client.get(link)
    assert answer.status_code == 410
    assert "You’re not on our list" in answer.content.decode()
