"""The email of an unpublished edition as a given reader would get it: ranked and composed, but not sent."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.core.mail import EmailMultiAlternatives

from digest.composing.digest_data import Letter, Recipient
from digest.composing.message import message_of
from digest.composing.renderer import render
from digest.editions.changes import ChangeRefusedError
from digest.models import Delivery, Paper
from digest.models.snapshot import SnapshotEntry, entries_in, papers_in, read_section
from digest.recommending import planning
from digest.recommending.candidates import CandidateSet
from digest.recommending.due import Due
from digest.recommending.preview import RecommendationRequest, recommend_for_request
from subscriptions import schedule
from subscriptions.emails import Rendered, new_message_id
from subscriptions.models import Status, Subscriber, Topic, Weight
from subscriptions.preferences import Preferences


def for_subscriber(offer: CandidateSet, subscriber: Subscriber, now: datetime) -> Delivery:
    """Return the digest a subscriber would get, addressed to a stand-in so that its links affect no one."""
    row = Subscriber.objects.filter(pk=subscriber.pk).values_list(*Due.columns()).get()
    due = Due.of(row)._replace(next_digest_at=now)
    (frozen,) = planning.snapshot_digests([due], offer, now)
    stand_in = Subscriber(
        **schedule.ScheduleFields.of(subscriber)._asdict(),
        email="reader@example.org",
        status=Status.ACTIVE,
        confirmed_at=subscriber.confirmed_at or now,
    )
    return _delivery(offer, stand_in, entries_in(read_section(frozen.section)), now)


def for_followers(offer: CandidateSet, topics: Sequence[Topic], most: int, now: datetime) -> Delivery:
    """Return the digest of a reader who follows these topics; without topics, of one who reads everything."""
    stand_in = Subscriber(email="reader@example.org", status=Status.ACTIVE, confirmed_at=now)
    return _delivery(offer, stand_in, _selected_entries(offer, topics, most, now), now)


def render_preview(delivery: Delivery) -> Rendered:
    """Return the email of a digest made by this module; raise ChangeRefusedError if the digest is empty."""
    keys = papers_in(delivery.content)
    if not keys:
        raise ChangeRefusedError("Nothing in this edition matches this reader, so they’d get no email.")
    # Includes the papers of drafts, which readers may not see yet.
    return render(delivery, Paper.objects.select_related("entry").prefetch_related("identifiers").in_bulk(keys))


def message_to(address: str, delivery: Delivery) -> EmailMultiAlternatives:
    """Return the email as a message to a panel user, marked as a test."""
    letter = Letter.of(delivery)
    reader = Recipient.of(Subscriber(email=address, public_id=uuid4(), confirmed_at=delivery.created_at))
    message = message_of(letter, reader, render_preview(delivery))
    message.subject = f"Test: {message.subject}"
    message.extra_headers["Message-ID"] = new_message_id("test")
    # The provider's reports about this email must not be matched to a delivery.
    message.metadata = {}  # type: ignore[attr-defined]
    return message


def _delivery(offer: CandidateSet, stand_in: Subscriber, entries: Sequence[SnapshotEntry], now: datetime) -> Delivery:
    content = {"papers": entries, "of": len(offer.papers)}
    (edition,) = offer.editions
    return Delivery(pk=0, subscriber=stand_in, edition=edition, period=edition.day, content=content, created_at=now)


def _selected_entries(offer: CandidateSet, topics: Sequence[Topic], most: int, now: datetime) -> list[SnapshotEntry]:
    """Return the ranked papers for a follower of these topics: paper, reason code, argument of the reason."""
    request = RecommendationRequest(Preferences(weights={topic.pk: Weight.NORMAL for topic in topics}), max_papers=most)
    return recommend_for_request(request, offer, now).papers
