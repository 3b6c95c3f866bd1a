"""The addresses that docs/running.md tells the providers."""

from django.urls import path

from digest.sending.webhooks.views import take

urlpatterns = [
    # Anymail has one address for all that Mandrill sends.
    path("mandrill/", take, {"provider": "mandrill"}, name="mandrill_webhook"),
    path("<slug:provider>/tracking/", take, name="webhook"),
]
