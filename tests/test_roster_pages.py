"""Bringing subscribers in from a file, on the pages of the panel."""

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from subscriptions.models import Roster, Subscriber
from subscriptions.rosters import importing
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ringing(monkeypatch):
    """Work begins as soon as somebody rings, as with a worker."""
    monkeypatch.setattr("digest.panel.rosters.ring", lambda _: importing.work(NOON))


def upload(client, content):
    file = SimpleUploadedFile("list.csv", content, "text/csv")
    return client.post("/admin/subscriptions/roster/upload/", {"file": file})


def test_an_operator_uploads_matches_looks_and_brings_in(admin_client, ringing, mailoutbox):
    answer = upload(admin_client, b"name,contact\nAda,ada@example.org\n")
    page = answer.headers["Location"]
    assert 'option value="1">contact' in admin_client.get(page).content.decode()

    admin_client.post(f"{page}check/", {"email": "1"})
    assert "Bring in 1 addresses" in admin_client.get(page).content.decode()
    admin_client.post(f"{page}bring-in/")

    assert Subscriber.objects.get().email == "ada@example.org"
    assert LogEntry.objects.count() == 2
    assert "Bring in" not in admin_client.get(page).content.decode().partition('id="roster"')[2]


def test_a_wrong_column_is_seen_before_anything_is_written(admin_client, ringing):
    page = upload(admin_client, b"name,contact\nAda,ada@example.org\n").headers["Location"]

    admin_client.post(f"{page}check/", {"email": "0"})

    html = admin_client.get(page).content.decode()
    assert "No line can be taken. Is the right column matched" in html
    assert admin_client.post(f"{page}bring-in/").status_code == 409
    assert not Subscriber.objects.exists()


def test_without_a_column_of_addresses_it_is_not_looked_through(admin_client):
    page = upload(admin_client, b"name,contact\nAda,ada@example.org\n").headers["Location"]

    answer = admin_client.post(f"{page}check/", {"topics": "1"})

    assert answer.status_code == 422
    assert "Please say which column holds the addresses" in answer.content.decode()


def test_a_list_that_was_not_looked_through_is_not_brought_in(admin_client):
    page = upload(admin_client, b"email\nada@example.org\n").headers["Location"]

    assert admin_client.post(f"{page}bring-in/").status_code == 409


def test_a_file_that_is_no_list_is_answered(admin_client):
    answer = upload(admin_client, b"PK\x03\x04\0\0")

    assert answer.status_code == 422
    assert "This is no text. Save it as CSV first." in answer.content.decode()
    assert admin_client.post("/admin/subscriptions/roster/upload/").status_code == 422


def test_what_a_cell_holds_is_text_on_the_page(admin_client):
    page = upload(admin_client, b"email,note\n<script>alert(1)</script>,x\n").headers["Location"]

    assert "<script>alert(1)" not in admin_client.get(page).content.decode()


def test_the_progress_is_shown_while_it_goes_on(admin_client):
    page = upload(admin_client, b"email\nada@example.org\n").headers["Location"]
    Roster.objects.update(status=Roster.Status.IMPORTING, lines=200, position=50)

    html = admin_client.get(page, headers={"HX-Request": "true"}).content.decode()

    assert 'value="25"' in html
    assert 'hx-trigger="every 2s"' in html
