"""Fewer or more emails, with one click in the preferences."""

from datetime import timedelta

import pytest
import time_machine

from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from tests.support.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    with time_machine.travel(NOON, tick=False):
        yield make_subscriber("ada@example.org", next_digest_at=NOON + timedelta(hours=1))


def path(reader, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{more}"


@pytest.mark.parametrize("frequency", ["weekly", "weekdays"])
def test_one_click_changes_the_frequency_and_the_next_digest(client, reader, frequency):
    page = client.post(path(reader, "/how-often"), {"frequency": frequency}, follow=True).content.decode()

    reader.refresh_from_db()
    assert reader.frequency == frequency
    assert reader.next_digest_at > NOON
    assert f'value="{frequency}"\n    aria-pressed="true"' in page


def test_a_pause_of_two_weeks_and_back(client, reader):
    client.post(path(reader, "/how-often"), {"pause": "14"})
    reader.refresh_from_db()
    assert reader.paused_until == reader.local_date(NOON) + timedelta(days=14)
    assert reader.next_digest_at >= NOON + timedelta(days=13)

    client.post(path(reader, "/how-often"), {"frequency": "daily"})
    reader.refresh_from_db()
    assert reader.paused_until is None
    assert reader.next_digest_at < NOON + timedelta(days=2)


@pytest.mark.parametrize("fields", [{}, {"frequency": "hourly"}, {"pause": "9999"}, {"frequency": "days"}])
def test_an_invalid_choice_changes_nothing(client, reader, fields):
    assert client.post(path(reader, "/how-often"), fields).status_code == 400

    before = reader.schedule_fields
    reader.refresh_from_db()
    assert reader.schedule_fields == before


def test_opening_the_address_changes_nothing(client, reader):
    assert client.get(path(reader, "/how-often")).status_code == 405


def test_the_unsubscribe_page_links_there(client, reader):
    page = client.get(f"/unsubscribe/{links.token(Purpose.UNSUBSCRIBE, reader)}").content.decode()

    assert "Get fewer or pause them" in page
    assert 'class="how-often"' in client.get(path(reader)).content.decode()
