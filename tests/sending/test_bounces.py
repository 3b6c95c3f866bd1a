"""Which reports stop the mail to which readers."""

from datetime import datetime, timedelta, timezone
from itertools import count

import pytest

from digest.community import members
from digest.models import Delivery, Event
from digest.sending import provider_events
from subscriptions.models import Status as ReaderStatus
from subscriptions.models import Subscriber, Suppression
from tests.support.factories import NOON, make_delivery, make_edition, make_member, make_paper, make_subscriber
from tests.support.provider_events import HARD, SOFT, make_report

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
        at = NOON + timedelta(days=next(_days))
        make_report(**SOFT, delivery=make_delivery(reader, edition, period=at.date(), status=Status.SENT), timestamp=at)
    reader.refresh_from_db()


def test_the_fifth_soft_bounce_in_a_row_suppresses_the_reader(edition):
    reader = make_subscriber()

    bounce_softly(reader, edition, 4)
    assert reader.status == ReaderStatus.ACTIVE

    bounce_softly(reader, edition, 1)
    assert reader.status == ReaderStatus.SUPPRESSED
    assert Suppression.objects.covers(reader.email)


def test_soft_bounces_on_one_day_count_once(edition):
    reader = make_subscriber()

    for number in range(6):
        day = NOON.date() + timedelta(days=number)
        make_report(**SOFT, delivery=make_delivery(reader, edition, period=day, status=Status.SENT), timestamp=EVENING)

    reader.refresh_from_db()
    assert (reader.status, reader.soft_bounces) == (ReaderStatus.ACTIVE, 1)


def test_a_delivered_mail_restarts_the_count(edition):
    reader = make_subscriber()
    bounce_softly(reader, edition, 4)

    make_report("delivered", make_delivery(reader, edition, status=Status.SENT))
    bounce_softly(reader, edition, 4)

    assert (reader.status, reader.soft_bounces) == (ReaderStatus.ACTIVE, 4)


def test_repeated_soft_bounces_of_one_mail_count_once(delivery):
    for _ in range(6):
        make_report(**SOFT, delivery=delivery)

    assert (delivery.subscriber.soft_bounces, delivery.subscriber.status) == (1, ReaderStatus.ACTIVE)


def test_an_out_of_office_reply_after_delivery_changes_nothing(delivery):
    make_report("delivered", delivery)
    make_report(**SOFT, delivery=delivery)

    assert (delivery.status, delivery.subscriber.soft_bounces) == (Status.DELIVERED, 0)
    assert Event.objects.count() == 2


@pytest.mark.parametrize("reason", ["invalid", "bounced", "spam"])
def test_a_rejection_because_of_the_address_suppresses_it(delivery, reason):
    make_report("rejected", delivery, reject_reason=reason)

    assert delivery.subscriber.status == ReaderStatus.SUPPRESSED


def test_a_not_spam_report_is_not_a_complaint(delivery):
    make_report("complained", delivery, description="not-spam")

    assert (delivery.status, delivery.subscriber.status) == (Status.SENT, ReaderStatus.ACTIVE)


def test_suppression_outlives_the_reader(delivery):
    make_report("complained", delivery)

    Subscriber.objects.get().erase()

    assert Suppression.objects.covers("ada@example.org")


@pytest.mark.parametrize("what", [HARD, {"event_type": "complained"}])
def test_a_report_after_the_reader_was_deleted_still_suppresses_by_our_message_id(delivery, what):
    delivery.subscriber.erase()

    make_report(**what, message_id=delivery.message_id, recipient="ada@example.org", event_id="provider-event-7")

    assert Suppression.objects.covers("ada@example.org")
    assert Delivery.objects.get().status in {Status.BOUNCED, Status.COMPLAINED}


def test_the_providers_id_of_a_deleted_readers_mail_is_forgotten(delivery):
    delivery.subscriber.erase()

    make_report(**HARD, delivery=Delivery.objects.get(), message_id="abc", recipient="ada@example.org")

    assert Delivery.objects.get().status == Status.SENT
    assert not Suppression.objects.exists()


def test_a_report_does_not_restore_the_providers_id_on_a_deleted_readers_mail(delivery):
    delivery.subscriber.erase()
    late = {"message_id": delivery.message_id, "recipient": "ada@example.org", "event_id": "provider-event-7"}

    for _ in range(2):
        make_report(**HARD, **late)

    assert Delivery.objects.get().provider_id == ""
    assert [event.event_id.partition("-")[0] for event in Event.objects.all()] == ["hash"]


@pytest.mark.parametrize("recipient", ["", None, "stranger@example.org"])
@pytest.mark.parametrize("what", [HARD, {"event_type": "complained"}, {"event_type": "unsubscribed"}])
@pytest.mark.parametrize("is_gone", [False, True])
def test_the_delivery_number_on_its_own_is_not_proof(delivery, recipient, what, is_gone):
    if is_gone:
        delivery.subscriber.erase()

    make_report(**what, metadata={"delivery": str(delivery.pk)}, message_id="another", recipient=recipient)

    delivery.refresh_from_db()
    assert delivery.status == Status.SENT
    assert is_gone or delivery.subscriber.status == ReaderStatus.ACTIVE
    assert not Suppression.objects.exists()


def test_a_report_about_a_deleted_readers_mail_does_not_half_suppress_another(delivery):
    other = make_subscriber("grace@example.org")
    delivery.subscriber.erase()

    make_report("complained", metadata={"delivery": str(delivery.pk)}, message_id="theirs", recipient=other.email)

    delivery.refresh_from_db()
    other.refresh_from_db()
    assert delivery.status == Status.SENT
    assert Suppression.objects.covers(other.email) == (other.status == ReaderStatus.SUPPRESSED)


def test_a_reader_who_signed_up_again_is_suppressed_with_their_address(delivery):
    delivery.subscriber.erase()
    again = make_subscriber("ada@example.org")

    make_report(**HARD, delivery=Delivery.objects.get(), recipient="Ada@example.org")

    again.refresh_from_db()
    assert (again.status, Suppression.objects.covers("ada@example.org")) == (ReaderStatus.SUPPRESSED, True)


def test_a_bounce_from_the_providers_own_list_after_a_refusal_suppresses_no_one(delivery):
    make_report(**HARD, delivery=delivery, mta_response="550 5.7.26 This mail is unauthenticated")
    make_report(**HARD, delivery=delivery)

    assert (delivery.status, delivery.subscriber.status) == (Status.FAILED, ReaderStatus.ACTIVE)


@pytest.mark.parametrize("text", ["a\ud800b", "x" * 9000, {"a": 1}, ["b"], 10**400, float("nan"), True])
def test_odd_values_are_stored_as_far_as_possible(delivery, text):
    make_report(**SOFT, delivery=delivery, mta_response=text, event_id=text, description=text)

    assert Event.objects.count() == 1


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_a_time_that_is_far_off_is_not_believed(delivery, year):
    make_report("delivered", delivery, timestamp=datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=14))))

    assert Event.objects.get().at.year not in {year - 1, year}


@pytest.mark.parametrize("what", [HARD, {"event_type": "complained"}])
def test_a_confirmation_that_bounces_or_draws_a_complaint_suppresses_too(what):
    reader = make_subscriber("ada@example.org", status=ReaderStatus.PENDING, confirmed_at=None, next_digest_at=None)

    make_report(**what, recipient="ADA@example.org", message_id="confirmation")

    reader.refresh_from_db()
    assert reader.status == ReaderStatus.SUPPRESSED
    assert Suppression.objects.covers("ada@example.org")


def test_an_unsubscribe_report_that_names_no_mail_counts(delivery):
    make_report("unsubscribed", recipient="ada@example.org", timestamp=EVENING)

    assert Subscriber.objects.get().status == ReaderStatus.UNSUBSCRIBED


@pytest.mark.parametrize("joined_at", [None, NOON])
@pytest.mark.parametrize("what", [HARD, {"event_type": "complained"}])
def test_a_sign_in_link_that_bounces_or_draws_a_complaint_is_the_last(what, joined_at):
    make_member("Ada@example.org", joined_at=joined_at)

    make_report(**what, recipient="ADA@example.org", message_id="x")
    make_report(**what, recipient="someone.else@example.org", message_id="y")

    assert members.request_link("ada@example.org", NOON) is None
    assert Suppression.objects.count() == 1


def test_an_unsubscribe_report_older_than_the_last_confirmation_does_not_count(delivery):
    Subscriber.objects.update(confirmed_at=EVENING)

    make_report("unsubscribed", delivery)

    assert delivery.subscriber.status == ReaderStatus.ACTIVE


def test_a_failure_half_way_leaves_nothing_behind(delivery, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(provider_events, "_suppress", fail)
    with pytest.raises(RuntimeError):
        make_report(**HARD, delivery=delivery)

    delivery.refresh_from_db()
    assert delivery.status == Status.SENT
    assert not Event.objects.exists()
