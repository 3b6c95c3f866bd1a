"""Addresses of the public pages."""

from django.urls import path, register_converter

from digest.site import cold_start, feedback, health, outbox, own_feed, preview, standing, views
from digest.site.converters import DayConverter

register_converter(DayConverter, "day")

urlpatterns = [
    path("", views.home, name="home"),
    path("papers/<day:day>", views.edition, name="edition"),
    path("papers/<int:pk>", views.paper, name="paper"),
    path("digests/<token>", views.view_digest, name="view_digest"),
    path("feeds/<token>/atom", own_feed.atom, name="own_feed_atom"),
    path("feeds/<token>/json", own_feed.json, name="own_feed_json"),
    path("feedback/<token>", feedback.feedback_on_digest, name="feedback"),
    path("feedback/<token>/<int:paper>", feedback.feedback_on_paper, name="feedback_paper"),
    path("feedback/<token>/<int:paper>/<kind>", feedback.say, name="say"),
    path("feedback/<token>/<int:paper>/<kind>/undo", feedback.unsay, name="unsay"),
    path("start", cold_start.start, name="start"),
    path("preferences/<token>/why", standing.why_not, name="why_not"),
    path("preferences/<token>/why/mend", standing.mend, name="mend"),
    path("preview", preview.preview_sign_up, name="preview_sign_up"),
    path("preferences/<token>/preview", preview.preview_digest, name="preview_digest"),
    path("preferences/<token>/feedback", feedback.my_feedback, name="my_feedback"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # These answer 404 unless DEBUG is on.
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<name>", outbox.mail, name="outbox_mail"),
    path("outbox/<name>/html", outbox.mail_html, name="outbox_mail_html"),
]
