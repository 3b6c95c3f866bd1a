"""Importing subscribers from a file in the panel."""

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from subscriptions.importing import runner
from subscriptions.models import Roster, Subscriber, Suppression
from tests.support.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ringing(monkeypatch):
    """Start work as soon as it is queued, as a worker would."""
    monkeypatch.setattr("digest.panel.subscriber_import.delay_on_commit", lambda _: runner.run_imports(NOON))


def upload(client, content):
    file = SimpleUploadedFile("list.csv", content, "text/csv")
    return client.post("/admin/subscriptions/roster/upload/", {"file": file})


def test_an_operator_uploads_a_list_chooses_columns_checks_and_imports(admin_client, ringing, mailoutbox):
    answer = upload(admin_client, b"name,contact\nAda,ada@example.org\n")
    page = answer.headers["Location"]
    assert 'option value="1">contact' in admin_client.get(page).content.decode()

    admin_client.post(f"{page}check/", {"email": "1"})
    assert "Import 1 address" in admin_client.get(page).content.decode()
    admin_client.post(f"{page}bring-in/")

    assert Subscriber.objects.get().email == "ada@example.org"
    assert LogEntry.objects.count() == 2
    assert "Import 1" not in admin_client.get(page).content.decode().partition('id="roster"')[2]


def test_a_wrong_column_is_noticed_before_anything_is_written(admin_client, ringing):
    page = upload(admin_client, b"name,contact\nAda,ada@example.org\n").headers["Location"]

    admin_client.post(f"{page}check/", {"email": "0"})

    html = admin_client.get(page).content.decode()
    assert "No line can be imported. Is the right column selected" in html
    assert admin_client.post(f"{page}bring-in/").status_code == 409
    assert not Subscriber.objects.exists()


def test_a_list_is_not_checked_without_a_column_of_addresses(admin_client):
    page = upload(admin_client, b"name,contact\nAda,ada@example.org\n").headers["Location"]

    answer = admin_client.post(f"{page}check/", {"topics": "1"})

    assert answer.status_code == 422
    assert "Please choose the column with the email addresses" in answer.content.decode()


def test_a_list_that_was_not_checked_is_not_imported(admin_client):
    page = upload(admin_client, b"email\nada@example.org\n").headers["Location"]

    assert admin_client.post(f"{page}bring-in/").status_code == 409


def test_a_file_that_is_not_a_list_is_refused(admin_client):
    answer = upload(admin_client, b"PK\x03\x04\0\0")

    assert answer.status_code == 422
    assert "This isn’t a text file. Please save it as CSV." in answer.content.decode()
    assert admin_client.post("/admin/subscriptions/roster/upload/").status_code == 422


def test_html_in_a_cell_is_not_markup_on_the_page(admin_client):
    page = upload(admin_client, b"email,note\n<script>alert(1)</script>,x\n").headers["Location"]

    assert "<script>alert(1)" not in admin_client.get(page).content.decode()


def test_progress_is_shown_during_an_import(admin_client):
    page = upload(admin_client, b"email\nada@example.org\n").headers["Location"]
    Roster.objects.update(status=Roster.Status.IMPORTING, lines=200, position=50)

    html = admin_client.get(page, headers={"HX-Request": "true"}).content.decode()

    assert 'value="25"' in html
    assert 'hx-trigger="every 2s"' in html


STATUSES = b"email,status\nada@example.org,active\nbob@example.org,unsubscribed\ncy@example.org,churned\n"


def test_words_known_to_mean_unsubscribed_count_without_the_operator_saying_so(admin_client, ringing):
    page = upload(admin_client, STATUSES).headers["Location"]

    admin_client.post(f"{page}check/", {"email": "0"})

    html = admin_client.get(page).content.decode()
    assert "Ignore: Column “status”" in html
    assert Roster.objects.get().counts == {"to ask": 1, "left there": 1, "unclear status": 1}
    assert "“status” is “unsubscribed”" in html
    assert "Import 1 address and suppress 1" in " ".join(html.split())


def test_an_operator_can_say_what_a_status_word_means(admin_client, ringing):
    page = upload(admin_client, STATUSES).headers["Location"]
    admin_client.post(f"{page}check/", {"email": "0"})
    assert "“churned” means (1 line)" in " ".join(admin_client.get(page).content.decode().split())

    admin_client.post(f"{page}check/", {"email": "0", "meaning": "SUBSCRIBED churned"})

    assert Roster.objects.get().counts == {"to ask": 2, "left there": 1}


def test_an_operator_can_ignore_a_column_and_choose_another(admin_client, ringing):
    page = upload(admin_client, b"email,status,mood\nada@example.org,gone,unsubscribed\n").headers["Location"]

    admin_client.post(f"{page}check/", {"email": "0", "ignored": "1"})
    assert Roster.objects.get().counts == {"to ask": 1}
    admin_client.post(f"{page}check/", {"email": "0", "ignored": "1", "status": "2"})

    assert Roster.objects.get().counts == {"left there": 1}


@pytest.mark.parametrize(
    "odd", [{"status": "99"}, {"status": "²"}, {"meaning": "x"}, {"meaning": "LEFT"}, {"email": "9" * 30}]
)
def test_odd_form_values_do_no_harm(admin_client, ringing, odd):
    page = upload(admin_client, STATUSES).headers["Location"]

    assert admin_client.post(f"{page}check/", {"email": "0", **odd}).status_code in {302, 422}
    assert admin_client.get(page).status_code == 200


def test_people_who_had_unsubscribed_are_recorded_and_not_emailed(admin_client, ringing, mailoutbox):
    page = upload(admin_client, b"email,status\nada@example.org,unsubscribed\n").headers["Location"]
    admin_client.post(f"{page}check/", {"email": "0"})

    admin_client.post(f"{page}bring-in/")

    assert Subscriber.objects.get().status == "unsubscribed"
    assert not mailoutbox


def test_a_list_of_suppressed_addresses_is_imported_the_same_way(admin_client, ringing):
    file = SimpleUploadedFile("list.csv", b"ada@example.org\n", "text/csv")
    page = admin_client.post("/admin/subscriptions/roster/upload/", {"file": file, "purpose": "suppressions"}).headers[
        "Location"
    ]
    admin_client.post(f"{page}check/", {"email": "0"})

    admin_client.post(f"{page}bring-in/")

    assert Suppression.objects.covers("ada@example.org")


def test_a_list_that_was_not_imported_can_be_deleted(admin_client):
    page = upload(admin_client, b"email\nada@example.org\n").headers["Location"]
    assert "Delete this list" in admin_client.get(page).content.decode()

    answer = admin_client.post(f"{page}delete/")

    assert answer.headers["Location"] == "/admin/subscriptions/roster/"
    assert "Deleted a list" in LogEntry.objects.latest("pk").change_message
    assert not Roster.objects.exists()


def test_an_imported_list_stays_as_a_record(admin_client, ringing):
    page = upload(admin_client, b"email\nada@example.org\n").headers["Location"]
    admin_client.post(f"{page}check/", {"email": "0"})
    admin_client.post(f"{page}bring-in/")

    before = LogEntry.objects.count()

    assert admin_client.post(f"{page}delete/").status_code == 409
    assert LogEntry.objects.count() == before
    assert "Delete this list" not in admin_client.get(page).content.decode()
    assert Roster.objects.exists()


def test_people_who_cannot_import_cannot_delete(client, django_user_model):
    django_user_model.objects.create_user("eve", password="p", is_staff=True)
    roster = Roster.objects.create(name="list.csv", content=b"email\n", encoding="utf-8")
    client.login(username="eve", password="p")

    assert client.post(f"/admin/subscriptions/roster/{roster.pk}/delete/").status_code == 403
    assert Roster.objects.exists()
