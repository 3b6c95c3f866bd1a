"""Whose mail ends, and by which reports."""

from datetime import timedelta
from itertools import count

import pytest

from digest import events
from digest.models import Delivery, Event
from subscriptions.models import Status as ReaderStatus
from subscriptions.models import Subscriber, Suppression
from tests.make import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.reporting import HARD, SOFT, report

Status = Delivery.Status
pytestmark = pytest.mark.django_db

EVENING = NOON + timedelta(hours=6)
_days = count(1)


@pytest.fixture
def edition():
    return make_edition(make_paper())


@pytest.fixture
def delivery(edition):
    return make_delivery(make_subscriber("ada@example.org"), edition, status=Status.SENT, provider_id="abc")


def bounce_softly(reader, edition, times):
    for _ in range(times):
        day = NOON.date() + timedelta(days=next(_days))
        report(**SOFT, delivery=make_delivery(reader, edition, period=day, status=Status.SENT))
    reader.refresh_from_db()


def test_the_fifth_soft_bounce_in_a_row_ends_the_mail(edition):
    reader = make_subscriber()

    bounce_softly(reader, edition, 4)
    assert reader.status == ReaderStatus.ACTIVE

    bounce_softly(reader, edition, 1)
    assert reader.status == ReaderStatus.SUPPRESSED
    assert Suppression.objects.covers(reader.email)


def test_a_mail_that_arrives_begins_the_count_anew(edition):
    reader = make_subscriber()
    bounce_softly(reader, edition, 4)

    report("delivered", make_delivery(reader, edition, status=Status.SENT))
    bounce_softly(reader, edition, 4)

    assert (reader.status, reader.soft_bounces) == (ReaderStatus.ACTIVE, 4)


def test_a_mail_that_bounces_softly_again_counts_once(delivery):
    for _ in range(6):
        report(**SOFT, delivery=delivery)

    assert (delivery.subscriber.soft_bounces, delivery.subscriber.status) == (1, ReaderStatus.ACTIVE)


def test_an_out_of_office_reply_after_delivery_changes_nothing(delivery):
    report("delivered", delivery)
    report(**SOFT, delivery=delivery)

    assert (delivery.status, delivery.subscriber.soft_bounces) == (Status.DELIVERED, 0)
    assert Event.objects.count() == 2


@pytest.mark.parametrize("reason", ["invalid", "bounced", "spam"])
def test_a_refusal_for_the_address_ends_the_mail_to_it(delivery, reason):
    report("rejected", delivery, reject_reason=reason)

    assert delivery.subscriber.status == ReaderStatus.SUPPRESSED


def test_the_word_that_it_is_no_spam_is_no_complaint(delivery):
    report("complained", delivery, description="not-spam")

    assert (delivery.status, delivery.subscriber.status) == (Status.SENT, ReaderStatus.ACTIVE)


def test_suppression_outlives_the_reader(delivery):
    report("complained", delivery)

    Subscriber.objects.get().erase()

    assert Suppression.objects.covers("ada@example.org")


def test_a_report_that_comes_after_the_reader_was_deleted_still_suppresses(delivery):
    delivery.subscriber.erase()

    report(**HARD, delivery=Delivery.objects.get(), recipient="ada@example.org")

    assert Suppression.objects.covers("ada@example.org")
    assert Delivery.objects.get().status == Status.BOUNCED


@pytest.mark.parametrize("what", [HARD, {"event_type": "complained"}])
def test_a_confirmation_that_comes_back_suppresses_too(what):
    reader = make_subscriber("ada@example.org", status=ReaderStatus.PENDING, confirmed_at=None, next_digest_at=None)

    report(**what, recipient="ADA@example.org", message_id="confirmation")

    reader.refresh_from_db()
    assert reader.status == ReaderStatus.SUPPRESSED
    assert Suppression.objects.covers("ada@example.org")


def test_an_unsubscription_that_names_no_mail_counts(delivery):
    report("unsubscribed", recipient="ada@example.org", timestamp=EVENING)

    assert Subscriber.objects.get().status == ReaderStatus.UNSUBSCRIBED


def test_an_unsubscription_older_than_the_last_confirmation_does_not(delivery):
    Subscriber.objects.update(confirmed_at=EVENING)

    report("unsubscribed", delivery)

    assert delivery.subscriber.status == ReaderStatus.ACTIVE


def test_what_goes_wrong_half_way_leaves_nothing_behind(delivery, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(events, "_suppress", fail)
    with pytest.raises(RuntimeError):
        report(**HARD, delivery=delivery)

    delivery.refresh_from_db()
    assert delivery.status == Status.SENT
    assert not Event.objects.exists()
