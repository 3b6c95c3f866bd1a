"""The application `subscriptions`."""

from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    """Who gets mail, of what, with whose consent."""

    name = "subscriptions"
    verbose_name = "Subscriptions"
