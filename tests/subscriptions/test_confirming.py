"""The confirmation: its mail, its link, its button, and the first digest after it."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from subscriptions import emails, links, signing_up
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Status, Subscriber, Suppression
from subscriptions.models.suppression import hash_of
from subscriptions.signing_up import ConsentRequest
from subscriptions.tokens import sign_token
from tests.support.factories import DAY, make_delivery, make_edition, make_paper, make_subscriber, make_topic

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"
NOW = datetime(2025, 8, 21, 12, tzinfo=UTC)


def suppress(address):
    Suppression.objects.create(address_hash=hash_of(address), reason="complained")


def make_pending(**fields):
    return make_subscriber(ADDRESS, status=Status.PENDING, next_digest_at=None, confirmed_at=None, **fields)


def path(link):
    return re.sub(r"^https?://[^/]+", "", link)


def test_opening_the_link_changes_nothing(client):
    reader = make_pending()

    for method in (client.get, client.head):
        assert method(path(links.confirm_url(reader))).status_code == 200

    reader.refresh_from_db()
    assert reader.status == Status.PENDING


@time_machine.travel(NOW, tick=False)
def test_the_button_confirms_records_consent_and_schedules_the_first_digest(client, sign_up):
    sign_up(time_zone="Europe/Berlin")
    reader = Subscriber.objects.get()

    page = client.post(path(links.confirm_url(reader)), follow=True).content.decode()

    reader.refresh_from_db()
    assert reader.status == Status.ACTIVE
    assert reader.next_digest_at == datetime(2025, 8, 22, 5, tzinfo=UTC)
    consent = reader.consents.get()
    assert consent.confirmed_at == NOW
    assert consent.confirmed_from == "127.0.0.1"
    assert "Friday 22 August, 07:00" in page
    assert "Europe/Berlin" in page


def test_a_second_click_changes_nothing(client):
    reader = make_pending()
    with time_machine.travel(NOW, tick=False):
        link = path(links.confirm_url(reader))
        client.post(link)
    before = Subscriber.objects.values().get()

    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert client.post(link).status_code == 302

    assert Subscriber.objects.values().get() == before


def test_the_old_link_does_not_bring_back_a_reader_who_left(client):
    reader = make_pending()
    link = path(links.confirm_url(reader))
    client.post(link)
    reader.refresh_from_db()
    reader.unsubscribe(timezone.now())

    page = client.post(link, follow=True).content.decode()

    reader.refresh_from_db()
    assert reader.status == Status.UNSUBSCRIBED
    assert "You’re not subscribed" in page


def test_coming_back_on_a_day_that_had_its_digest_waits_for_the_next_day(client):
    reader = make_subscriber(ADDRESS, status=Status.PENDING, next_digest_at=None, local_time=time(18))
    make_delivery(reader, make_edition(make_paper()), period=DAY, status="sent")

    signing_up.confirm_subscription(reader, ConsentRequest(NOW, None))

    reader.refresh_from_db()
    assert reader.next_digest_at == datetime(2025, 8, 22, 18, tzinfo=UTC)


def test_confirming_a_suppressed_address_is_politely_refused(client):
    reader = make_pending()
    suppress(ADDRESS)

    page = client.post(path(links.confirm_url(reader)), follow=True).content.decode()

    reader.refresh_from_db()
    assert reader.status == Status.PENDING
    assert "We can’t email this address" in page


def test_the_page_of_a_suppressed_subscriber_says_why(client):
    reader = make_pending()
    Subscriber.objects.update(status=Status.SUPPRESSED)

    assert "We can’t email this address" in client.get(path(links.confirm_url(reader))).content.decode()


def test_a_stale_link_says_how_to_sign_up_again(client):
    with time_machine.travel(NOW, tick=False):
        link = path(links.confirm_url(make_pending()))

    with time_machine.travel(NOW + timedelta(days=7, seconds=1), tick=False):
        answer = client.get(link)

    assert answer.status_code == 410
    assert "/subscribe" in answer.content.decode()


@pytest.mark.parametrize("token", ["forged", "a:b:c", "é", "x" * 5000])
def test_a_forged_link_is_answered_clearly(client, token):
    for page in ("confirm", "preferences", "unsubscribe"):
        answer = client.get(f"/{page}/{token}")
        assert answer.status_code == 404
        assert "This link doesn’t work" in answer.content.decode()


def test_the_link_of_a_forgotten_sign_up_is_gone(client):
    reader = make_pending()
    link = path(links.confirm_url(reader))
    reader.erase()

    assert client.get(link).status_code == 410


def test_a_token_is_good_for_its_own_purpose_only(client):
    reader = make_pending()

    assert client.get(f"/confirm/{sign_token(Purpose.UNSUBSCRIBE, reader.public_id.hex)}").status_code == 404


def test_pages_behind_a_link_are_kept_out_of_caches_and_indexes(client):
    answer = client.get(path(links.confirm_url(make_pending())))

    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


# --- The first digest at once ---


def first_digest(client, reader):
    return client.post(f"/preferences/{links.token(Purpose.PREFERENCES, reader)}/first-digest").content.decode()


@time_machine.travel(NOW, tick=False)
def test_a_new_subscriber_can_get_the_latest_edition_at_once(client):
    reader = make_subscriber(next_digest_at=NOW + timedelta(hours=19))

    assert "Send me the latest edition now" in client.get(path(links.confirm_url(reader))).content.decode()
    assert "It’s on its way" in first_digest(client, reader)

    reader.refresh_from_db()
    assert reader.next_digest_at == NOW


@time_machine.travel(NOW, tick=False)
def test_a_reader_who_had_a_digest_waits_for_the_next_one(client):
    reader = make_subscriber(next_digest_at=NOW + timedelta(hours=19), seen_until=NOW)

    assert "Send me the latest edition now" not in client.get(path(links.confirm_url(reader))).content.decode()
    first_digest(client, reader)

    reader.refresh_from_db()
    assert reader.next_digest_at == NOW + timedelta(hours=19)


# --- The mails ---


def test_the_confirmation_says_what_will_come_and_that_it_can_be_ignored(mailoutbox, settings):
    settings.MAIL_REPLY_TO = "desk@example.org"
    reader = make_pending(follows=[make_topic("Graph learning")], time_zone="Europe/Berlin")

    emails.answer("sign_up", reader.pk)

    (mail,) = mailoutbox
    html = mail.alternatives[0].content
    assert mail.to == [ADDRESS]
    assert mail.reply_to == ["desk@example.org"]
    assert mail.extra_headers.pop("Message-ID").endswith(f"@{settings.MAIL_DOMAIN}>")
    assert mail.extra_headers == {"Auto-Submitted": "auto-generated", "Precedence": "bulk"}
    for part in (mail.body, html):
        assert "/confirm/" in part
        assert "Graph learning" in part
        assert "every day at 07:00 (Europe/Berlin)" in part
        assert "ignore this email" in part
    assert 'style="' in html
    assert "127.0.0.1" not in mail.body


def test_an_active_subscriber_is_sent_the_preferences_link(mailoutbox):
    emails.answer("sign_up", make_subscriber(ADDRESS).pk)

    assert "already subscribed" in mailoutbox[0].subject
    assert "/preferences/" in mailoutbox[0].body
    assert "/preferences/" in mailoutbox[0].alternatives[0].content


@pytest.mark.parametrize("status", [Status.PENDING, Status.ACTIVE, Status.UNSUBSCRIBED])
def test_no_answer_goes_to_a_suppressed_address(mailoutbox, status):
    reader = make_subscriber(ADDRESS, status=status)
    suppress(ADDRESS.upper())

    for name in emails.ANSWERS:
        emails.answer(name, reader.pk)

    assert mailoutbox == []
