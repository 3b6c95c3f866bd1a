"""What providers post to their webhook addresses, in the shapes they post it."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.models import Delivery, Event
from subscriptions.models import Status as ReaderStatus
from subscriptions.models import Suppression
from tests.make import make_delivery, make_edition, make_paper, make_subscriber

Status = Delivery.Status
pytestmark = pytest.mark.django_db

PAYLOADS = Path(__file__).parent / "payloads"
SECRET = "user:password"
PASSWORD = {"Authorization": f"Basic {b64encode(SECRET.encode()).decode()}"}
SIGNING_KEY = "a-signing-key"
POSTMARK = "/anymail/postmark/tracking/"


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber("ada@example.org"), make_edition(make_paper()), status=Status.SENT)


def payload(name, delivery=None):
    """A captured report, about this delivery."""
    report = (PAYLOADS / f"{name}.json").read_text()
    if delivery:
        # As a value of its own, or within a header that is JSON itself.
        report = report.replace('"delivery": "1"', f'"delivery": "{delivery.pk}"')
        report = report.replace(r"\"delivery\": \"1\"", rf"\"delivery\": \"{delivery.pk}\"")
    return json.loads(report)


def post(client, address, report, **headers):
    return client.post(address, report, content_type="application/json", headers={**PASSWORD, **headers})


def sns(report):
    """What Amazon's notification service wraps around a report, and its headers."""
    headers = {"x-amz-sns-message-type": report["Type"], "x-amz-sns-message-id": report["MessageId"]}
    return {**report, "Message": json.dumps(report["Message"])}, headers


def signed(report):
    signature = report["signature"]
    text = f"{signature['timestamp']}{signature['token']}".encode()
    signature["signature"] = hmac.new(SIGNING_KEY.encode(), text, hashlib.sha256).hexdigest()
    return report


def send_bounce(client, provider, delivery):
    """Post the hard bounce of this provider."""
    match provider:
        case "postmark":
            return post(client, POSTMARK, payload("postmark_bounce", delivery))
        case "mailgun":
            return post(client, "/anymail/mailgun/tracking/", signed(payload("mailgun_failed", delivery)))
        case "amazon_ses":
            report, headers = sns(payload("amazon_ses_bounce", delivery))
            return post(client, "/anymail/amazon_ses/tracking/", report, **headers)
        case "resend":
            report = payload("resend_bounced", delivery)
            return post(client, "/anymail/resend/tracking/", report, **{"svix-id": "msg_1"})
    return post(client, "/anymail/brevo/tracking/", payload("brevo_bounce", delivery))


BOUNCING = ["postmark", "mailgun", "amazon_ses", "resend", "brevo"]


@pytest.mark.parametrize("provider", BOUNCING)
def test_a_hard_bounce_ends_the_mail_to_an_address_at_once(client, delivery, provider):
    assert send_bounce(client, provider, delivery).status_code == 200

    delivery.refresh_from_db()
    assert delivery.status == Status.BOUNCED
    assert delivery.subscriber.status == ReaderStatus.SUPPRESSED
    assert Suppression.objects.get().reason == "bounced"
    assert Suppression.objects.covers("ADA@example.org")


@pytest.mark.parametrize("provider", BOUNCING)
def test_a_report_that_is_posted_twice_is_kept_once(client, delivery, provider):
    for _ in range(2):
        assert send_bounce(client, provider, delivery).status_code == 200

    event = Event.objects.get()
    assert (event.provider, event.type, event.kind) == (provider, "bounced", "hard_bounce")
    assert event.delivery == delivery
    assert event.event_id


def soften(provider, report):
    """Make a hard bounce a soft one, in the provider's own words."""
    match provider:
        case "postmark":
            report["Type"] = "SoftBounce"
        case "amazon_ses":
            report["Message"]["bounce"]["bounceType"] = "Transient"
        case "resend":
            report["data"]["bounce"]["type"] = "Transient"
        case "brevo":
            report["event"] = "soft_bounce"
        case "mailgun":
            report["event-data"]["reason"] = "generic"
    return report


@pytest.mark.parametrize("provider", BOUNCING)
def test_a_soft_bounce_costs_one_mail_and_no_reader(client, delivery, provider, monkeypatch):
    original = payload
    monkeypatch.setattr(f"{__name__}.payload", lambda *args: soften(provider, original(*args)))

    assert send_bounce(client, provider, delivery).status_code == 200

    delivery.refresh_from_db()
    assert (delivery.status, delivery.subscriber.status) == (Status.FAILED, ReaderStatus.ACTIVE)
    assert delivery.subscriber.soft_bounces == 1
    assert not Suppression.objects.exists()


def test_a_delivery_is_noted_at_the_providers_time(client, delivery):
    post(client, POSTMARK, payload("postmark_delivery", delivery))

    delivery.refresh_from_db()
    assert delivery.status == Status.DELIVERED
    assert Event.objects.get().at == datetime(2025, 8, 21, 12, 0, 5, tzinfo=UTC)


def test_a_complaint_ends_the_mail_to_an_address_at_once(client, delivery):
    post(client, POSTMARK, payload("postmark_delivery", delivery))
    post(client, POSTMARK, payload("postmark_complaint", delivery))

    delivery.refresh_from_db()
    assert (delivery.status, delivery.subscriber.status) == (Status.COMPLAINED, ReaderStatus.SUPPRESSED)
    assert Suppression.objects.get().reason == "complained"


def test_who_unsubscribes_at_the_provider_is_unsubscribed_here(client, delivery):
    post(client, POSTMARK, payload("postmark_unsubscription", delivery))

    delivery.refresh_from_db()
    assert (delivery.status, delivery.subscriber.status) == (Status.SENT, ReaderStatus.UNSUBSCRIBED)
    assert not Suppression.objects.exists()


def test_an_out_of_office_reply_changes_nothing(client, delivery):
    report = {**payload("postmark_bounce", delivery), "Type": "AutoResponder"}

    post(client, POSTMARK, report)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.subscriber.status) == (Status.SENT, ReaderStatus.ACTIVE)
    assert Event.objects.get().type == "autoresponded"


def test_a_report_about_a_mail_that_is_not_ours_is_answered_and_does_no_harm(client, delivery):
    report = payload("postmark_bounce") | {"Email": "stranger@example.org", "Metadata": {"delivery": "999999"}}

    assert post(client, POSTMARK, report).status_code == 200

    delivery.refresh_from_db()
    assert delivery.status == Status.SENT
    assert Event.objects.get().delivery is None
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("given", [None, "Basic bm9ib2R5Om5vdGhpbmc="])
def test_a_report_without_the_password_is_refused(client, delivery, given):
    headers = {"Authorization": given} if given else {}

    answer = client.post(
        POSTMARK, payload("postmark_bounce", delivery), content_type="application/json", headers=headers
    )

    delivery.refresh_from_db()
    assert answer.status_code == 400
    assert delivery.status == Status.SENT
    assert not Event.objects.exists()


def test_a_report_with_a_wrong_signature_is_refused(client, delivery):
    report = signed(payload("mailgun_failed", delivery))
    report["signature"]["token"] = "another"

    assert post(client, "/anymail/mailgun/tracking/", report).status_code == 400
    assert not Event.objects.exists()


def test_nothing_that_is_kept_holds_the_address(client, delivery):
    for provider in BOUNCING:
        send_bounce(client, provider, delivery)

    delivery.refresh_from_db()
    kept = [str(row) for row in Event.objects.values_list()] + [delivery.error]
    assert len(kept) == len(BOUNCING) + 1
    assert not any("ada" in text for text in kept)


def test_of_many_reports_each_costs_the_same_few_queries(client, django_assert_max_num_queries):
    edition = make_edition(make_paper())
    # A bounce ends a reader's mail, which is dearer than noting that one arrived.
    for number in range(100):
        email = f"ada{number}@example.org"
        delivery = make_delivery(make_subscriber(email), edition, status=Status.SENT)
        with django_assert_max_num_queries(7):
            post(client, POSTMARK, payload("postmark_delivery", delivery) | {"Recipient": email})
        with django_assert_max_num_queries(16):
            post(client, POSTMARK, payload("postmark_bounce", delivery) | {"Email": email, "ID": number})

    assert Event.objects.count() == 200
    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.BOUNCED}
