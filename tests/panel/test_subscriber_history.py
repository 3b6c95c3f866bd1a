"""The history of one subscriber, suppressing their address and lifting that, and exporting data."""

import csv

import pytest
from django.contrib.admin.models import LogEntry

from digest.models import Delivery
from subscriptions.models import Consent, Status, Suppression
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    reader = make_subscriber("ada@example.org", follows=[make_topic("Graph learning")])
    Consent.objects.create(subscriber=reader, wording="I agree.", requested_at=NOON, confirmed_at=NOON)
    return reader


def address(reader, rest="story/"):
    return f"/admin/subscriptions/subscriber/{reader.pk}/{rest}"


def test_the_history_shows_consent_preferences_digests_and_reports(admin_client, reader):
    delivery = make_delivery(reader, make_edition(make_paper()), status=Delivery.Status.BOUNCED)
    delivery.events.create(provider="postmark", event_id="1", type="bounced", kind="hard_bounce", at=NOON)
    skipped = {"status": Delivery.Status.SKIPPED, "error": "no paper in the new editions matched"}
    make_delivery(reader, make_edition(make_paper(), day=DAY.replace(day=20)), **skipped)

    html = admin_client.get(address(reader)).content.decode()

    for text in ("I agree.", "Graph learning", "Bounced", "bounced (permanent)", "Nothing was sent", skipped["error"]):
        assert text in html


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"status": Status.PENDING, "next_digest_at": None}, "they never confirmed the sign-up"),
        ({"status": Status.UNSUBSCRIBED, "next_digest_at": None}, "they unsubscribed"),
        ({"status": Status.SUPPRESSED, "next_digest_at": None}, "the address is suppressed"),
        ({"paused_until": DAY.replace(year=2100)}, "No email until 21 August 2100: they paused their digests"),
        ({}, "Next digest: 21 August 2025, noon UTC"),
    ],
)
def test_the_page_says_why_a_subscriber_gets_email_or_does_not(admin_client, fields, text):
    html = admin_client.get(address(make_subscriber(**fields))).content.decode()

    assert text.replace(", noon", ", 12:00") in html


def test_more_digests_cost_no_more_queries(admin_client, reader, django_assert_max_num_queries):
    def grow(days):
        for day in days:
            make_delivery(reader, make_edition(make_paper(), day=DAY.replace(day=day)))

    grow([1, 2])
    with django_assert_max_num_queries(20) as few:
        admin_client.get(address(reader))
    grow(range(3, 12))
    with django_assert_max_num_queries(20) as many:
        admin_client.get(address(reader))
    assert len(few) == len(many)


def test_a_suppression_can_be_lifted_and_the_subscriber_has_to_sign_up_again(admin_client, reader):
    admin_client.post(address(reader, "suppress/"))
    reader.refresh_from_db()
    assert (reader.status, Suppression.objects.covers(reader.email)) == (Status.SUPPRESSED, True)

    admin_client.post(address(reader, "lift/"))

    reader.refresh_from_db()
    assert (reader.status, Suppression.objects.covers(reader.email)) == (Status.UNSUBSCRIBED, False)
    assert reader.consents.get().withdrawn_at
    assert LogEntry.objects.count() == 2


def test_a_subscribers_data_can_be_exported_and_the_activity_log_says_so(admin_client, reader):
    answer = admin_client.post(address(reader, "data/"))

    assert answer.json()["profile"]["email"] == "ada@example.org"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert LogEntry.objects.get().change_message == "Exported their data."


def test_the_export_contains_everyone_and_no_formulas(admin_client, reader):
    Consent.objects.create(subscriber=reader, wording="=cmd|' /C calc'!A0", requested_at=NOON.replace(year=2024))
    make_subscriber("+plus@example.org")

    answer = admin_client.post("/admin/subscriptions/subscriber/export/")

    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert [row["email"] for row in rows] == ["ada@example.org", "'+plus@example.org"]
    assert rows[0]["consent"] == "'=cmd|' /C calc'!A0 | I agree."
    assert rows[0]["topics"] == "graph-learning"
    assert LogEntry.objects.get().change_message == "Exported all subscribers."


@pytest.mark.parametrize("term", ["ADA@", "ada@example.org", "@example.org"])
def test_subscribers_are_found_by_the_start_or_domain_of_an_address(admin_client, reader, term):
    make_subscriber("grace@example.com")

    listed = admin_client.get("/admin/subscriptions/subscriber/", {"q": term}).context["cl"].queryset

    assert [row.email for row in listed] == ["ada@example.org"]


def test_deliveries_are_found_by_the_day_of_their_edition(admin_client, reader):
    first = make_delivery(reader, make_edition(make_paper()))
    make_delivery(reader, make_edition(make_paper(), day=DAY.replace(day=20)))

    listed = admin_client.get("/admin/digest/delivery/", {"q": "2025-08-21"}).context["cl"].queryset

    assert list(listed) == [first]
    assert admin_client.get("/admin/digest/delivery/", {"q": "2025-13-45"}).status_code == 200
