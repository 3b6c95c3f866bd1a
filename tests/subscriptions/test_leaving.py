"""Unsubscribing: the page, the one click of RFC 8058, and undoing it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Consent, Status, Suppression
from subscriptions.models.suppression import hash_of
from subscriptions.templatetags.subscribers import next_digest
from tests.support.factories import NOON, make_subscriber
from tests.support.html import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "ada@example.org"
ONE_CLICK = "List-Unsubscribe=One-Click"


@pytest.fixture
def reader():
    reader = make_subscriber(ADDRESS)
    Consent.objects.create(subscriber=reader, wording="I agree.", requested_at=NOON, confirmed_at=NOON)
    return reader


def path(subscriber, more=""):
    return f"/unsubscribe/{links.token(Purpose.UNSUBSCRIBE, subscriber)}{more}"


def one_click(client, address):
    return client.post(address, ONE_CLICK, content_type="application/x-www-form-urlencoded")


def test_opening_the_link_changes_nothing_and_shows_one_button(client, reader):
    page = client.get(path(reader)).content.decode()
    client.head(path(reader))

    reader.refresh_from_db()
    assert reader.status == Status.ACTIVE
    assert len(html_of(page).all("button")) == 1
    assert "Get fewer or pause them" in page


def test_the_button_unsubscribes_and_withdraws_the_consent(client, reader):
    page = client.post(path(reader)).content.decode()

    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED
    assert reader.next_digest_at is None
    assert reader.unsubscribed_at == NOON
    assert reader.consents.get().withdrawn_at == NOON
    assert "You’re unsubscribed" in page
    assert "Subscribe again" in page


def test_one_click_needs_no_cookie_no_csrf_token_and_no_redirect(reader):
    answer = one_click(Client(enforce_csrf_checks=True), path(reader))

    assert answer.status_code == 200
    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded; charset=iso-8859-1", ONE_CLICK.encode()),
        ("application/x-www-form-urlencoded; charset=utf-16", ONE_CLICK.encode("utf-16")),
        ("application/x-www-form-urlencoded; charset=none-such", ONE_CLICK.encode()),
        ("multipart/form-data", ONE_CLICK.encode()),
        ("multipart/form-data; boundary=x", b"--y\r\n"),
        ("application/json", b"{"),
        ("", b""),
        ("application/x-www-form-urlencoded", b"a=%00&" + b"b=1&" * 5000),
    ],
)
def test_one_click_counts_whatever_form_the_mail_program_sends(reader, content_type, body):
    answer = Client(enforce_csrf_checks=True).generic("POST", path(reader), body, content_type)

    assert answer.status_code == 200
    reader.refresh_from_db()
    assert not reader.is_active


def test_one_click_twice_is_harmless(client, reader):
    one_click(client, path(reader))
    with time_machine.travel(NOON + timedelta(hours=1)):
        assert one_click(client, path(reader)).status_code == 200

    reader.refresh_from_db()
    assert reader.unsubscribed_at == NOON


def test_the_link_of_an_old_mail_still_works(client, reader):
    link = path(reader)

    with time_machine.travel(NOON + timedelta(days=3650)):
        assert client.post(link).status_code == 200

    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED


def test_an_old_mail_does_not_open_the_readers_preferences(client, reader):
    link = path(reader)
    assert "/preferences/" in client.get(link).content.decode()

    with time_machine.travel(NOON + timedelta(days=61)):
        page = client.get(link).content.decode()

    assert "/preferences/" not in page
    assert 'href="/preferences"' in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_reader_whose_data_was_deleted_is_politely_told_so(client, reader, method):
    link = path(reader)
    reader.erase()

    answer = getattr(client, method)(link)

    assert answer.status_code == 200
    assert "You’re not on our list" in answer.content.decode()


def test_a_suppressed_subscriber_is_told_so_and_stays_suppressed(client):
    reader = make_subscriber(ADDRESS, status=Status.SUPPRESSED, next_digest_at=None)

    answer = client.post(path(reader))

    assert "There’s nothing left to do" in answer.content.decode()
    reader.refresh_from_db()
    assert reader.status == Status.SUPPRESSED


def test_a_forged_one_click_is_refused(client):
    assert one_click(client, "/unsubscribe/forged").status_code == 404


def test_an_unconfirmed_sign_up_can_be_unsubscribed_too(client):
    reader = make_subscriber(ADDRESS, status=Status.PENDING, next_digest_at=None)

    client.post(path(reader))

    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED


# --- Undoing it ---


def test_undoing_resubscribes_the_reader_with_a_new_consent(client, reader):
    client.post(path(reader))

    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        client.post(path(reader, "/undo"))

    reader.refresh_from_db()
    assert reader.status == Status.ACTIVE
    assert reader.next_digest_at == datetime(2025, 8, 22, 7, tzinfo=UTC)
    old, new = reader.consents.all()
    assert old.withdrawn_at == NOON
    assert new.confirmed_at == NOON + timedelta(minutes=1)
    assert new.confirmed_from == "127.0.0.1"
    assert new.withdrawn_at is None


def test_undoing_says_you_are_subscribed_again_and_does_not_ask_whether_to_unsubscribe(client, reader):
    client.post(path(reader))

    page = client.post(path(reader, "/undo"), follow=True).content.decode()

    assert "You’re subscribed again" in page
    assert "Your next digest is due" in page
    assert "Unsubscribe?" not in page
    # The link in the mail still does what it says.
    assert "Unsubscribe?" in client.get(path(reader)).content.decode()


def test_undoing_says_when_the_next_digest_comes(client, reader):
    client.post(path(reader))

    page = html_of(client.post(path(reader, "/undo")))

    reader.refresh_from_db()
    assert f"due {next_digest(reader)}" in page.one("main").text


def test_undoing_drops_what_someone_else_requested_in_the_meantime(client, reader):
    client.post(path(reader))
    pending = {
        "requested_at": NOON,
        "choices": {"email": ADDRESS, "chosen": {}, "topics": [], "follow": [], "said": {}},
    }
    Consent.objects.create(subscriber=reader, wording="I agree.", **pending)

    client.post(path(reader, "/undo"))

    assert not Consent.objects.requests().exists()


def test_undoing_is_possible_for_a_day(client, reader):
    client.post(path(reader))

    with time_machine.travel(NOON + timedelta(days=1)):
        assert "Subscribe again" not in client.get(path(reader)).content.decode()
        page = client.post(path(reader, "/undo")).content.decode()

    assert "You’re not subscribed" in page
    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED


def test_undoing_is_refused_for_a_suppressed_address(client, reader):
    client.post(path(reader))
    Suppression.objects.create(address_hash=hash_of(ADDRESS), reason="complained")

    client.post(path(reader, "/undo"))

    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED


def test_undoing_needs_a_post_with_a_csrf_token(reader):
    strict = Client(enforce_csrf_checks=True)
    strict.post(path(reader))

    assert strict.post(path(reader, "/undo")).status_code == 403
    assert strict.get(path(reader, "/undo")).status_code == 405
