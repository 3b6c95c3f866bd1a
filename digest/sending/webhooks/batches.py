"""Providers that post many reports at once: each is read on its own, so that a bad one does not lose the others."""

import json
from abc import ABC, abstractmethod
from typing import Any

from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.http import HttpRequest


class Batch(ABC):
    """Many reports in one request."""

    @abstractmethod
    def split(self, request: HttpRequest) -> list[Any]:
        """Return the reports as they came."""

    @abstractmethod
    def read(self, raw: Any) -> list[AnymailTrackingEvent]:
        """Return one report in Anymail's words, or nothing if it has none."""


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


class MailjetWebhook(Batch, MailjetTrackingWebhookView):  # type: ignore[misc]
    """A list of reports, or a single one if they are not grouped."""

    def split(self, request: HttpRequest) -> list[Any]:
        """Return the reports as they came."""
        body = json.loads(request.body)
        return [body] if isinstance(body, dict) else _listed(body)

    def read(self, raw: Any) -> list[AnymailTrackingEvent]:
        """Return the report."""
        return [self.esp_to_anymail_event(raw)]


class MandrillWebhook(Batch, MandrillCombinedWebhookView):  # type: ignore[misc]
    """A form with a list of reports, and of incoming mails, which we do not read."""

    def split(self, request: HttpRequest) -> list[Any]:
        """Return the reports as they came."""
        return _listed(json.loads(request.POST["mandrill_events"]))

    def read(self, raw: Any) -> list[AnymailTrackingEvent]:
        """Return the report."""
        return [self.mandrill_tracking_to_anymail_event(raw)]


class SparkPostWebhook(Batch, SparkPostTrackingWebhookView):  # type: ignore[misc]
    """A list of reports, some of them empty."""

    def split(self, request: HttpRequest) -> list[Any]:
        """Return the reports as they came."""
        return _listed(json.loads(request.body))

    def read(self, raw: Any) -> list[AnymailTrackingEvent]:
        """Return the report, or nothing for a ping."""
        event_class, event, raw = self.unwrap_event(raw)
        return [] if event is None else [self.esp_to_anymail_event(event_class, event, raw)]
