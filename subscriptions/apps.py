"""The application `subscriptions`."""

from django.apps import AppConfig
from django.conf import settings
from django.core.mail import message


class SubscriptionsConfig(AppConfig):
    """Who gets mail, of what, with whose consent."""

    name = "subscriptions"
    verbose_name = "Subscriptions"

    def ready(self) -> None:
        """Let the mails that Django writes by itself have a Message-ID in the sender's domain, not the machine's name.

        Mail that comes from a domain and is named in another looks forged to filters. What the machine calls itself to
        a mail server (EHLO) is another variable, and stays.
        """
        message.DNS_NAME = settings.MAIL_DOMAIN  # type: ignore[attr-defined]
