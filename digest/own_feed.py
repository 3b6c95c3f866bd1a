"""A reader's own feed: their newest digests, read in a number of queries that does not grow with them."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from digest.composing import links, plain
from digest.composing.errors import ComposeError
from digest.composing.letter import Letter
from digest.composing.plain import Entry, Shown
from digest.models import Delivery
from digest.models.delivery import DeliveryQuerySet
from subscriptions.models import Subscriber

# Digests in a feed.
NEWEST = 20
Status = Delivery.Status
# Nothing came, or what was planned goes to nobody, or waits for a curator's word.
NOT_SHOWN = (Status.SKIPPED, Status.CANCELLED, Status.HELD)


@dataclass(frozen=True)
class Item:
    """One digest in a feed."""

    delivery: Delivery
    title: str
    html: str

    @property
    def id(self) -> str:
        """What stays the same of it at every reading (RFC 4151)."""
        return f"tag:{settings.MAIL_DOMAIN},{self.delivery.created_at:%Y-%m-%d}:digest.{self.delivery.pk}"

    @property
    def url(self) -> str:
        """Where it can be seen in a browser."""
        return links.view(self.delivery.pk)


def state(subscriber: Subscriber) -> str:
    """Return what changes whenever the feed does."""
    newest = _shown(subscriber).values_list("pk", "status").first()
    return f"{subscriber.feed_key}:{newest}"


def items(subscriber: Subscriber) -> list[Item]:
    """Return the newest digests of a subscriber, newest first; without those of which no paper is left."""
    deliveries = list(_shown(subscriber).select_related("edition", "subscriber")[:NEWEST])
    papers = plain.load_papers(deliveries)
    found = []
    for delivery in deliveries:
        try:
            digest = plain.shown(Letter.of(delivery), papers)
        except ComposeError:
            continue
        found.append(Item(delivery, _title(digest.all), _html(delivery, digest)))
    return found


def _shown(subscriber: Subscriber) -> DeliveryQuerySet:
    return Delivery.objects.filter(subscriber=subscriber).exclude(status__in=NOT_SHOWN).order_by("-period")


def _title(entries: list[Entry]) -> str:
    context = {"headline": plain.headline(entries[0].paper, len(entries)), "others": len(entries) - 1}
    return " ".join(render_to_string("emails/digest/subject.txt", context).split())


def _html(delivery: Delivery, digest: Shown) -> str:
    about = plain.head(Letter.of(delivery), digest)
    context = {"digest": digest, **about, "site_url": settings.SITE_URL, "feedback": links.feedback(delivery.pk)}
    return render_to_string("site/own_feed_item.html", context)
