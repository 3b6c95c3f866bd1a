"""What providers post to their webhook addresses, in their own formats."""

import hmac
from datetime import UTC, datetime, timedelta

import pytest

from digest.models import Delivery, Event
from digest.sending.webhooks import sns
from subscriptions.models import Status as ReaderStatus
from subscriptions.models import Suppression
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.webhook_posts import (
    ALL_SECRETS,
    PASSWORD,
    SIGNING_KEY,
    address,
    amazons_key,
    payload,
    post,
    signed_post,
)

Status = Delivery.Status
pytestmark = pytest.mark.django_db

POSTMARK = address("postmark")


@pytest.fixture(autouse=True)
def all_set(settings, monkeypatch):
    settings.ANYMAIL, settings.MAIL_PROVIDER = ALL_SECRETS, "postmark"
    monkeypatch.setattr(sns, "public_key", lambda _: amazons_key().public_key())


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber("ada@example.org"), make_edition(make_paper()), status=Status.SENT)


CAPTURED = {
    "postmark": "postmark_bounce",
    "mailgun": "mailgun_failed",
    "amazon_ses": "amazon_ses_bounce",
    "resend": "resend_bounced",
    "brevo": "brevo_bounce",
}


def send_bounce(client, provider, delivery):
    """Post this provider's hard bounce."""
    return post(client, provider, payload(CAPTURED[provider], delivery))


BOUNCING = list(CAPTURED)


@pytest.fixture
def chosen(request, settings):
    """The provider of this case, chosen in the settings."""
    settings.MAIL_PROVIDER = request.param
    return request.param


@pytest.mark.parametrize("chosen", BOUNCING, indirect=True)
def test_a_hard_bounce_suppresses_the_address_at_once(client, delivery, chosen):
    assert send_bounce(client, chosen, delivery).status_code == 200

    delivery.refresh_from_db()
    assert delivery.status == Status.BOUNCED
    assert delivery.subscriber.status == ReaderStatus.SUPPRESSED
    assert Suppression.objects.get().reason == "bounced"
    assert Suppression.objects.covers("ADA@example.org")


@pytest.mark.parametrize("chosen", BOUNCING, indirect=True)
def test_a_report_posted_twice_is_stored_once(client, delivery, chosen):
    for _ in range(2):
        assert send_bounce(client, chosen, delivery).status_code == 200

    event = Event.objects.get()
    assert (event.provider, event.type, event.kind) == (chosen, "bounced", "hard_bounce")
    assert event.delivery == delivery
    assert event.event_id


def soften(provider, report):
    """Turn a hard bounce into a soft one, in the provider's own terms."""
    match provider:
        case "postmark":
            report["Type"] = "SoftBounce"
        case "amazon_ses":
            report["Message"]["bounce"]["bounceType"] = "Transient"
        case "resend":
            report["data"]["bounce"] |= {"type": "Transient", "subType": "MailboxFull"}
        case "brevo":
            report["event"] = "soft_bounce"
        case "mailgun":
            report["event-data"]["reason"] = "generic"
    return report


@pytest.mark.parametrize("chosen", BOUNCING, indirect=True)
def test_a_soft_bounce_fails_one_delivery_and_keeps_the_reader_active(client, delivery, chosen):
    report = soften(chosen, payload(CAPTURED[chosen], delivery))

    assert post(client, chosen, report).status_code == 200

    delivery.refresh_from_db()
    assert (delivery.status, delivery.subscriber.status) == (Status.FAILED, ReaderStatus.ACTIVE)
    assert delivery.subscriber.soft_bounces == 1
    assert not Suppression.objects.exists()


def test_a_delivery_is_recorded_at_the_providers_time(client, delivery):
    post(client, "postmark", payload("postmark_delivery", delivery))

    delivery.refresh_from_db()
    assert delivery.status == Status.DELIVERED
    assert Event.objects.get().at == datetime(2025, 8, 21, 12, 0, 5, tzinfo=UTC)


def test_a_complaint_suppresses_the_address_at_once(client, delivery):
    post(client, "postmark", payload("postmark_delivery", delivery))
    post(client, "postmark", payload("postmark_complaint", delivery))

    delivery.refresh_from_db()
    assert (delivery.status, delivery.subscriber.status) == (Status.COMPLAINED, ReaderStatus.SUPPRESSED)
    assert Suppression.objects.get().reason == "complained"


def test_unsubscribing_at_the_provider_unsubscribes_here_too(client, delivery):
    post(client, "postmark", payload("postmark_unsubscription", delivery))

    delivery.refresh_from_db()
    assert (delivery.status, delivery.subscriber.status) == (Status.SENT, ReaderStatus.UNSUBSCRIBED)
    assert not Suppression.objects.exists()


def test_an_out_of_office_reply_changes_nothing(client, delivery):
    report = {**payload("postmark_bounce", delivery), "Type": "AutoResponder"}

    post(client, "postmark", report)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.subscriber.status) == (Status.SENT, ReaderStatus.ACTIVE)
    assert Event.objects.get().type == "autoresponded"


def test_a_report_about_mail_that_is_not_ours_is_answered_and_does_no_harm(client, delivery):
    report = payload("postmark_bounce") | {"Email": "stranger@example.org", "Metadata": {"delivery": "999999"}}

    assert post(client, "postmark", report).status_code == 200

    delivery.refresh_from_db()
    assert delivery.status == Status.SENT
    assert Event.objects.get().delivery is None
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("auth_headers", [None, "Basic bm9ib2R5Om5vdGhpbmc="])
def test_a_report_without_the_password_is_refused(client, delivery, auth_headers):
    headers = {"Authorization": auth_headers} if auth_headers else {}

    answer = client.post(
        POSTMARK, payload("postmark_bounce", delivery), content_type="application/json", headers=headers
    )

    delivery.refresh_from_db()
    assert answer.status_code == 400
    assert delivery.status == Status.SENT
    assert not Event.objects.exists()


def test_a_report_with_a_wrong_signature_is_refused(client, delivery, settings):
    settings.MAIL_PROVIDER = "mailgun"
    body, content_type, _ = signed_post("mailgun", payload("mailgun_failed", delivery))

    answer = client.post(
        address("mailgun"), body.replace(b"token-of", b"another"), content_type=content_type, headers=PASSWORD
    )

    assert answer.status_code == 400
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (timedelta(0), 200),
        (timedelta(hours=8, minutes=30), 200),
        (timedelta(minutes=-14), 200),
        (timedelta(hours=10), 400),
        (timedelta(days=365), 400),
        (timedelta(minutes=-20), 400),
        (timedelta(days=-365), 400),
    ],
)
@pytest.mark.parametrize("chosen", ["mailgun"], indirect=True)
def test_a_signature_of_mailgun_proves_nothing_long_before_or_after_its_time(client, chosen, time_machine, age, status):
    time_machine.move_to(NOON, tick=False)
    body, content_type, _ = signed_post(chosen, payload("mailgun_failed"))
    time_machine.move_to(NOON + age, tick=False)

    answer = client.post(address(chosen), body, content_type=content_type, headers=PASSWORD)

    assert (answer.status_code, Event.objects.count()) == (status, int(status == 200))


def test_a_signature_of_mailgun_proves_one_report_however_often_it_comes(client, delivery, settings):
    settings.MAIL_PROVIDER = "mailgun"
    body, content_type, _ = signed_post("mailgun", payload("mailgun_failed", delivery))
    forged = body.replace(b'"failed"', b'"complained"')
    assert forged != body

    answers = [
        client.post(address("mailgun"), sent, content_type=content_type, headers=PASSWORD).status_code
        for sent in (body, forged, body, forged)
    ]

    assert answers == [200, 400, 200, 400]
    assert Event.objects.get().type == "bounced"


@pytest.mark.parametrize("timestamp", ["", "soon", "1e9", "9" * 400])
def test_a_signed_time_that_is_none_is_refused(client, settings, timestamp):
    settings.MAIL_PROVIDER = "mailgun"
    text = f"{timestamp}token".encode()
    signature = hmac.digest(SIGNING_KEY.encode(), text, "sha256").hex()
    signed = {"timestamp": timestamp, "token": "token", "signature": signature}

    answer = client.post(
        address("mailgun"),
        {**payload("mailgun_failed"), "signature": signed},
        content_type="application/json",
        headers=PASSWORD,
    )

    assert answer.status_code == 400


def test_nothing_stored_contains_the_address(client, delivery, settings):
    for provider in BOUNCING:
        settings.MAIL_PROVIDER = provider
        send_bounce(client, provider, delivery)

    delivery.refresh_from_db()
    stored_texts = [str(row) for row in Event.objects.values_list()] + [delivery.error]
    assert len(stored_texts) == len(BOUNCING) + 1
    assert not any("ada" in text for text in stored_texts)


def test_each_of_many_reports_costs_the_same_few_queries(client, django_assert_max_num_queries):
    edition = make_edition(make_paper())
    # A bounce suppresses the reader, which takes more queries than recording that a mail arrived.
    for number in range(100):
        email = f"ada{number}@example.org"
        delivery = make_delivery(make_subscriber(email), edition, status=Status.SENT)
        with django_assert_max_num_queries(7):
            post(client, "postmark", payload("postmark_delivery", delivery) | {"Recipient": email})
        with django_assert_max_num_queries(18):
            post(client, "postmark", payload("postmark_bounce", delivery) | {"Email": email, "ID": number})

    assert Event.objects.count() == 200
    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.BOUNCED}
