"""The addresses that docs/running.md says to give the providers."""

from django.urls import path

from digest.sending.webhooks.views import take

urlpatterns = [
    # Anymail has one address for everything that Mandrill sends.
    path("mandrill/", take, {"provider": "mandrill"}, name="mandrill_webhook"),
    path("<slug:provider>/tracking/", take, name="webhook"),
]
