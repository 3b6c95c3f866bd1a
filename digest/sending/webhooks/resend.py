"""Resend's webhook, with the signature of Svix (docs.svix.com/receiving/verifying-payloads/how-manual)."""

import hmac
from base64 import b64decode, b64encode

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import tracking
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

# How far the clock of a signature may be from ours, in seconds.
TOLERANCE = 300


class ResendWebhook(AnymailBaseWebhookView):  # type: ignore[misc]
    """Anymail's view, with a signature check of ours: Anymail's needs a package that this service does without."""

    esp_name = "Resend"
    signal = tracking
    warn_if_no_basic_auth = False
    event_types = ResendTrackingWebhookView.event_types
    parse_events = ResendTrackingWebhookView.parse_events
    esp_to_anymail_event = ResendTrackingWebhookView.esp_to_anymail_event

    def validate_request(self, request: HttpRequest) -> None:
        """Check the signature if the secret is known; the password is checked as well, if one is set."""
        if secret := settings.ANYMAIL.get("RESEND_SIGNING_SECRET", ""):
            check_signature(request, secret)


def check_signature(request: HttpRequest, secret: str) -> None:
    """Raise AnymailWebhookValidationFailure or ValueError if a request was not signed with the secret just now."""
    signed_headers = request.headers.get("svix-id", ""), request.headers.get("svix-timestamp", "")
    age = timezone.now().timestamp() - int(signed_headers[1])
    signed = b".".join([*(part.encode() for part in signed_headers), request.body])
    expected = b64encode(hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, "sha256"))
    signatures = [entry.partition(",") for entry in request.headers.get("svix-signature", "").split()]
    right = any(version == "v1" and hmac.compare_digest(text.encode(), expected) for version, _, text in signatures)
    if not right or abs(age) > TOLERANCE:
        raise AnymailWebhookValidationFailure
