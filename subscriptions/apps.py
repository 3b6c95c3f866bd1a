"""The `subscriptions` application."""

from django.apps import AppConfig
from django.conf import settings
from django.core.mail import message


class SubscriptionsConfig(AppConfig):
    """Subscribers: who gets mail, about what, and with what consent."""

    name = "subscriptions"
    verbose_name = "Subscriptions"

    def ready(self) -> None:
        """Give the mails Django sends by itself a Message-ID in the sender's domain instead of the machine's name.

        Mail from one domain with a Message-ID in another looks forged to filters. The name the machine uses towards a
        mail server (EHLO) is another variable, and stays.
        """
        message.DNS_NAME = settings.MAIL_DOMAIN  # type: ignore[attr-defined]
