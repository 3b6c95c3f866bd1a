"""Health checks: liveness and readiness."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from kombu import Connection

from config.celery import app
from digest.metrics import pulse
from digest.models import SendingDay
from digest.site import health
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber


def test_liveness_needs_no_database(client):
    # No django_db mark: a query would fail the test.
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_service_with_all_its_parts_is_ready(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "status": "ok",
        "parts": {"database": "ok", "broker": "ok"},
        "clockwork": {"beat": "never rang", "last_pulse": None, "digests": "ok", "oldest_due_since": None},
    }


@pytest.mark.django_db
def test_the_last_pulse_of_beat_is_reported(client, at_noon):
    pulse.beat_pulse()

    assert client.get("/readyz").json()["clockwork"]["beat"] == "ok"
    assert client.get("/readyz").json()["clockwork"]["last_pulse"] == "2025-08-21T12:00:00+00:00"


@pytest.mark.django_db
def test_a_silent_beat_degrades_the_service_but_takes_no_web_process_out(client, time_machine):
    time_machine.move_to(NOON, tick=False)
    pulse.beat_pulse()
    time_machine.move_to(NOON + timedelta(minutes=31), tick=False)

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["clockwork"]["beat"] == "silent"


def due(client, at):
    """Return the reported state of the digests, and since when the oldest one has been due."""
    with time_machine.travel(at, tick=False):
        answer = client.get("/readyz").json()
    assert answer["status"] == ("degraded" if answer["clockwork"]["digests"] == "overdue" else "ok")
    return answer["clockwork"]["digests"], answer["clockwork"]["oldest_due_since"]


@pytest.mark.django_db
def test_an_unplanned_digest_is_overdue_from_when_it_could_have_been_planned(client):
    make_subscriber(next_digest_at=NOON - timedelta(hours=7))
    # Its edition comes out at six, an hour after it was due.
    make_edition(make_paper())

    assert due(client, NOON.replace(hour=6, minute=30)) == ("ok", "2025-08-21T06:00:00+00:00")
    assert due(client, NOON.replace(hour=6, minute=31)) == ("overdue", "2025-08-21T06:00:00+00:00")


@pytest.mark.django_db
def test_a_digest_that_waits_for_an_edition_is_not_overdue_during_its_grace_period(client):
    make_subscriber(next_digest_at=NOON, seen_until=NOON - timedelta(days=1))

    assert due(client, NOON + timedelta(hours=3, minutes=59)) == ("ok", None)
    assert due(client, NOON + timedelta(hours=4, minutes=30)) == ("ok", "2025-08-21T16:00:00+00:00")
    assert due(client, NOON + timedelta(hours=4, minutes=31))[0] == "overdue"


@pytest.mark.django_db
def test_an_unsent_digest_is_overdue_unless_the_daily_limit_holds_it_back(client, settings):
    make_delivery(make_subscriber(next_digest_at=NOON + timedelta(days=1)), make_edition(make_paper()))

    assert due(client, NOON + timedelta(minutes=31)) == ("overdue", "2025-08-21T12:00:00+00:00")
    settings.SEND_PER_DAY = 10
    SendingDay.objects.create(day=NOON.date(), mails=10)
    assert due(client, NOON + timedelta(minutes=31)) == ("ok", None)


@pytest.mark.django_db
def test_a_broker_that_is_down_is_named_without_its_password(client, monkeypatch):
    # Nothing listens on port 1.
    down = "redis://:hidden@127.0.0.1:1/0"
    monkeypatch.setattr(app, "connection_for_write", lambda **options: Connection(down, **options))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert (response.json()["ready"], response.json()["status"]) == (False, "down")
    assert response.json()["parts"] == {"database": "ok", "broker": "no answer"}
    assert b"hidden" not in response.content


@pytest.mark.django_db
def test_a_database_that_is_down_is_named(client, monkeypatch):
    def refuse():
        raise OperationalError("connection to server with password=hidden failed")

    monkeypatch.setattr(health.connection, "cursor", refuse)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"]["database"] == "no answer"
    assert b"hidden" not in response.content
