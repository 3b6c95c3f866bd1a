"""Addresses of the public pages."""

from django.urls import path, register_converter

from digest.site import (
    cold_start,
    exports,
    feedback,
    feeds,
    health,
    listings,
    opens,
    outbox,
    own_feed,
    preview,
    robots,
    search,
    share_image,
    signing_in,
    standing,
    submissions,
    views,
    votes,
)
from digest.site.api import addresses
from digest.site.converters import DayConverter, MonthConverter, WeekConverter

register_converter(DayConverter, "day")
register_converter(WeekConverter, "week")
register_converter(MonthConverter, "month")

urlpatterns = [
    path("", views.home, name="home"),
    path("papers/<day:day>", views.edition, name="edition"),
    *(
        path(f"papers/<day:day>.{ending}", exports.edition_file, {"ending": ending}, name=f"edition_{ending}")
        for ending in exports.FORMS
    ),
    path("papers/<week:first>", listings.week, name="week"),
    path("papers/<month:first>", listings.month, name="month"),
    path("papers/<int:pk>", views.paper, name="paper"),
    path("papers/<int:pk>.bib", exports.paper_bibtex, name="paper_bibtex"),
    path("papers/<int:pk>.md", exports.paper_markdown, name="paper_markdown"),
    path("papers/<int:pk>/share.png", share_image.share_image, name="share_image"),
    path("papers/<int:pk>/vote", votes.vote, name="vote"),
    path("papers/<int:pk>/take-back", votes.take_back, name="take_back"),
    path("trending", listings.trending, name="trending"),
    path("trending/formula", listings.trending_formula, name="trending_formula"),
    path("topics", listings.topics, name="topics"),
    path("topics/<slug:slug>", listings.topic, name="topic"),
    path("topics/<slug:slug>/feed.atom", feeds.topic_feed, {"form": feeds.atom}, name="topic_atom"),
    path("topics/<slug:slug>/feed.json", feeds.topic_feed, {"form": feeds.json_feed}, name="topic_json"),
    # A name may hold a slash.
    path("authors/<path:name>", listings.author, name="author"),
    path("archive", listings.archive, name="archive"),
    path("search", search.search, name="search"),
    path("search/feed.atom", feeds.search_feed, {"form": feeds.atom}, name="search_atom"),
    path("search/feed.json", feeds.search_feed, {"form": feeds.json_feed}, name="search_json"),
    path("feeds", feeds.feeds, name="feeds"),
    path("feed.atom", feeds.latest_feed, {"form": feeds.atom}, name="latest_atom"),
    path("feed.json", feeds.latest_feed, {"form": feeds.json_feed}, name="latest_json"),
    path("api/", addresses()),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("sign-in", signing_in.sign_in, name="sign_in"),
    path("sign-in/sent", signing_in.sign_in_sent, name="sign_in_sent"),
    # A token always has colons in it.
    path("sign-in/<token>", signing_in.use_link, name="use_link"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("account", signing_in.account, name="account"),
    path("account/leave", signing_in.leave, name="leave"),
    path("submit", submissions.submit, name="submit"),
    path("submissions/<int:pk>", submissions.submission, name="submission"),
    path("submissions/<int:pk>/confirm", submissions.confirm_submission, name="confirm_submission"),
    path("submissions/<int:pk>/withdraw", submissions.withdraw_submission, name="withdraw_submission"),
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
    path("preferences/<token>/opens", opens.allow_opens, name="allow_opens"),
    path("preferences/<token>/opens/forget", opens.forget_opens, name="forget_opens"),
    # Not below /papers, where the cookie that it needs would go along with every page.
    path("opened/<int:pk>", opens.opened, name="opened"),
    path("preferences/<token>/feedback", feedback.my_feedback, name="my_feedback"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # These answer 404 unless DEBUG is on.
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<name>", outbox.mail, name="outbox_mail"),
    path("outbox/<name>/html", outbox.mail_html, name="outbox_mail_html"),
]
