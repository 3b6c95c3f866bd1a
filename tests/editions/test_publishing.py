"""Publishing an edition, now or at a set hour, and unpublishing it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry

from digest.editions import publishing
from digest.editions.changes import ChangeRefusedError, ExpectedVersion, StaleError
from digest.metrics import tallies
from digest.models import Delivery, Edition
from digest.recommending import planning
from digest.sending import bulk_actions, worker
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.html import html_of

pytestmark = pytest.mark.django_db
Status = Delivery.Status
TWO = datetime(2025, 8, 21, 14, tzinfo=UTC)


@pytest.fixture
def draft():
    return make_edition(make_paper(), published=False)


@pytest.fixture
def out():
    return make_edition(make_paper())


def bring_out(edition, who="ada", at=None, version=None):
    expected_version = ExpectedVersion(edition.version if version is None else version, who)
    _, description = publishing.publish_or_schedule(edition.pk, expected_version, at, NOON)
    edition.refresh_from_db()
    return description


def test_an_edition_can_be_published_at_once(draft):
    assert bring_out(draft) == "Published."

    assert draft.published_at == NOON
    assert draft.changed_by == "ada"


def test_a_scheduled_edition_is_published_automatically_at_its_hour(draft):
    assert bring_out(draft, at=TWO) == "Scheduled for 21 August 2025 at 14:00 UTC."

    assert draft.hour_set_by == "ada"
    assert publishing.publish_overdue(TWO - timedelta(seconds=1)) == []
    assert publishing.publish_overdue(TWO) == [draft]


def test_an_hour_in_the_past_is_refused(draft):
    with pytest.raises(ChangeRefusedError, match="21 August 2025, 11:59 UTC is in the past"):
        bring_out(draft, at=NOON - timedelta(minutes=1))

    assert draft.publish_at == Edition.objects.get().publish_at


def test_a_time_the_clock_change_skips_is_refused_with_one_that_exists():
    with pytest.raises(ChangeRefusedError, match=r"02:30 doesn’t exist on 29 March 2026 in Europe/Berlin.*Use 03:30"):
        publishing.publication_time(date(2026, 3, 29), time(2, 30), "Europe/Berlin")


def test_of_a_time_that_occurs_twice_the_first_one_is_used():
    instant = publishing.publication_time(date(2026, 10, 25), time(2, 30), "Europe/Berlin")

    assert instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_when_two_curators_publish_at_the_same_time_the_second_is_told(draft):
    bring_out(draft, who="ada", version=0)

    with pytest.raises(ChangeRefusedError, match="Already published by ada"):
        bring_out(draft, who="grace", version=0)


def test_an_edition_changed_in_the_meantime_is_not_published(draft):
    draft.note_change("grace")

    with pytest.raises(StaleError, match="grace changed this edition"):
        bring_out(draft, version=0)


def test_an_edition_without_papers_is_not_published():
    with pytest.raises(ChangeRefusedError, match="has no papers to show"):
        bring_out(make_edition(published=False))


@time_machine.travel(NOON, tick=False)
def test_before_publishing_the_page_shows_how_many_get_it_and_what_to_check(admin_client, draft):
    make_subscriber()
    tallies.update_tallies(NOON)
    address = f"/admin/digest/edition/{draft.pk}/publishing/"

    html = admin_client.get(address).content.decode()

    assert "about 1 active subscriber" in [strong.text for strong in html_of(html).all("strong")]
    assert "topics (1 without a topic" in html
    assert "puts it on the site right away" not in html
    type(draft).objects.update(day=DAY + timedelta(days=1))
    assert "puts it on the site right away" in admin_client.get(address).content.decode()


def test_resending_is_offered_only_if_someone_got_nothing(admin_client, out):
    make_delivery(make_subscriber(), out, status=Status.SENT)
    tallies.update_sending_tallies(NOON)
    address = f"/admin/digest/edition/{out.pk}/publishing/"
    assert "Resend to everyone" not in admin_client.get(address).content.decode()

    make_delivery(make_subscriber(), out, status=Status.FAILED)
    tallies.update_sending_tallies(NOON)

    assert "Resend to everyone" in admin_client.get(address).content.decode()


@time_machine.travel(NOON, tick=False)
def test_a_scheduled_edition_says_so_everywhere(admin_client, draft):
    addresses = [f"/admin/digest/edition/{draft.pk}/{page}/" for page in ("board", "publishing")]
    assert "draft, goes out automatically" in admin_client.get(addresses[0]).content.decode()

    bring_out(draft, at=TWO)

    for address in addresses:
        assert "scheduled</strong> by ada for" in admin_client.get(address).content.decode()
    assert "ada scheduled it for" in admin_client.get(addresses[1]).content.decode()
    assert "scheduled</span> by ada" in admin_client.get("/admin/").content.decode()


# --- Unpublishing ---


def planned(edition):
    """Return a reader with a planned digest of this edition, and the earlier edition that they have seen."""
    earlier = make_edition(make_paper(), day=DAY - timedelta(days=1))
    reader = make_subscriber(seen_until=earlier.published_at)
    make_delivery(reader, earlier, status=Status.SENT, sent_at=earlier.published_at)
    planning.plan(NOON)
    return reader, earlier


def test_an_edition_unpublished_before_any_email_left_goes_out_once_when_republished(out, mailoutbox):
    reader, earlier = planned(out)
    publishing.unpublish(out, "ada", NOON)
    worker.drain()
    bulk_actions.sweep(NOON)

    out.refresh_from_db()
    reader.refresh_from_db()
    assert not out.is_published
    assert not out.deliveries.exists()
    assert reader.seen_until == earlier.published_at
    assert not mailoutbox

    bring_out(out)
    planning.plan(NOON + timedelta(minutes=5))
    worker.drain()
    assert len(mailoutbox) == 1


def test_an_edition_cannot_be_unpublished_once_the_first_email_has_left(out, mailoutbox):
    planned(out)
    worker.drain()

    with pytest.raises(ChangeRefusedError, match="first email has already gone out"):
        publishing.unpublish(out, "ada", NOON)

    out.refresh_from_db()
    assert out.is_published
    assert not out.is_halted


def test_a_digest_claimed_by_a_worker_counts_as_gone_out(out):
    make_delivery(make_subscriber(), out, status=Status.CLAIMED)

    with pytest.raises(ChangeRefusedError, match="already gone out"):
        publishing.unpublish(out, "ada", NOON)


def test_an_edition_cannot_be_republished_while_its_digests_are_being_withdrawn(out):
    planned(out)
    publishing.unpublish(out, "ada", NOON)

    with pytest.raises(ChangeRefusedError, match="still being withdrawn"):
        bring_out(out)


def test_an_unpublished_edition_is_not_republished_automatically_right_away(out):
    publishing.unpublish(out, "ada", NOON)

    assert publishing.publish_overdue(NOON + timedelta(hours=1)) == []


# --- The page ---


def address(edition, rest="publishing/"):
    return f"/admin/digest/edition/{edition.pk}/{rest}"


@pytest.fixture
def press(admin_client, monkeypatch):
    """A function that clicks a button on the page."""
    monkeypatch.setattr("digest.tasks.sweep_editions.delay", lambda: None)

    def press(edition, rest, **fields):
        return admin_client.post(address(edition, rest), fields)

    return press


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("fields", "status", "messages"),
    [
        ({"day": "2025-08-21", "clock": "11:00", "zone": "UTC"}, 422, "21 August 2025, 11:00 UTC is in the past."),
        ({"day": "2026-03-29", "clock": "02:30", "zone": "Europe/Berlin"}, 422, "02:30 doesn’t exist on 29 March"),
        ({"day": "", "clock": "02:30", "zone": "UTC"}, 422, "Please enter both a day and a time."),
        ({"day": "tomorrow", "clock": "02:30", "zone": "UTC"}, 422, "Please enter a valid day and time."),
        ({"day": "2025-08-21", "clock": "14:30", "zone": "Europe/Berlin"}, 302, ""),
    ],
)
def test_an_hour_is_accepted_or_the_page_says_why_not(press, draft, fields, status, messages):
    answer = press(draft, "publishing/publish/", version=0, at_hour=1, **fields)

    assert answer.status_code == status
    assert messages in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.publish_at.hour == 12) == (status == 302)


def test_publishing_twice_gets_a_clear_answer(press, draft):
    assert press(draft, "publishing/publish/", version=0).status_code == 302

    answer = press(draft, "publishing/publish/", version=0)

    assert answer.status_code == 409
    assert "Already published by admin." in answer.content.decode()


def test_sending_can_be_stopped_resumed_and_cancelled_and_the_activity_log_says_so(press, out):
    waiting = make_delivery(make_subscriber(), out)

    press(out, "sending/stop/")
    out.refresh_from_db()
    assert out.is_halted
    press(out, "sending/go-on/")
    out.refresh_from_db()
    assert not out.is_halted
    press(out, "sending/cancel/")
    bulk_actions.sweep(NOON)

    waiting.refresh_from_db()
    assert waiting.status == Status.CANCELLED
    assert press(out, "sending/go-on/").status_code == 409
    messages = [entry.change_message for entry in LogEntry.objects.order_by("pk")]
    assert [line.split(".")[0] for line in messages] == ["Sending stopped", "Sending resumed", "Sending cancelled"]


def test_an_edition_is_resent_only_to_readers_who_got_nothing(press, out, mailoutbox):
    rows = {status: make_delivery(make_subscriber(f"{status}@example.org"), out, status=status) for status in Status}
    Delivery.objects.filter(status=Status.SENT).update(sent_at=NOON)
    unsubscribed = make_delivery(make_subscriber(status="unsubscribed", next_digest_at=None), out, status=Status.FAILED)

    press(out, "sending/again/")
    bulk_actions.sweep(NOON)

    again = set(Delivery.objects.filter(status=Status.QUEUED))
    assert again == {rows[Status.FAILED], rows[Status.CANCELLED], rows[Status.QUEUED]}
    unsubscribed.refresh_from_db()
    assert unsubscribed.status == Status.FAILED


def test_digests_planned_after_cancelling_are_cancelled_too(out):
    bulk_actions.cancel_queued(out, "ada", NOON)
    make_delivery(make_subscriber(), out)

    assert bulk_actions.sweep(NOON) == 1
    assert bulk_actions.sweep(NOON) == 0
