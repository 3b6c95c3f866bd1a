"""The panel's pages for subscribers, topics and suppressed addresses."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine

from digest.models import Feedback
from subscriptions import preferences
from subscriptions.models import Consent, Status, Subscriber, Suppression, Topic
from tests.support.factories import NOON, make_paper, make_subscriber, make_topic
from tests.support.html import html_of

pytestmark = pytest.mark.django_db

SUBSCRIBERS = "/admin/subscriptions/subscriber/"
SUPPRESSIONS = "/admin/subscriptions/suppression/"


def inline(prefix, rows=0):
    return {f"{prefix}-TOTAL_FORMS": rows, f"{prefix}-INITIAL_FORMS": rows}


def test_subscribers_are_found_by_address_whatever_its_case(admin_client):
    make_subscriber("ada@example.org")
    make_subscriber("grace@example.org")

    html = admin_client.get(SUBSCRIBERS, {"q": "ADA@example.org"}).content.decode()

    assert "ada@example.org" in html
    assert "grace@example.org" not in html


@pytest.mark.parametrize("page", [SUBSCRIBERS, "/admin/subscriptions/topic/", SUPPRESSIONS])
def test_more_rows_cost_no_more_queries(admin_client, django_assert_max_num_queries, page):
    for number in range(20):
        make_subscriber(follows=[make_topic(f"Topic {number}")])
        Suppression.objects.create(address_hash=str(number), reason="bounced")

    with django_assert_max_num_queries(9):
        assert admin_client.get(page).status_code == 200


def test_the_page_of_a_subscriber_shows_topics_and_consents(admin_client):
    reader = make_subscriber("ada@example.org", follows=[make_topic("Graph learning")])
    Consent.objects.create(subscriber=reader, wording="I agree.", requested_at=NOON)
    preferences.keep(
        reader, replace(preferences.preferences_of(reader), mute=("blockchain",), authors=("Ada Lovelace",))
    )

    html = admin_client.get(f"{SUBSCRIBERS}{reader.pk}/change/").content.decode()

    assert "Graph learning" in html
    assert "I agree." in html
    assert "blockchain" in html
    assert "Ada Lovelace" in html
    assert str(reader.public_id) in html


def test_no_one_can_be_signed_up_from_the_panel(admin_client):
    assert admin_client.get(f"{SUBSCRIBERS}add/").status_code == 403


@time_machine.travel(NOON, tick=False)
def test_changing_the_hour_moves_the_next_digest(admin_client):
    reader = make_subscriber(next_digest_at=datetime(2025, 8, 22, 7, tzinfo=UTC))
    fields = {"time_zone": "UTC", "local_time": "18:00", "frequency": "daily", "weekday": 0, "max_papers": 10}
    fields |= {
        "chosen_days": 31,
        "month_day": 1,
        "channel": "mail",
        "least_match": 0,
        "breadth": "edition",
        "max_more": 10,
    }
    rows = inline("follows") | inline("rules") | inline("authors") | inline("consents")

    answer = admin_client.post(f"{SUBSCRIBERS}{reader.pk}/change/", fields | rows)

    assert answer.status_code == 302
    reader.refresh_from_db()
    assert reader.next_digest_at == datetime(2025, 8, 21, 18, tzinfo=UTC)


def test_the_selected_subscribers_are_unsubscribed(admin_client):
    reader = make_subscriber()

    admin_client.post(SUBSCRIBERS, {"action": "unsubscribe", "_selected_action": [reader.pk]})

    assert Subscriber.objects.get().status == Status.UNSUBSCRIBED


def test_a_topic_shows_how_many_active_readers_follow_it(admin_client):
    topic = make_topic("Graph learning")
    make_subscriber(follows=[topic])
    make_subscriber(follows=[topic], status=Status.PENDING, confirmed_at=None, next_digest_at=None)
    never = make_subscriber(follows=[topic])
    never.follows.update(weight=-1)
    Topic.objects.count_followers()

    page = html_of(admin_client.get("/admin/subscriptions/topic/"))

    assert page.one("td.field-followers").text == "1"
    assert Topic.objects.count() == 1


def test_a_suppressed_address_is_kept_as_its_hash_and_gets_no_more_mail(admin_client):
    reader = make_subscriber("ada@example.org")

    answer = admin_client.post(f"{SUPPRESSIONS}add/", {"email": "Ada@example.org", "reason": "by_hand"})

    assert answer.status_code == 302
    assert Suppression.objects.covers("ada@example.org")
    assert "ada" not in Suppression.objects.get().address_hash
    reader.refresh_from_db()
    assert reader.status == Status.SUPPRESSED
    assert reader.next_digest_at is None
    html = admin_client.get(SUPPRESSIONS, {"q": "ADA@example.org"}).content.decode()
    assert Suppression.objects.get().address_hash[:12] in html


def test_an_address_is_suppressed_once(admin_client):
    for _ in range(2):
        answer = admin_client.post(f"{SUPPRESSIONS}add/", {"email": "ada@example.org", "reason": "by_hand"})

    assert "This address is already suppressed" in answer.content.decode()
    assert Suppression.objects.count() == 1


def test_feedback_is_listed_in_few_queries(admin_client, django_assert_max_num_queries):
    for _ in range(12):
        Feedback.objects.create(subscriber=make_subscriber(), paper=make_paper("Graph motifs"), kind="more")

    with django_assert_max_num_queries(7):
        html = admin_client.get("/admin/digest/feedback/").content.decode()
    assert "Graph motifs" in html
