"""The addresses that docs/running.md says to give the providers."""

from django.urls import path

from digest.sending.webhooks.views import tracking_webhook

urlpatterns = [
    # Anymail has one address for everything that Mandrill sends.
    path("mandrill/", tracking_webhook, {"provider": "mandrill"}, name="mandrill_webhook"),
    path("<slug:provider>/tracking/", tracking_webhook, name="webhook"),
]
