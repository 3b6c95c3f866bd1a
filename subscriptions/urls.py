"""URLs for signing up, preferences and unsubscribing."""

from django.urls import path

from subscriptions.views import preferences, signing_up, unsubscribe

urlpatterns = [
    path("subscribe", signing_up.subscribe, name="subscribe"),
    path("subscribe/sent", signing_up.subscribe_sent, name="subscribe_sent"),
    path("confirm/<token>", signing_up.confirm, name="confirm"),
    path("preferences", preferences.preferences_link, name="preferences_link"),
    # A token always contains colons, so these two cannot be tokens.
    path("preferences/sent", preferences.preferences_link_sent, name="preferences_link_sent"),
    path("preferences/erased", preferences.erased, name="erased"),
    path("preferences/<token>", preferences.preferences, name="preferences"),
    path("preferences/<token>/feed", preferences.renew_feed, name="renew_feed"),
    path("preferences/<token>/feed/revoke", preferences.revoke_feed, name="revoke_feed"),
    path("preferences/<token>/how-often", preferences.how_often, name="how_often"),
    path("preferences/<token>/resume", preferences.resume, name="resume"),
    path("preferences/<token>/subscribe", preferences.subscribe_at_once, name="subscribe_at_once"),
    path("preferences/<token>/first-digest", signing_up.first_digest, name="first_digest"),
    path("unsubscribe/<token>", unsubscribe.unsubscribe, name="unsubscribe"),
    path("unsubscribe/<token>/undo", unsubscribe.come_back, name="come_back"),
]
