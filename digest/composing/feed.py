"""A reader's own feed: their newest digests, read with a fixed number of queries."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from digest.composing import links, renderer
from digest.composing.digest_data import Letter
from digest.composing.errors import ComposeError
from digest.composing.renderer import DigestEntry, Shown
from digest.models import Delivery
from digest.models.delivery import DeliveryQuerySet
from subscriptions.emails import plain_text
from subscriptions.models import Subscriber

# The number of digests in a feed.
FEED_LENGTH = 20
Status = Delivery.Status
# There was nothing to send, or the digest will not be sent, or it waits for a curator's decision.
NOT_SHOWN = (Status.SKIPPED, Status.CANCELLED, Status.HELD)


@dataclass(frozen=True)
class FeedItem:
    """One digest in a feed."""

    delivery: Delivery
    title: str
    html: str

    @property
    def id(self) -> str:
        """The identifier, the same at every reading (RFC 4151)."""
        return f"tag:{settings.MAIL_DOMAIN},{self.delivery.created_at:%Y-%m-%d}:digest.{self.delivery.pk}"

    @property
    def url(self) -> str:
        """The URL that shows it in a browser."""
        return links.view(self.delivery.pk)


def state(subscriber: Subscriber) -> str:
    """Return a value that changes whenever the feed does."""
    newest = _shown(subscriber).values_list("pk", "status").first()
    return f"{subscriber.feed_key}:{newest}"


def items(subscriber: Subscriber) -> list[FeedItem]:
    """Return the newest digests of a subscriber, newest first, without those that have no papers left."""
    deliveries = list(_shown(subscriber).select_related("edition", "subscriber")[:FEED_LENGTH])
    papers = renderer.load_papers(deliveries)
    entries = []
    for delivery in deliveries:
        try:
            digest = renderer.shown(Letter.of(delivery), papers)
        except ComposeError:
            continue
        entries.append(FeedItem(delivery, _title(digest.all), _html(delivery, digest)))
    return entries


def _shown(subscriber: Subscriber) -> DeliveryQuerySet:
    return Delivery.objects.filter(subscriber=subscriber).exclude(status__in=NOT_SHOWN).order_by("-period")


def _title(entries: list[DigestEntry]) -> str:
    context = {"headline": renderer.headline(entries[0].paper, len(entries)), "others": len(entries) - 1}
    return " ".join(plain_text("emails/digest/subject.txt", context).split())


def _html(delivery: Delivery, digest: Shown) -> str:
    about = renderer.heading(Letter.of(delivery), digest)
    reader = delivery.subscriber
    feedback = links.feedback_from_feed(reader.feed_key, delivery.pk) if reader and reader.feed_key else ""
    context = {"digest": digest, **about._asdict(), "site_url": settings.SITE_URL, "feedback": feedback}
    return render_to_string("site/own_feed_item.html", context)
