"""Mailgun's webhook: its signature covers a time and a token, so both must be new for it to prove anything."""

import hashlib
import json

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

# Mailgun tries again for eight hours (documentation.mailgun.com, “Webhooks”); whether it then signs anew is not said.
MAX_AGE_SECONDS = 9 * 3600
# How far its clock may be ahead of ours.
MAX_AHEAD_SECONDS = 15 * 60


class MailgunWebhook(MailgunTrackingWebhookView):  # type: ignore[misc]
    """Anymail's view, which checks the signature but accepts it at any time and with any report."""

    def validate_request(self, request: HttpRequest) -> None:
        """Check the signature, its age, and that it came with no other report before."""
        super().validate_request(request)
        is_json = request.content_type == "application/json"
        signed = json.loads(request.body)["signature"] if is_json else request.POST
        timestamp, token = int(signed["timestamp"]), signed["token"]
        age = timezone.now().timestamp() - timestamp
        if not -MAX_AHEAD_SECONDS <= age <= MAX_AGE_SECONDS:
            raise AnymailWebhookValidationFailure
        # The same report may come again, if our answer got lost; it is stored once. The report itself is not signed.
        report = request.body if is_json else request.POST.urlencode().encode()
        digest = hashlib.sha256(report).hexdigest()
        name = f"mailgun-{hashlib.sha256(f'{timestamp} {token}'.encode()).hexdigest()}"
        if not cache.add(name, digest, MAX_AGE_SECONDS + MAX_AHEAD_SECONDS) and cache.get(name, digest) != digest:
            raise AnymailWebhookValidationFailure
