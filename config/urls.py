"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("digest.site.urls")),
    path("", include("subscriptions.urls")),
    path("anymail/", include("digest.sending.webhooks.urls")),
    path("admin/", admin.site.urls),
]
