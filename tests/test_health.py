"""Alive, and ready."""

import pytest
from django.db import OperationalError
from kombu import Connection

from config.celery import app
from digest.site import health


def test_a_living_process_says_so_without_its_database(client):
    # No django_db mark: a query would fail the test.
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_service_with_all_its_parts_is_ready(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"ready": True, "parts": {"database": "ok", "broker": "ok"}}


@pytest.mark.django_db
def test_a_broker_that_is_down_is_named_without_its_password(client, monkeypatch):
    # Nobody listens on port 1.
    down = "redis://:hidden@127.0.0.1:1/0"
    monkeypatch.setattr(app, "connection_for_write", lambda **options: Connection(down, **options))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"ready": False, "parts": {"database": "ok", "broker": "no answer"}}


@pytest.mark.django_db
def test_a_database_that_is_down_is_named(client, monkeypatch):
    def refuse():
        raise OperationalError("connection to server with password=hidden failed")

    monkeypatch.setattr(health.connection, "cursor", refuse)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"]["database"] == "no answer"
    assert b"hidden" not in response.content
