"""What reports do to deliveries and readers, in whatever order they come."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from anymail.signals import tracking
from django.db import connection
from django.utils import timezone

from digest.models import Delivery, Event
from digest.sending import ledger, provider_events
from digest.sending.outcome import Outcome, Verdict
from subscriptions.models import Status as ReaderStatus
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.provider_events import HARD, SOFT, make_report

Status = Delivery.Status
pytestmark = pytest.mark.django_db

EVENING = NOON + timedelta(hours=6)


@pytest.fixture
def edition():
    return make_edition(make_paper())


@pytest.fixture
def delivery(edition):
    return make_delivery(make_subscriber("ada@example.org"), edition, status=Status.SENT, provider_id="abc")


def test_one_receiver_listens():
    assert [receiver() for _, receiver, *_ in tracking.receivers] == [provider_events.receive]


# --- Which mail is meant --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "about",
    [
        lambda delivery: {"metadata": {"delivery": str(delivery.pk)}, "message_id": None},
        lambda _: {"metadata": {}, "message_id": "abc"},
        lambda delivery: {"metadata": None, "message_id": delivery.message_id},
        lambda delivery: {"metadata": {}, "message_id": delivery.message_id.strip("<>")},
    ],
    ids=["metadata", "the provider's id", "our Message-ID", "our Message-ID, bare"],
)
def test_a_mail_is_identified_by_any_of_its_ids(delivery, about):
    make_report("delivered", delivery, **about(delivery))

    assert delivery.status == Status.DELIVERED


def test_among_mails_with_the_same_id_the_readers_own_is_meant(delivery, edition):
    other = make_delivery(make_subscriber("grace@example.org"), edition, status=Status.SENT, provider_id="abc")

    make_report("delivered", metadata={}, message_id="abc", recipient="Grace@example.org")

    other.refresh_from_db()
    delivery.refresh_from_db()
    assert (other.status, delivery.status) == (Status.DELIVERED, Status.SENT)


def test_another_installations_delivery_number_is_not_taken_for_ours(delivery):
    make_report(**HARD, delivery=delivery, message_id="theirs", recipient="stranger@example.org")

    assert (delivery.status, delivery.subscriber.status) == (Status.SENT, ReaderStatus.ACTIVE)
    assert Event.objects.get().delivery is None


def test_a_mail_that_was_forwarded_and_then_bounced_is_ours(delivery):
    make_report(**HARD, delivery=delivery, recipient="passed-on@example.com")

    assert (delivery.status, delivery.subscriber.status) == (Status.BOUNCED, ReaderStatus.SUPPRESSED)


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "²", None, ["1"], "1\x00"])
def test_a_nonsense_delivery_number_is_stored_and_matches_nothing(delivery, number):
    about = {"metadata": {"delivery": number}, "message_id": "no\x00nsense", "recipient": "stranger@example.org"}

    make_report("delivered", delivery, event_id="\x00" * 3, **about)

    assert delivery.status == Status.SENT
    assert Event.objects.get().delivery is None


# --- In what order --------------------------------------------------------------------------------


def test_in_whatever_order_reports_come_the_most_serious_wins(edition):
    reports = [SOFT, {"event_type": "delivered"}, HARD, {"event_type": "complained"}]
    ends = [Status.FAILED, Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED]
    for size in range(1, len(reports) + 1):
        for order in permutations(range(len(reports)), size):
            delivery = make_delivery(make_subscriber(), edition, status=Status.SENT)
            for which in order:
                make_report(**reports[which], delivery=delivery)
            assert delivery.status == ends[max(order)], order


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({"event_type": "queued"}, Status.SENT),
        ({"event_type": "sent"}, Status.SENT),
        ({"event_type": "delivered"}, Status.DELIVERED),
        (HARD, Status.BOUNCED),
        (SOFT, Status.FAILED),
        ({"event_type": "rejected", "reject_reason": "blocked"}, Status.FAILED),
        ({"event_type": "failed"}, Status.FAILED),
        ({"event_type": "deferred"}, Status.UNCERTAIN),
        ({"event_type": "opened"}, Status.UNCERTAIN),
    ],
)
def test_an_uncertain_delivery_is_settled_by_the_provider(edition, what, status):
    delivery = make_delivery(make_subscriber(), edition, status=Status.UNCERTAIN, error="the line broke")

    make_report(**what, delivery=delivery, message_id="late")

    assert delivery.status == status
    if status in {Status.SENT, Status.DELIVERED}:
        assert (delivery.error, delivery.provider_id, delivery.sent_at) == ("", "late", NOON)


@pytest.mark.parametrize("what", ["opened", "clicked", "deferred", "autoresponded", "subscribed", "unknown", "sent"])
def test_a_report_that_says_nothing_new_is_stored_and_changes_nothing(delivery, what):
    make_report(what, delivery)

    assert (delivery.status, delivery.subscriber.status) == (Status.SENT, ReaderStatus.ACTIVE)
    assert Event.objects.get().type == what


def test_a_report_that_comes_before_the_workers_record_is_not_overwritten_by_it(edition):
    delivery = make_delivery(make_subscriber(), edition)
    ledger.begin(ledger.claim("one", NOON, 10), "one", NOON)

    make_report("delivered", delivery, message_id="abc")
    ledger.record_outcomes({delivery.pk: Outcome(Verdict.SENT, provider_id="abc")}, "one", EVENING)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.provider_id) == (Status.DELIVERED, "abc")
    assert (delivery.sent_at, delivery.attempts, delivery.lease_until) == (NOON, 1, None)


@pytest.mark.parametrize("claimed", [False, True])
def test_a_mail_that_arrived_after_all_is_not_sent_again(edition, claimed):
    delivery = make_delivery(make_subscriber(), edition, attempts=1, error="a try that looked refused")
    if claimed:
        ledger.claim("one", NOON, 10)

    make_report("delivered", delivery)

    assert delivery.status == Status.DELIVERED
    assert ledger.claim("two", EVENING, 10) == []
    assert ledger.begin([delivery.pk], "one", EVENING) == set()


def test_a_skipped_period_stays_skipped(edition):
    delivery = make_delivery(make_subscriber(), edition, status=Status.SKIPPED)

    make_report("delivered", delivery)

    assert delivery.status == Status.SKIPPED


# --- Once -----------------------------------------------------------------------------------------


def test_a_report_without_an_id_is_stored_once(delivery):
    for _ in range(2):
        make_report(**SOFT, delivery=delivery, event_id=None)

    assert Event.objects.count() == 1
    assert "ada" not in Event.objects.get().event_id
    assert delivery.subscriber.soft_bounces == 1


def test_the_same_id_from_two_providers_is_two_reports(delivery):
    make_report("opened", delivery, event_id="1")
    make_report("opened", delivery, event_id="1", provider="Resend")

    assert Event.objects.count() == 2


def test_a_report_without_a_time_gets_ours(delivery):
    make_report("delivered", delivery, timestamp=None)

    assert abs(Event.objects.get().at - timezone.now()) < timedelta(minutes=1)


def test_a_time_without_a_zone_is_taken_as_utc(delivery):
    make_report("delivered", delivery, timestamp=datetime(2025, 8, 21, 12))  # noqa: DTZ001 - meant

    assert Event.objects.get().at == NOON


@pytest.mark.django_db(transaction=True)
def test_reports_that_come_all_at_once_are_each_stored_once(delivery):
    start = threading.Barrier(4)
    # One of them comes twice.
    reports = [("opened", "one"), ("delivered", "two"), ("delivered", "two"), ("complained", "three")]
    fields = {"message_id": "abc", "metadata": {"delivery": str(delivery.pk)}, "recipient": "ada@example.org"}

    def come(event_type, event_id):
        start.wait()
        try:
            make_report(event_type, event_id=event_id, **fields)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(reports)) as pool:
        for coming in [pool.submit(come, *each) for each in reports]:
            coming.result()

    delivery.refresh_from_db()
    assert sorted(Event.objects.values_list("event_id", flat=True)) == ["one", "three", "two"]
    assert delivery.status == Status.COMPLAINED


def test_a_deliverys_page_shows_its_reports_read_only(admin_client, delivery):
    make_report("clicked", delivery, event_id="id-of-the-report")

    html = admin_client.get(f"/admin/digest/delivery/{delivery.pk}/change/").content.decode()

    assert "id-of-the-report" in html
    assert 'name="events-0-type"' not in html
