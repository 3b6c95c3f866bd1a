"""Reports as each provider posts them, with the proof that they are its own."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1
from django.test import Client
from django.utils import timezone

from digest.models import Delivery

PAYLOADS = Path(__file__).parents[1] / "payloads"
SECRET = "user:password"
PASSWORD = {"Authorization": f"Basic {b64encode(SECRET.encode()).decode()}"}
SIGNING_KEY = "a-signing-key"
SVIX_KEY = "whsec_YS1zaWduaW5nLWtleQ=="
# Anymail's settings for an operator who has set everything.
ALL_SECRETS = {
    "WEBHOOK_SECRET": SECRET,
    "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY,
    "MANDRILL_WEBHOOK_KEY": SIGNING_KEY,
    "MAILERSEND_SIGNING_SECRET": SIGNING_KEY,
    "RESEND_SIGNING_SECRET": SVIX_KEY,
}
PROVIDERS_WITH_WEBHOOKS = [
    "amazon_ses",
    "brevo",
    "mailersend",
    "mailgun",
    "mailjet",
    "mandrill",
    "postmark",
    "resend",
    "sparkpost",
]
TOPIC = "arn:aws:sns:eu-central-1:123456789012:reports"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"


def address(provider: str) -> str:
    return "/anymail/mandrill/" if provider == "mandrill" else f"/anymail/{provider}/tracking/"


def payload(name: str, delivery: Delivery | None = None) -> Any:
    """Return a captured report, about this delivery."""
    report = (PAYLOADS / f"{name}.json").read_text()
    if delivery:
        # As a separate value, or within a header that is itself JSON.
        report = report.replace('"delivery": "1"', f'"delivery": "{delivery.pk}"')
        report = report.replace(r"\"delivery\": \"1\"", rf"\"delivery\": \"{delivery.pk}\"")
    return json.loads(report)


def post(client: Client, provider: str, report: Any) -> Any:
    """Post a report as the provider does, with the password, signed if it signs, and return the answer."""
    body, content_type, headers = signed_post(provider, report)
    # Mandrill's signature covers the URL with the password in it.
    return client.post(address(provider), body, content_type=content_type, headers={**PASSWORD, **headers})


def signed_post(provider: str, report: Any) -> tuple[bytes, str, dict[str, str]]:
    """Return what is posted: the body, its type, and the headers without the password."""
    body, headers, content_type = json.dumps(report).encode(), {}, "application/json"
    match provider:
        case "amazon_ses":
            body, headers = sns(report)
        case "mailgun":
            body = json.dumps(signed_for_mailgun(report)).encode()
        case "mailersend":
            headers = {"Signature": hmac.new(SIGNING_KEY.encode(), body, hashlib.sha256).hexdigest()}
        case "resend":
            headers = svix(body)
        case "mandrill":
            return mandrill(report)
    return body, content_type, headers


@cache
def amazons_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def sns(report: Any, **changes: Any) -> tuple[bytes, dict[str, str]]:
    """Return a report wrapped and signed as by Amazon's notification service, and the headers."""
    message = {**report, "Message": json.dumps(report["Message"]), "SigningCertURL": CERTIFICATE, **changes}
    names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    signed = "".join(f"{name}\n{message[name]}\n" for name in names if name in message).encode()
    message["Signature"] = b64encode(amazons_key().sign(signed, PKCS1v15(), SHA1())).decode()
    headers = {"x-amz-sns-message-type": message["Type"], "x-amz-sns-message-id": message["MessageId"]}
    return json.dumps(message).encode(), headers


def signed_for_mailgun(report: Any) -> Any:
    signature = report.get("signature", {"token": "token"}) | {"timestamp": str(int(timezone.now().timestamp()))}
    text = f"{signature['timestamp']}{signature['token']}".encode()
    return report | {"signature": signature | {"signature": hmac.digest(SIGNING_KEY.encode(), text, "sha256").hex()}}


def svix(body: bytes, message: str = "msg_1") -> dict[str, str]:
    now = str(int(timezone.now().timestamp()))
    key = b64decode(SVIX_KEY.removeprefix("whsec_"))
    signature = hmac.digest(key, f"{message}.{now}.".encode() + body, "sha256")
    return {
        "svix-id": message,
        "svix-timestamp": now,
        "svix-signature": f"v1,{b64encode(bytes(32)).decode()} v1,{b64encode(signature).decode()}",
    }


def mandrill(reports: Any) -> tuple[bytes, str, dict[str, str]]:
    events = json.dumps(reports)
    text = f"http://{SECRET}@testserver/anymail/mandrill/mandrill_events{events}".encode()
    signature = b64encode(hmac.new(SIGNING_KEY.encode(), text, hashlib.sha1).digest()).decode()
    body = urlencode({"mandrill_events": events}).encode()
    return body, "application/x-www-form-urlencoded", {"X-Mandrill-Signature": signature}


# Hard bounces: captured ones, and ones written in the same shape.
CAPTURED = {
    "postmark": "postmark_bounce",
    "mailgun": "mailgun_failed",
    "amazon_ses": "amazon_ses_bounce",
    "resend": "resend_bounced",
    "brevo": "brevo_bounce",
}
REPORTS: dict[str, Any] = {
    "mailersend": {
        "type": "activity.hard_bounced",
        "data": {
            "type": "hard_bounced",
            "created_at": "2025-08-21T12:00:00Z",
            "email": {"message": {"id": "1"}, "recipient": {"email": "ada@example.org"}},
        },
    },
    "mailjet": [{"event": "bounce", "email": "ada@example.org", "hard_bounce": True, "error": "user unknown"}],
    "mandrill": [{"event": "hard_bounce", "msg": {"email": "ada@example.org"}, "_id": "1", "ts": 1755777606}],
    "sparkpost": [{"msys": {"message_event": {"type": "bounce", "bounce_class": "10", "rcpt_to": "ada@example.org"}}}],
}


def report_of(provider: str, delivery: Delivery | None = None) -> Any:
    """Return a hard bounce from this provider, about ada@example.org."""
    return payload(CAPTURED[provider], delivery) if provider in CAPTURED else REPORTS[provider]
