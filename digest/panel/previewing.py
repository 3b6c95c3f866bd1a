"""The mail of an edition that is not out yet, as somebody would get it: ranked, composed, and sent to nobody."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import make_msgid

from digest import planning
from digest.arranging import RefusedError
from digest.composing.letter import Letter, Reader
from digest.composing.message import message_of
from digest.composing.plain import render
from digest.models import Delivery, Paper
from digest.offers import Candidates
from digest.planning import Due
from digest.preview import Taste, choose
from subscriptions import schedule
from subscriptions.emails import Rendered
from subscriptions.models import Status, Subscriber, Topic, Weight
from subscriptions.wishes import Wishes

USUAL_PAPERS = 10
MOST_PAPERS = 30


def for_subscriber(offer: Candidates, subscriber: Subscriber, now: datetime) -> Delivery:
    """Return the digest a subscriber would get, addressed to a stand-in: its links act for nobody."""
    row = Subscriber.objects.filter(pk=subscriber.pk).values_list(*Due._fields).get()
    due = Due(*row)._replace(next_digest_at=now)
    (frozen,) = planning.freeze([due], offer, now)
    stand_in = Subscriber(
        **{name: getattr(subscriber, name) for name in schedule.Chosen._fields},
        email="reader@example.org",
        status=Status.ACTIVE,
        confirmed_at=subscriber.confirmed_at or now,
    )
    return _delivery(offer, stand_in, json.loads(frozen.content)["papers"], now)


def for_followers(offer: Candidates, topics: Sequence[Topic], most: int, now: datetime) -> Delivery:
    """Return the digest of somebody who follows these topics; of none: who reads everything."""
    stand_in = Subscriber(email="reader@example.org", status=Status.ACTIVE, confirmed_at=now)
    return _delivery(offer, stand_in, _chosen(offer, topics, most, now), now)


def mail(delivery: Delivery) -> Rendered:
    """Return the mail of a digest that was made here; RefusedError where nothing is in it."""
    keys = [key for key, *_ in delivery.content["papers"]]
    if not keys:
        raise RefusedError("No paper of this edition is for this reader: no mail would be sent.")
    # Of a draft, which readers may not see yet.
    return render(delivery, Paper.objects.select_related("entry").prefetch_related("identifiers").in_bulk(keys))


def message_to(address: str, delivery: Delivery) -> EmailMultiAlternatives:
    """Return the mail as a message to somebody of the panel, marked as a test."""
    letter = Letter.of(delivery)
    reader = Reader.of(Subscriber(email=address, public_id=uuid4(), confirmed_at=delivery.created_at))
    message = message_of(letter, reader, mail(delivery))
    message.subject = f"Test: {message.subject}"
    message.extra_headers["Message-ID"] = make_msgid("test")
    # What the provider reports about it belongs to no delivery.
    message.metadata = {}  # type: ignore[attr-defined]
    return message


def _delivery(offer: Candidates, stand_in: Subscriber, lines: list[list[object]], now: datetime) -> Delivery:
    content = {"papers": lines, "of": len(offer.papers)}
    (edition,) = offer.editions
    return Delivery(pk=0, subscriber=stand_in, edition=edition, period=edition.day, content=content, created_at=now)


def _chosen(offer: Candidates, topics: Sequence[Topic], most: int, now: datetime) -> list[list[object]]:
    """Return what the ranking gives somebody who follows these topics: paper, code of the reason, its argument."""
    taste = Taste(Wishes(weights={topic.pk: Weight.NORMAL for topic in topics}), max_papers=most)
    return [list(line) for line in choose(taste, offer, now).papers]
