"""A reader's own feed as Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org), at an address that can be revoked."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from digest.composing import feed as own_feed
from digest.composing.feed import FeedItem
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.tokens import BadToken, read_token
from subscriptions.views.noindex import unlisted_feed

# Feed readers poll often, but a digest comes once a day.
FEED_CACHE_SECONDS = 15 * 60

FeedView = Callable[[Subscriber, list[FeedItem]], HttpResponse]


def feed(make: FeedView) -> Callable[..., HttpResponse]:
    """Make a view from a feed: 404 for an address that is not ours, 410 for a revoked one, 304 if nothing is new."""

    @require_safe
    @wraps(make)
    def view(request: HttpRequest, token: str) -> HttpResponse:
        return unlisted_feed(_answer(request, token), FEED_CACHE_SECONDS)

    def _answer(request: HttpRequest, token: str) -> HttpResponse:
        try:
            key = read_token(Purpose.FEED, token)
        except BadToken:
            return _gone_response("There’s no feed at this address.", 404)
        subscriber = Subscriber.objects.filter(feed_key=key).first()
        if subscriber is None:
            return _gone_response("This feed was turned off or has a new address.", 410)
        # A keyed hash, because the state contains the secret of the feed's address.
        etag = quote_etag(salted_hmac("digest.composing.feed", own_feed.state(subscriber)).hexdigest())
        unchanged = get_conditional_response(request, etag=etag)
        response = unchanged or make(subscriber, own_feed.items(subscriber))
        response["ETag"] = etag
        return response

    return view


def _gone_response(words: str, status: int) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")


def _title() -> str:
    return f"{settings.SITE_NAME}: your digests"


@feed
def private_atom_feed(subscriber: Subscriber, items: list[FeedItem]) -> HttpResponse:
    """Return a reader's digests as Atom."""
    atom_document = Atom1Feed(
        title=_title(),
        link=f"{settings.SITE_URL}/",
        description="",
        language="en",
        feed_guid=f"urn:uuid:{subscriber.feed_key}",
        feed_url=_address(subscriber, "Atom"),
    )
    for item in items:
        atom_document.add_item(
            title=item.title,
            link=item.url,
            description=item.html,
            unique_id=item.id,
            pubdate=item.delivery.created_at,
            updateddate=item.delivery.created_at,
        )
    return HttpResponse(atom_document.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@feed
def private_json_feed(subscriber: Subscriber, items: list[FeedItem]) -> HttpResponse:
    """Return a reader's digests as JSON Feed."""
    content: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(),
        "home_page_url": f"{settings.SITE_URL}/",
        "feed_url": _address(subscriber, "JSON Feed"),
        "language": "en",
        "items": [
            {
                "id": item.id,
                "url": item.url,
                "title": item.title,
                "content_html": item.html,
                "date_published": item.delivery.created_at.isoformat(),
            }
            for item in items
        ],
    }
    return JsonResponse(content, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})


def _address(subscriber: Subscriber, name: str) -> str:
    return links.feed_urls(subscriber.feed_key)[name] if subscriber.feed_key else ""
