"""Amazon SES's webhook: reports that come through Amazon SNS."""

import logging
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest

from digest.sending.webhooks import sns

logger = logging.getLogger(__name__)


class SesWebhook(AmazonSESTrackingWebhookView):  # type: ignore[misc]
    """Anymail's view, for messages of our topic that Amazon signed."""

    def validate_request(self, request: HttpRequest) -> None:
        """Refuse messages without their envelope: they have no signature."""
        if "x-amz-sns-rawdelivery" in request.headers:
            logger.error("a report from Amazon SES was refused: turn off raw message delivery for the subscription")
            raise AnymailWebhookValidationFailure

    def parse_events(self, request: HttpRequest) -> Any:
        """Return the reports in a message once its signature is checked, which comes after the password check."""
        message = self._parse_sns_message(request)
        sns.check_message(message, settings.ANYMAIL.get("AMAZON_SES_WEBHOOK_TOPIC", ""))
        return super().parse_events(request)
