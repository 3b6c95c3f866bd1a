"""An edition's wrong bounces: one step undoes what they did to its readers, and nothing else."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from digest.models import Event
from digest.sending import bounce_reversal, breaker
from subscriptions.models import Consent, Status, Suppression
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.provider_events import HARD, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    """An edition that was published an hour ago and is halted."""
    edition = make_edition(make_paper(), published=False)
    edition.publish(timezone.now() - timedelta(hours=1))
    breaker.halt_edition(edition, timezone.now(), "ada")
    return edition


def bounce(reader, edition):
    delivery = make_delivery(reader, edition, status="sent", provider_id=f"id-{reader.pk}")
    make_report(**HARD, delivery=delivery)
    return delivery


def lift(edition):
    return bounce_reversal.lift_edition_bounces(edition, timezone.now())


def is_suppressed(reader):
    reader.refresh_from_db()
    assert (reader.status == Status.SUPPRESSED) == Suppression.objects.covers(reader.email)
    return reader.status == Status.SUPPRESSED


def test_readers_who_bounced_get_mail_again_under_their_original_consent(edition):
    reader = make_subscriber()
    Consent.objects.create(subscriber=reader, wording="Yes", requested_at=NOON, confirmed_at=NOON)
    bounce(reader, edition)
    assert is_suppressed(reader)

    assert lift(edition) == 1

    assert not is_suppressed(reader)
    assert (reader.status, reader.unsubscribed_at, reader.soft_bounces) == (Status.ACTIVE, None, 0)
    assert reader.next_digest_at > timezone.now()
    assert Consent.objects.get().withdrawn_at is None


def test_lifting_twice_changes_nothing(edition):
    bounce(make_subscriber(), edition)

    assert [lift(edition), lift(edition)] == [1, 0]


@pytest.mark.parametrize("before", [Status.UNSUBSCRIBED, Status.PENDING])
def test_lifting_restores_the_earlier_status_and_no_more(edition, before):
    reader = make_subscriber(status=before, next_digest_at=None)
    bounce(reader, edition)

    assert lift(edition) == 1

    assert not is_suppressed(reader)
    assert (reader.status, reader.next_digest_at) == (before, None)


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_complaint_is_never_lifted(edition, order):
    reader = make_subscriber()
    first, then = ({"event_type": "complained"}, HARD) if order == "before" else (HARD, {"event_type": "complained"})
    delivery = make_delivery(reader, edition, status="sent")
    make_report(**first, delivery=delivery)
    make_report(**then, delivery=delivery)

    assert lift(edition) == 0

    assert is_suppressed(reader)
    assert Suppression.objects.get().reason == "complained"


def test_readers_who_unsubscribed_since_stay_suppressed(edition):
    reader = make_subscriber()
    bounce(reader, edition)
    reader.unsubscribe(timezone.now())

    assert lift(edition) == 0
    assert is_suppressed(reader)


def test_suppressions_set_by_an_operator_stay(edition):
    reader = make_subscriber()
    bounce(reader, edition)
    Suppression.objects.update(reason=Suppression.Reason.BY_HAND)

    assert lift(edition) == 0
    assert is_suppressed(reader)


def test_bounces_of_another_edition_or_another_time_stay(edition):
    other = make_edition(make_paper(), day=DAY + timedelta(days=1))
    of_another, of_long_after = make_subscriber(), make_subscriber()
    bounce(of_another, other)
    bounce(of_long_after, edition)
    Event.objects.filter(delivery__subscriber=of_long_after).update(recorded_at=timezone.now() + timedelta(days=20))

    assert lift(edition) == 0
    assert is_suppressed(of_another)
    assert is_suppressed(of_long_after)


def test_readers_who_were_suppressed_before_stay_suppressed(edition):
    reader = make_subscriber(status=Status.SUPPRESSED, next_digest_at=None)
    delivery = make_delivery(reader, edition, status="sent")
    make_report(**HARD, delivery=delivery)

    assert lift(edition) == 0
    reader.refresh_from_db()
    assert reader.status == Status.SUPPRESSED


def test_counting_costs_the_same_however_many_bounced(edition, django_assert_num_queries):
    bounce(make_subscriber(), edition)
    with django_assert_num_queries(3):
        assert bounce_reversal.count_liftable(edition) == 1
    for _ in range(5):
        bounce(make_subscriber(), edition)
    with django_assert_num_queries(3):
        assert bounce_reversal.count_liftable(edition) == 6


# --- Who lifts them ---------------------------------------------------------------------------------


def test_a_halted_editions_page_has_a_button_for_it_and_the_activity_log_records_it(edition, admin_client):
    reader = make_subscriber()
    bounce(reader, edition)
    page = f"/admin/digest/edition/{edition.pk}/publishing/"
    assert "Lift these suppressions" in admin_client.get(page).content.decode()

    answer = admin_client.post(f"/admin/digest/edition/{edition.pk}/sending/lift-bounces/", follow=True)

    assert "Suppressions lifted: 1." in answer.content.decode()
    assert "Lift these suppressions" not in answer.content.decode()
    assert "lifted: 1" in LogEntry.objects.get().change_message
    assert not is_suppressed(reader)


def test_nothing_is_lifted_while_sending_continues(edition, admin_client):
    reader = make_subscriber()
    bounce(reader, edition)
    breaker.resume_edition(edition)

    answer = admin_client.post(f"/admin/digest/edition/{edition.pk}/sending/lift-bounces/")

    assert answer.status_code == 409
    assert is_suppressed(reader)


def test_the_page_shows_refusals_as_escaped_text(edition, admin_client):
    delivery = make_delivery(make_subscriber(), edition, status="sent")
    make_report(**HARD, delivery=delivery, mta_response="550 5.7.1 <script>alert(1)</script> spam")

    html = admin_client.get(f"/admin/digest/edition/{edition.pk}/publishing/").content.decode()

    assert "550 5.7.1 &lt;script&gt;alert(1)" in html


def test_the_command_lifts_and_the_activity_log_records_who_ran_it(edition, admin_user, capsys):
    reader = make_subscriber()
    bounce(reader, edition)

    call_command("lift_bounces", str(edition.day), by=admin_user.username)

    assert "lifted: 1" in capsys.readouterr().out
    assert LogEntry.objects.get().user == admin_user
    assert not is_suppressed(reader)


@pytest.mark.parametrize(
    ("day", "by", "complaint"),
    [("2001-01-01", "admin", "no published edition"), (str(DAY), "nobody", "There’s no panel user called “nobody”")],
)
def test_the_command_says_what_is_wrong(edition, admin_user, day, by, complaint):
    get_user_model().objects.create_user("reader")
    with pytest.raises(CommandError, match=complaint):
        call_command("lift_bounces", day, by=by)
