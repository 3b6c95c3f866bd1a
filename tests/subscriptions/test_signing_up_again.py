"""A sign-up with the address of a reader who left: nothing changes for them until they confirm it."""

from datetime import time, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from digest.models import Feedback
from subscriptions import emails, exporting, links, tasks
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Consent, Follow, Rule, Status, Subscriber, Suppression
from subscriptions.models.suppression import hash_of
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber, make_topic

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "sofia@example.org"
THE_FORM = {"email": "SOFIA@example.org", "time_zone": "Asia/Tokyo", "local_time": "18:30", "frequency": "monthly"}


@pytest.fixture
def topics():
    return [make_topic("Graph learning"), make_topic("Optimization"), make_topic("Robotics")]


@pytest.fixture
def paper():
    paper = make_paper("Graph motifs")
    make_edition(paper)
    return paper


@pytest.fixture
def reader(topics):
    """A reader who left twenty days ago."""
    reader = make_subscriber(ADDRESS, follows=topics[:2], paused_until=NOON.date())
    Rule.objects.create(subscriber=reader, kind="mute", phrase="blockchain")
    left_at = NOON - timedelta(days=20)
    Consent.objects.create(subscriber=reader, wording="I agree.", requested_at=left_at, confirmed_at=left_at)
    reader.unsubscribe(left_at)
    return reader


def record():
    """Everything on record about a reader, except open requests."""
    rows = [Subscriber.objects, Follow.objects, Rule.objects, Feedback.objects, Consent.objects.given()]
    return [list(row.order_by("pk").values()) for row in rows]


def path(link):
    return link.removeprefix("http://localhost:8000")


def preferences(reader, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{more}"


@pytest.fixture
def ask(sign_up, topics, paper):
    """Submit the form with everything that it accepts."""
    return lambda: sign_up(**THE_FORM, topics=[topics[2].pk], follow="buy at evil", liked=[paper.pk])


def test_nothing_changes_before_it_is_confirmed(client, reader, ask):
    before = record()

    assert ask().url == "/subscribe/sent"
    Client().get(path(links.confirm_url(reader)))

    assert record() == before


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.SUPPRESSED])
def test_no_request_is_stored_for_active_or_suppressed_readers(reader, ask, status):
    Subscriber.objects.update(status=status, next_digest_at=NOON)
    before = record()

    ask()

    assert record() == before
    assert not Consent.objects.requests().exists()


def test_once_confirmed_it_applies_the_choices_and_keeps_what_was_there_before(client, reader, ask, topics, paper):
    ask()
    client.post(path(links.confirm_url(reader)))

    reader.refresh_from_db()
    assert (reader.status, reader.email) == (Status.ACTIVE, "SOFIA@example.org")
    assert (reader.time_zone, reader.local_time, reader.frequency) == ("Asia/Tokyo", time(18, 30), "monthly")
    assert reader.paused_until is None
    assert list(reader.topics.all()) == [topics[2]]
    assert sorted(reader.rules.values_list("kind", "phrase")) == [("follow", "buy at evil"), ("mute", "blockchain")]
    assert list(reader.feedback.values_list("paper", "kind")) == [(paper.pk, "more")]
    old, new = reader.consents.all()
    assert old.withdrawn_at is not None
    assert (new.confirmed_at, new.confirmed_from, new.choices) == (NOON, "127.0.0.1", None)


def test_the_mail_and_the_page_show_the_choices_but_not_the_typed_words(client, reader, ask):
    ask()
    emails.answer("sign_up", reader.pk)

    [message] = mail.outbox
    page = Client().get(path(links.confirm_url(reader))).content.decode()
    for text in (message.body, message.alternatives[0].content, page):
        assert "Robotics" in text
        assert "Asia/Tokyo" in text
        assert "buy at evil" not in text
    for text in (message.body, message.alternatives[0].content):
        assert "you’ll stay unsubscribed" in text


def test_if_never_confirmed_it_is_forgotten_and_the_reader_stays_on_record_as_having_left(reader, ask):
    before = record()
    ask()

    with time_machine.travel(NOON + timedelta(days=8), tick=False):
        tasks.forget_unconfirmed()

    assert record() == before
    assert not Consent.objects.requests().exists()


def test_a_forgotten_request_cannot_be_confirmed(client, reader, ask):
    ask()
    Consent.objects.requests().delete()

    page = client.post(path(links.confirm_url(reader)), follow=True).content.decode()

    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED
    assert "You’re not subscribed" in page


def test_of_two_strangers_requests_the_latest_counts(client, reader, ask, sign_up):
    ask()
    sign_up(**{**THE_FORM, "time_zone": "Europe/Berlin"})

    client.post(path(links.confirm_url(reader)))

    reader.refresh_from_db()
    assert reader.time_zone == "Europe/Berlin"
    assert reader.consents.count() == 2


def test_a_strangers_network_is_not_shown_as_the_readers(client, reader, ask):
    Consent.objects.all().delete()
    ask()

    assert "127.0.0.1" not in client.get(preferences(reader, "/data")).content.decode()
    assert "127.0.0.1" not in client.get(preferences(reader, "/data.json")).content.decode()


def test_the_export_does_not_call_it_consent(reader, ask):
    ask()

    _, line = exporting.lines()
    assert "I want to get research papers" not in line
    assert ",unsubscribed," in line


def test_requesting_the_preferences_link_sends_that_link(reader, ask, mailoutbox):
    ask()

    emails.answer("link_request", reader.pk)

    assert "/preferences/" in mailoutbox[0].body
    assert "/confirm/" not in mailoutbox[0].body


def test_the_unsubscribe_button_drops_the_request_too(client, reader, ask):
    ask()

    client.post(path(links.unsubscribe_url(reader)))

    assert not Consent.objects.requests().exists()


def test_an_address_suppressed_since_is_politely_refused(client, reader, ask):
    ask()
    Suppression.objects.create(address_hash=hash_of(ADDRESS), reason="complained")

    assert "We can’t email" in client.post(path(links.confirm_url(reader))).content.decode()
    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.SUPPRESSED, Status.UNSUBSCRIBED])
def test_a_known_address_takes_as_much_work_as_a_new_one(sign_up, status):
    make_subscriber(ADDRESS, status=status)

    with CaptureQueriesContext(
        connection,
    ) as known_address:
        sign_up(email=ADDRESS)
    with CaptureQueriesContext(connection) as new:
        sign_up(email="new@example.org")

    assert len(known_address) >= len(new)
