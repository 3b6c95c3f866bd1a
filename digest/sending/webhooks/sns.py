"""The signature of an Amazon SNS message.

docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings

from digest.sending.webhooks import UnreachableError

# Only Amazon's own hosts: whoever chooses the certificate can sign.
CERTIFICATE = re.compile(
    r"https://sns\.[a-z0-9-]{1,32}\.amazonaws\.com(?:\.cn)?/SimpleNotificationService-[0-9a-f]{1,64}\.pem"
)
TOPIC = re.compile(r"arn:aws[a-z-]{0,16}:sns:[a-z0-9-]{1,32}:[0-9]{12}:[A-Za-z0-9_.-]{1,256}")
SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": SUBSCRIPTION,
    "UnsubscribeConfirmation": SUBSCRIPTION,
}
# Amazon still signs with version 1 if no one has chosen version 2.
HASHES: dict[str, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}


def check_message(message: Mapping[str, Any], topic: str) -> None:
    """Raise AnymailWebhookValidationFailure if Amazon did not sign a message, or not for this topic.

    topic: the one whose messages are accepted; "": any.
    """
    arn, url = str(message.get("TopicArn")), str(message.get("SigningCertURL"))
    if not TOPIC.fullmatch(arn) or (topic and arn != topic) or not CERTIFICATE.fullmatch(url):
        raise AnymailWebhookValidationFailure
    names = [name for name in SIGNED[str(message.get("Type"))] if message.get(name) is not None]
    signed = "".join(f"{name}\n{message[name]}\n" for name in names).encode()
    hashed_with = HASHES[str(message.get("SignatureVersion"))]()
    try:
        public_key(url).verify(b64decode(str(message.get("Signature"))), signed, PKCS1v15(), hashed_with)
    except InvalidSignature as error:
        raise AnymailWebhookValidationFailure from error


@lru_cache(maxsize=8)
def public_key(url: str) -> RSAPublicKey:
    """Return the key in Amazon's certificate at that address. Raises UnreachableError if it cannot be fetched."""
    import httpx  # noqa: PLC0415

    try:
        answer = httpx.get(url, timeout=settings.EMAIL_TIMEOUT, follow_redirects=False)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise UnreachableError from error
    key = load_pem_x509_certificate(answer.content).public_key()
    if not isinstance(key, RSAPublicKey):
        raise AnymailWebhookValidationFailure
    return key
