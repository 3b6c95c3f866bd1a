"""The lists of time zones: places people know, each listed once, with the current time there."""

import re
from datetime import UTC, datetime

import pytest
import time_machine

from subscriptions import links, time_zones
from subscriptions.forms import SignUpForm
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from tests.support.factories import make_subscriber

LISTED = {name: label for _, zones in time_zones.by_region() for name, label in zones}
SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_no_listed_zone_has_a_sign_that_people_write_the_other_way_round():
    assert [name for name in LISTED if name.startswith("Etc/") or re.search(r"GMT|[+-]\d", name)] == []


def test_every_zone_can_be_loaded_and_is_listed_once():
    labels = [label for _, zones in time_zones.by_region() for _, label in zones]

    assert all(str(time_zones.zone(name)) == name for name in LISTED)
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Africa/Asmera", "Africa/Asmara"),
        ("US/Eastern", "America/New_York"),
        ("Australia/LHI", "Australia/Lord_Howe"),
        ("America/Argentina/ComodRivadavia", "America/Argentina/Catamarca"),
        ("Zulu", "Etc/UTC"),
    ],
)
def test_an_alias_is_not_listed_but_is_understood(alias, name):
    assert alias not in LISTED
    assert time_zones.zone(time_zones.listed_as(alias)).utcoffset(SUMMER) == time_zones.zone(name).utcoffset(SUMMER)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Europe/Berlin", "Berlin, Germany, 14:00"),
        ("Asia/Kolkata", "Kolkata, India, 17:30"),
        ("America/Indiana/Knox", "Knox, Indiana, United States, 07:00"),
        ("Asia/Singapore", "Singapore, 20:00"),
        ("UTC", "UTC, 12:00"),
    ],
)
def test_a_zone_is_named_as_people_know_it_with_the_current_time_there(name, label):
    assert dict(zone for _, zones in time_zones.with_present_time(SUMMER) for zone in zones)[name] == label


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Asia/Calcutta", "asia/kolkata"])
def test_a_sign_up_accepts_the_browsers_name_for_its_zone(zone):
    form = SignUpForm({"email": "a@example.org", "time_zone": zone, "local_time": "07:00", "frequency": "daily"})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["time_zone"] == "Asia/Kolkata"


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Factory", "../etc/passwd", "Etc/Nowhere"])
def test_a_name_that_is_not_a_zone_is_refused_with_a_message(zone):
    form = SignUpForm({"email": "a@example.org", "time_zone": zone, "local_time": "07:00", "frequency": "daily"})

    assert "time_zone" in form.errors


@pytest.mark.django_db
def test_a_reader_with_an_unlisted_zone_keeps_it(client):
    reader = make_subscriber("ada@example.org", time_zone="Etc/GMT+3")
    with time_machine.travel(SUMMER):
        html = client.get(f"/preferences/{links.token(Purpose.PREFERENCES, reader)}").content.decode()

    assert re.search(r'<option value="Etc/GMT\+3" selected>', html)
    assert Subscriber.objects.get().time_zone == "Etc/GMT+3"
