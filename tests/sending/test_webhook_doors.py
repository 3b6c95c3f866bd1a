"""Who may post a report: only the chosen provider, and only with proof that it is the provider."""

import json
from base64 import b64encode

import httpx
import pytest
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from config import providers
from digest.models import Event
from digest.sending.webhooks import sns, views
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber
from tests.support.webhook_posts import (
    ALL_SECRETS,
    PASSWORD,
    PROVIDERS_WITH_WEBHOOKS,
    SVIX_KEY,
    address,
    amazons_key,
    payload,
    post,
    report_of,
    signed_post,
)
from tests.support.webhook_posts import sns as sns_message

pytestmark = pytest.mark.django_db

EMPTY = {"amazon_ses": {"Type": "Notification", "MessageId": "1", "Message": {}}, "mandrill": [], "mailjet": []}


@pytest.fixture(autouse=True)
def amazons_certificate(monkeypatch):
    monkeypatch.setattr(sns, "public_key", lambda _: amazons_key().public_key())


def choose(settings, provider, **options):
    settings.MAIL_PROVIDER, settings.ANYMAIL = provider, options


# --- Which address is open --------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", ["smtp", "outbox", "scaleway", *PROVIDERS_WITH_WEBHOOKS])
def test_only_the_chosen_providers_webhook_address_exists(client, settings, chosen):
    choose(settings, chosen, **ALL_SECRETS)

    open_ones = [provider for provider in PROVIDERS_WITH_WEBHOOKS if client.head(address(provider)).status_code == 200]

    assert open_ones == [provider for provider in PROVIDERS_WITH_WEBHOOKS if provider == chosen]


@pytest.mark.parametrize("chosen", ["smtp", *PROVIDERS_WITH_WEBHOOKS])
def test_inbound_mail_and_other_providers_are_not_accepted(client, settings, chosen):
    choose(settings, chosen, **ALL_SECRETS)

    for name in (chosen, "postal", "sendgrid", "unisender_go", "mailtrap", "sendinblue", "scaleway"):
        for what in ("inbound", "inbound_mime", "tracking"):
            if (name, what) != (chosen, "tracking"):
                assert client.post(f"/anymail/{name}/{what}/", {}).status_code == 404


@pytest.mark.parametrize("provider", PROVIDERS_WITH_WEBHOOKS)
def test_a_provider_without_a_configured_proof_is_refused(client, settings, provider, caplog):
    choose(settings, provider)

    answer = post(client, provider, EMPTY.get(provider, {}))

    assert answer.status_code == 403
    assert f"ANYMAIL_{providers.PROOFS[provider][0]} is not set" in caplog.text


@pytest.mark.parametrize("provider", PROVIDERS_WITH_WEBHOOKS)
def test_other_methods_are_not_allowed(client, settings, provider):
    choose(settings, provider, **ALL_SECRETS)

    for method in ("get", "put", "patch", "delete", "options", "trace"):
        assert getattr(client, method)(address(provider)).status_code == 405


# --- Who is believed --------------------------------------------------------------------------------


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber("ada@example.org"), make_edition(make_paper()), status="sent")


@pytest.mark.parametrize("provider", PROVIDERS_WITH_WEBHOOKS)
def test_the_provider_itself_is_believed(client, settings, delivery, provider):
    choose(settings, provider, **ALL_SECRETS)

    assert post(client, provider, report_of(provider, delivery)).status_code == 200
    assert Event.objects.get().kind == "hard_bounce"


@pytest.mark.parametrize("provider", PROVIDERS_WITH_WEBHOOKS)
@pytest.mark.parametrize("options", [{}, {"Authorization": f"Basic {b64encode(b'user:guess').decode()}"}])
def test_the_password_is_checked_wherever_one_is_set(client, settings, delivery, provider, options):
    choose(settings, provider, **ALL_SECRETS)
    body, content_type, headers = signed_post(provider, report_of(provider, delivery))

    answer = client.post(address(provider), body, content_type=content_type, headers={**headers, **options})

    assert answer.status_code in {400, 401}
    assert not Event.objects.exists()


@pytest.mark.parametrize("provider", ["amazon_ses", "mailersend", "mailgun", "mandrill", "resend"])
def test_a_report_altered_in_transit_is_refused(client, settings, delivery, provider):
    choose(settings, provider, **ALL_SECRETS)
    body, content_type, headers = signed_post(provider, report_of(provider, delivery))
    # Mailgun signs only a timestamp and a random token.
    changed = body.replace(b"token-of", b"guessed") if provider == "mailgun" else body.replace(b"ada", b"eve")
    assert changed != body

    answer = client.post(address(provider), changed, content_type=content_type, headers={**PASSWORD, **headers})

    assert answer.status_code == 400
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"svix-signature": ""},
        {"svix-signature": "v1,"},
        {"svix-signature": "v2,AAAA"},
        {"svix-timestamp": ""},
        {"svix-timestamp": "0"},
        {"svix-timestamp": "9999999999"},
        {"svix-id": "another"},
    ],
)
def test_a_resend_signature_must_match_the_message_and_be_recent(client, settings, headers):
    choose(settings, "resend", RESEND_SIGNING_SECRET=SVIX_KEY)
    body, content_type, right = signed_post("resend", payload("resend_bounced"))

    def answer(headers):
        return client.post(address("resend"), body, content_type=content_type, headers=headers).status_code

    assert answer(right) == 200
    assert answer(right | headers) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"SigningCertURL": "https://sns.evil.example/SimpleNotificationService-00.pem"},
        {"SigningCertURL": "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-00.pem"},
        {"SigningCertURL": "http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-00.pem"},
        {"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/../SimpleNotificationService-00.pem"},
        {"SigningCertURL": "https://bucket.s3.amazonaws.com/SimpleNotificationService-00.pem"},
        {"TopicArn": "arn:aws:sns:eu-central-1:999999999999:reports"},
        {"TopicArn": "reports"},
        {"SignatureVersion": "3"},
        {"Type": "Other"},
    ],
)
def test_an_amazon_message_must_be_for_our_topic_and_signed_by_amazon(client, settings, delivery, changes):
    report = payload("amazon_ses_bounce", delivery)
    choose(settings, "amazon_ses", **ALL_SECRETS, AMAZON_SES_WEBHOOK_TOPIC=report["TopicArn"])

    def answer(**changes):
        body, headers = sns_message(report, **changes)
        headers = {**PASSWORD, **headers}
        return client.post(address("amazon_ses"), body, content_type="text/plain", headers=headers).status_code

    assert answer(**changes) == 400
    assert not Event.objects.exists()
    assert answer() == 200


def test_a_report_without_amazons_envelope_is_refused_and_the_log_says_why(client, settings, caplog):
    choose(settings, "amazon_ses", **ALL_SECRETS)
    headers = {**PASSWORD, "x-amz-sns-message-type": "Notification", "x-amz-sns-rawdelivery": "true"}
    body = json.dumps(payload("amazon_ses_bounce")["Message"])

    answer = client.post(address("amazon_ses"), body, content_type="text/plain", headers=headers)

    assert answer.status_code == 400
    assert "turn off raw message delivery" in caplog.text


def test_amazon_is_told_to_try_again_while_its_certificate_cannot_be_fetched(client, settings, monkeypatch):
    choose(settings, "amazon_ses", **ALL_SECRETS)
    monkeypatch.undo()
    choose(settings, "amazon_ses", **ALL_SECRETS)

    def fail(*args, **kwargs):
        raise httpx.ConnectError("no route")

    monkeypatch.setattr(httpx, "get", fail)
    sns.public_key.cache_clear()

    assert post(client, "amazon_ses", payload("amazon_ses_bounce")).status_code == 503


def test_an_amazon_subscription_that_amazon_did_not_sign_is_not_confirmed(client, settings, monkeypatch):
    confirmed = []
    monkeypatch.setattr(
        AmazonSESTrackingWebhookView, "auto_confirm_sns_subscription", lambda _, message: confirmed.append(message)
    )
    choose(settings, "amazon_ses", **ALL_SECRETS)
    body, headers = sns_message(payload("amazon_ses_bounce"), Type="SubscriptionConfirmation")
    stranger = generate_private_key(65537, 2048).public_key()

    def answer():
        headers_ = {**PASSWORD, **headers}
        return client.post(address("amazon_ses"), body, content_type="text/plain", headers=headers_).status_code

    monkeypatch.setattr(sns, "public_key", lambda _: stranger)
    assert (answer(), confirmed) == (400, [])


@pytest.mark.parametrize("provider", ["mailjet", "mandrill", "sparkpost"])
def test_a_bad_report_does_not_lose_the_others_in_its_batch(client, settings, delivery, provider):
    choose(settings, provider, **ALL_SECRETS)

    for bad in (None, 7, "x", [], {}, {"event": []}, {"msys": 3}, {"msys": {"message_event": None}}):
        Event.objects.all().delete()
        assert post(client, provider, [bad, *report_of(provider, delivery)]).status_code == 200
        assert Event.objects.filter(kind="hard_bounce").count() == 1


def test_every_provider_whose_reports_are_read_can_prove_them():
    assert views.VIEWS.keys() == providers.PROOFS.keys()
