"""Open tracking: turned on per browser, turned off for all of them."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from digest.community import feedback, open_tracking
from digest.models import Feedback, Profile
from subscriptions.link_lifetimes import OPENS_FOR
from subscriptions.models import Status
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber
from tests.support.open_tracking import (
    allow_open_tracking,
    has_forgotten,
    open_paper_page,
    opens_path,
    recorded_feedback,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

Kind = Feedback.Kind


@pytest.fixture
def reader():
    return make_subscriber()


@pytest.fixture
def paper():
    paper = make_paper("Graph motifs")
    make_edition(paper)
    return paper


def test_it_is_off_by_default(client, reader, paper):
    page = client.get(opens_path(reader)).content.decode()
    answer = open_paper_page(client, paper)

    assert "Turn on in this browser" in page
    assert "opens" not in client.get(f"/papers/{paper.pk}").cookies
    assert answer.status_code == 204
    assert recorded_feedback() == []


def test_turning_it_on_records_when_the_reader_agreed(client, reader):
    page = allow_open_tracking(client, reader)

    reader.refresh_from_db()
    assert reader.may_note_opens_since == NOON
    assert "On since 21 August 2025" in page
    assert "Turn off" in page


def test_a_second_browser_counts_too_and_the_first_consent_stays(client, reader, paper):
    allow_open_tracking(client, reader)
    second = Client()
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        allow_open_tracking(second, reader)

    for browser in (client, second):
        assert not has_forgotten(open_paper_page(browser, paper))
    reader.refresh_from_db()
    assert reader.may_note_opens_since == NOON


@pytest.mark.parametrize("more", ["/opens", "/opens/forget"])
def test_a_get_request_to_a_switch_changes_nothing(client, reader, more):
    reader.allow_opens(NOON)

    assert client.get(opens_path(reader, more)).status_code == 405
    reader.refresh_from_db()
    assert reader.may_note_opens_since == NOON


@pytest.mark.parametrize("more", ["/opens", "/opens/forget"])
def test_the_switch_needs_the_readers_own_link(client, more):
    assert client.post(f"/preferences/forged:x:y{more}").status_code == 404


def test_an_unsubscribed_reader_cannot_turn_it_on(client, reader):
    reader.unsubscribe(NOON)

    answer = client.post(opens_path(reader, "/opens"))

    reader.refresh_from_db()
    assert reader.may_note_opens_since is None
    assert not answer.cookies


def test_the_cookie_is_for_one_path_and_no_script_and_the_marker_names_nobody(client, reader, settings):
    settings.DEBUG = False
    cookies = client.post(opens_path(reader, "/opens")).cookies

    for name, hidden, its_path in (("opens", True, "/opened/"), ("opens_count", "", "/papers/")):
        cookie = cookies[name]
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (hidden, True, "Lax")
        assert cookie["path"] == its_path
        assert cookie["max-age"] == OPENS_FOR.total_seconds()
    assert cookies["opens_count"].value == "1"


# --- Turning it off ---


def test_turning_it_off_deletes_the_cookies_the_recorded_opens_and_their_trace(client, reader, paper):
    liked, other = make_paper(), make_subscriber(may_note_opens_since=NOON)
    feedback.give_feedback(reader, liked.pk, Kind.SAVED, NOON)
    open_tracking.record_open(other, paper.pk, NOON)
    allow_open_tracking(client, reader)
    open_paper_page(client, paper)

    answer = client.post(opens_path(reader, "/opens/forget"))

    assert has_forgotten(answer)
    reader.refresh_from_db()
    assert reader.may_note_opens_since is None
    assert sorted(recorded_feedback()) == sorted([(reader.pk, liked.pk, Kind.SAVED), (other.pk, paper.pk, Kind.OPENED)])
    assert [key for key, _ in Profile.objects.get(subscriber=reader).opinions.tolist()] == [liked.pk]
    assert "deleted" in client.get(answer.url).content.decode()


def test_a_reader_who_gave_no_other_feedback_has_no_profile_left(client, reader, paper):
    allow_open_tracking(client, reader)
    open_paper_page(client, paper)

    client.post(opens_path(reader, "/opens/forget"))

    assert not Profile.objects.exists()


def test_a_browser_records_nothing_and_forgets_when_turned_off_elsewhere(client, reader, paper):
    allow_open_tracking(client, reader)
    open_tracking.forget_open(reader, NOON)

    assert has_forgotten(open_paper_page(client, paper))
    assert recorded_feedback() == []


def test_an_earlier_browser_stays_off_when_another_is_turned_on(client, reader, paper):
    allow_open_tracking(client, reader)
    open_tracking.forget_open(reader, NOON)
    reader.allow_opens(NOON + timedelta(days=1))

    assert has_forgotten(open_paper_page(client, paper))
    assert recorded_feedback() == []


def test_nothing_is_recorded_if_consent_was_withdrawn_in_the_meantime(reader, paper):
    reader.allow_opens(NOON)
    open_tracking.forget_open(type(reader).objects.get(), NOON)

    assert open_tracking.record_open(reader, paper.pk, NOON) is False
    assert recorded_feedback() == []


def test_the_browser_of_a_reader_who_deleted_their_data_records_nothing(client, reader, paper):
    allow_open_tracking(client, reader)
    reader.erase()

    assert has_forgotten(open_paper_page(client, paper))
    assert recorded_feedback() == []


@pytest.mark.parametrize("status", [Status.UNSUBSCRIBED, Status.SUPPRESSED, Status.PENDING])
def test_nothing_is_recorded_for_someone_who_is_not_an_active_reader(client, reader, paper, status):
    allow_open_tracking(client, reader)
    type(reader).objects.update(status=status, next_digest_at=None)

    assert has_forgotten(open_paper_page(client, paper))
    assert recorded_feedback() == []


# --- The reader's data ---


def test_the_readers_data_shows_the_opens_and_the_consent(client, reader, paper):
    allow_open_tracking(client, reader)
    open_paper_page(client, paper)

    data = json.loads(client.get(opens_path(reader, "/data.json")).content)
    assert data["profile"]["may_note_opens_since"].startswith("2025-08-21T12:00")
    assert [(row["paper__title"], row["kind"]) for row in data["feedback"]] == [("Graph motifs", "opened")]
    assert "opened" in client.get(opens_path(reader, "/data")).content.decode()
    assert "Opened" in client.get(opens_path(reader, "/feedback")).content.decode()
