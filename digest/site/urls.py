"""URLs of the public pages."""

from django.urls import path, register_converter

from digest.site import (
    accounts,
    badge,
    exports,
    feedback_buttons,
    feedback_links,
    feeds,
    health,
    identifier_redirects,
    library,
    list_style,
    listings,
    member_passkeys,
    metrics,
    my_data,
    my_feedback,
    onboarding,
    open_tracking,
    outbox,
    preview,
    private_feed,
    reading_list,
    robots,
    search,
    share_image,
    signing_in,
    submissions,
    views,
    votes,
    why_not,
    zotero,
)
from digest.site.api import api_urls
from digest.site.converters import DayConverter, MonthConverter, NameConverter, WeekConverter
from subscriptions.tokens import MYSELF

register_converter(NameConverter, "name")
register_converter(DayConverter, "day")
register_converter(WeekConverter, "week")
register_converter(MonthConverter, "month")

urlpatterns = [
    path("", views.home, name="home"),
    path("papers/<day:day>", views.edition, name="edition"),
    *(
        path(f"papers/<day:day>.{ending}", exports.edition_file, {"ending": ending}, name=f"edition_{ending}")
        for ending in exports.EDITION_FORMATS
    ),
    path("papers/<week:first>", listings.week, name="week"),
    path("papers/<month:first>", listings.month, name="month"),
    path("papers/<int:pk>", views.paper_page, name="paper"),
    *(
        path(f"papers/<int:pk>.{ending}", exports.paper_file, {"ending": ending}, name=f"paper_{ending}")
        for ending in exports.PAPER_FORMATS
    ),
    path("papers/<int:pk>/share.png", share_image.share_image, name="share_image"),
    path("papers/<int:pk>/opinion", feedback_buttons.toggle_feedback, name="toggle_feedback"),
    path("papers/<int:pk>/vote", votes.submit_vote, name="vote"),
    path("papers/<int:pk>/take-back", votes.undo_vote, name="undo_vote"),
    path("papers", identifier_redirects.redirect_to_list, name="papers"),
    path("papers/date/<day:first>", identifier_redirects.redirect_to_period, {"page": "edition"}, name="papers_of_day"),
    path("papers/week/<week:first>", identifier_redirects.redirect_to_period, {"page": "week"}, name="papers_of_week"),
    path(
        "papers/month/<month:first>", identifier_redirects.redirect_to_period, {"page": "month"}, name="papers_of_month"
    ),
    # IDs can contain slashes and dots, so this comes after our own paths.
    path("papers/<name:name>", identifier_redirects.redirect_to_paper, name="paper_by_identifier"),
    path("badge.svg", badge.badge, name="badge"),
    path("list-style", list_style.list_style, name="list_style"),
    path("trending", listings.trending, name="trending"),
    path("trending/formula", listings.trending_formula, name="trending_formula"),
    path("topics", listings.topic_list, name="topics"),
    path("topics/<slug:slug>", listings.topic, name="topic"),
    path("topics/<slug:slug>/feed.atom", feeds.topic_feed, {"form": feeds.atom_feed}, name="topic_atom"),
    path("topics/<slug:slug>/feed.json", feeds.topic_feed, {"form": feeds.json_feed}, name="topic_json"),
    path("authors/<name:name>", listings.author, name="author"),
    path("archive", listings.archive, name="archive"),
    path("search", search.search_page, name="search"),
    path("search/feed.atom", feeds.search_feed, {"form": feeds.atom_feed}, name="search_atom"),
    path("search/feed.json", feeds.search_feed, {"form": feeds.json_feed}, name="search_json"),
    path("feeds", feeds.feed_list, name="feeds"),
    path("feed.atom", feeds.latest_feed, {"form": feeds.atom_feed}, name="latest_atom"),
    path("feed.json", feeds.latest_feed, {"form": feeds.json_feed}, name="latest_json"),
    path("api/", api_urls()),
    path("robots.txt", robots.robots_txt, name="robots"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("sign-in", signing_in.sign_in, name="sign_in"),
    path("sign-in/sent", signing_in.sign_in_sent, name="sign_in_sent"),
    path("sign-in/passkey", member_passkeys.passkey_sign_in, name="passkey_sign_in"),
    path("sign-in/passkey/options", member_passkeys.passkey_sign_in_options, name="passkey_sign_in_options"),
    # A token always contains colons, so it cannot be one of the paths above.
    path("sign-in/<token>", signing_in.confirm_sign_in, name="confirm_sign_in"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("account", accounts.account, {"token": MYSELF}, name="account"),
    path("account/passkeys", member_passkeys.add_member_passkey, name="add_member_passkey"),
    path("account/passkeys/options", member_passkeys.new_member_passkey_options, name="new_member_passkey_options"),
    path("account/passkeys/<int:pk>", member_passkeys.change_member_passkey, name="change_member_passkey"),
    path("account/leave", accounts.delete_account, name="delete_account"),
    path("preferences/<token>/account", accounts.account, name="own_account"),
    path("preferences/<token>/digests", accounts.digests, name="own_digests"),
    path("saved", library.saved_papers, {"token": MYSELF}, name="saved"),
    path("preferences/<token>/saved", library.saved_papers, name="own_saved"),
    *(
        path(f"preferences/<token>/saved.{ending}", library.library_file, {"ending": ending}, name=f"saved_{ending}")
        for ending in library.LIBRARY_FORMATS
    ),
    path("preferences/<token>/saved/<int:pk>", library.change_entry, name="change_entry"),
    path("preferences/<token>/zotero", zotero.change_zotero, name="change_zotero"),
    path("preferences/<token>/stay", accounts.stay_signed_in, name="stay_signed_in"),
    path("submit", submissions.submit, name="submit"),
    path("submissions/<int:pk>", submissions.submission, name="submission"),
    path("submissions/<int:pk>/confirm", submissions.confirm_submission, name="confirm_submission"),
    path("submissions/<int:pk>/withdraw", submissions.withdraw_submission, name="withdraw_submission"),
    path("digests/<token>", views.view_digest, name="view_digest"),
    path("feeds/<token>/atom", private_feed.private_atom_feed, name="own_feed_atom"),
    path("feeds/<token>/json", private_feed.private_json_feed, name="own_feed_json"),
    path("feeds/<token>/saved", library.saved_feed, name="saved_feed"),
    path("feedback/<token>", feedback_links.feedback_on_digest, name="feedback"),
    path("feedback/<token>/<int:paper>", feedback_links.feedback_on_paper, name="feedback_paper"),
    path(
        "feedback/<token>/<int:paper>/opinion", feedback_links.toggle_feedback_by_link, name="toggle_feedback_by_link"
    ),
    path("feedback/<token>/<int:paper>/<kind>", feedback_links.submit_feedback, name="give_feedback"),
    path("feedback/<token>/<int:paper>/<kind>/undo", feedback_links.undo_feedback, name="undo_feedback"),
    path("start", onboarding.start, name="start"),
    path("start/reading-list", reading_list.start_from_reading_list, name="reading_list"),
    path("preferences/<token>/reading-list", reading_list.own_reading_list, name="own_reading_list"),
    path("preferences/<token>/reading-list/keep", reading_list.keep_reading_list, name="keep_reading_list"),
    path("preferences/<token>/why", why_not.why_not, name="why_not"),
    path("preferences/<token>/why/mend", why_not.apply_suggested_fix, name="apply_fix"),
    path("preview", preview.preview_sign_up, name="preview_sign_up"),
    path("preferences/<token>/preview", preview.preview_digest, name="preview_digest"),
    path("preferences/<token>/opens", open_tracking.allow_opens, name="allow_opens"),
    path("preferences/<token>/opens/forget", open_tracking.forget_opens, name="forget_opens"),
    # Not below /papers, because there the cookie it needs would be sent with every page.
    path("opened/<int:pk>", open_tracking.record_opened, name="opened"),
    path("preferences/<token>/data", my_data.my_data, name="my_data"),
    path("preferences/<token>/data.json", my_data.my_data_file, name="my_data_file"),
    path("preferences/<token>/feedback", my_feedback.my_feedback, name="my_feedback"),
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("healthz/forwarded/<token>", health.count_forwarded, name="forwarded"),
    # These answer 404 unless DEBUG is on.
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<name>", outbox.outbox_mail, name="outbox_mail"),
    path("outbox/<name>/html", outbox.outbox_mail_html, name="outbox_mail_html"),
]
