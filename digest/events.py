"""What the provider reports later: kept once, then it moves its delivery on, and may end the mail to a reader."""

import hashlib
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from digest.models import Delivery, Event
from subscriptions.addresses import key_of
from subscriptions.models import Subscriber, Suppression
from subscriptions.models.suppression import hash_of

logger = logging.getLogger(__name__)

Status = Delivery.Status
Kind = Event.Kind

KINDS = {
    EventType.QUEUED: Kind.ACCEPTED,
    EventType.SENT: Kind.ACCEPTED,
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.FAILED: Kind.REFUSED,
    EventType.REJECTED: Kind.REFUSED,
    EventType.COMPLAINED: Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
}
# Refusals that say what is wrong with the address.
REFUSALS = {
    RejectReason.INVALID: Kind.HARD_BOUNCE,
    RejectReason.BOUNCED: Kind.HARD_BOUNCE,
    RejectReason.SPAM: Kind.COMPLAINED,
}
# Where a provider says whether a bounce is for ever, and its words for it. Anymail gives both kinds one reason.
FOR_EVER: dict[str, tuple[tuple[str, ...], set[object]]] = {
    "amazon_ses": (("bounce", "bounceType"), {"Permanent"}),
    "brevo": (("event",), {"hard_bounce", "invalid_email"}),
    "mailersend": (("data", "type"), {"hard_bounced"}),
    "mailjet": (("hard_bounce",), {True}),
    "mandrill": (("event",), {"hard_bounce"}),
    "postmark": (("Type",), {"HardBounce"}),
    "resend": (("data", "bounce", "type"), {"Permanent"}),
    # No such mailbox, no such recipient: the two classes of SparkPost's list that are about the address.
    "sparkpost": (("msys", "message_event", "bounce_class"), {"10", "30"}),
}
# Reports of a feedback loop that are no complaints (RFC 5965, 7.3, and RFC 6591).
NO_COMPLAINTS = {"not-spam", "auth-failure"}

# (status, kind of report) → status. What does not stand here changes nothing. Of two reports about one mail the graver
# stays, in whatever order they come: failed < delivered < bounced < complained.
TRANSITIONS = {
    (Status.SENT, Kind.DELIVERED): Status.DELIVERED,
    (Status.SENT, Kind.HARD_BOUNCE): Status.BOUNCED,
    # The provider has given up on this mail; the address may be well tomorrow.
    (Status.SENT, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.SENT, Kind.REFUSED): Status.FAILED,
    (Status.SENT, Kind.COMPLAINED): Status.COMPLAINED,
    # Faster than our own record. The worker's record then leaves the row alone: it is no longer in its hands.
    (Status.SENDING, Kind.DELIVERED): Status.DELIVERED,
    (Status.SENDING, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.SENDING, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.SENDING, Kind.REFUSED): Status.FAILED,
    (Status.SENDING, Kind.COMPLAINED): Status.COMPLAINED,
    # What nobody on our side could know, the provider knows.
    (Status.UNCERTAIN, Kind.ACCEPTED): Status.SENT,
    (Status.UNCERTAIN, Kind.DELIVERED): Status.DELIVERED,
    (Status.UNCERTAIN, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.UNCERTAIN, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.UNCERTAIN, Kind.REFUSED): Status.FAILED,
    (Status.UNCERTAIN, Kind.COMPLAINED): Status.COMPLAINED,
    # An earlier try was refused by all we heard, and taken all the same. Sending again would be a second copy.
    (Status.QUEUED, Kind.ACCEPTED): Status.SENT,
    (Status.QUEUED, Kind.DELIVERED): Status.DELIVERED,
    (Status.QUEUED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.QUEUED, Kind.COMPLAINED): Status.COMPLAINED,
    (Status.HELD, Kind.ACCEPTED): Status.SENT,
    (Status.HELD, Kind.DELIVERED): Status.DELIVERED,
    (Status.HELD, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.HELD, Kind.COMPLAINED): Status.COMPLAINED,
    (Status.CLAIMED, Kind.ACCEPTED): Status.SENT,
    (Status.CLAIMED, Kind.DELIVERED): Status.DELIVERED,
    (Status.CLAIMED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.CLAIMED, Kind.COMPLAINED): Status.COMPLAINED,
    # Given up by us or by the provider, and then it arrived. That it was taken says nothing: it came before.
    (Status.FAILED, Kind.DELIVERED): Status.DELIVERED,
    (Status.FAILED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.FAILED, Kind.COMPLAINED): Status.COMPLAINED,
    # The reader left while an earlier try was on its way.
    (Status.CANCELLED, Kind.DELIVERED): Status.DELIVERED,
    (Status.CANCELLED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.CANCELLED, Kind.COMPLAINED): Status.COMPLAINED,
    # A server may take a mail and send it back later. Only for ever counts: a soft bounce after delivery is an
    # out-of-office reply. And no (BOUNCED, DELIVERED): that one is late.
    (Status.DELIVERED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.DELIVERED, Kind.COMPLAINED): Status.COMPLAINED,
    # Whoever complains has read it, bounced or not.
    (Status.BOUNCED, Kind.COMPLAINED): Status.COMPLAINED,
}
ERRORS = {
    Kind.HARD_BOUNCE: "the provider reports: the address does not exist",
    Kind.SOFT_BOUNCE: "the provider reports: it could not be delivered",
    Kind.REFUSED: "the provider reports: it refused the mail",
    Kind.COMPLAINED: "the provider reports: marked as spam",
}
SUPPRESSING = {
    Kind.HARD_BOUNCE: Suppression.Reason.BOUNCED,
    Kind.COMPLAINED: Suppression.Reason.COMPLAINED,
}


def receive(sender: object, event: AnymailTrackingEvent, esp_name: str, **_: object) -> None:  # noqa: ARG001
    """Take one report of a provider, as Anymail's signal `tracking` brings it. A second time, nothing happens."""
    provider = esp_name.lower().replace(" ", "_")
    with transaction.atomic():
        # The delivery is locked first: two reports about one mail come one after the other.
        delivery = _find(event)
        kept = _keep(event, provider, delivery)
        if kept is None:
            return
        moved = delivery is not None and _move(delivery, kept, _text(event.message_id))
        _act(kept, delivery, moved, _text(event.recipient))


def kind_of(event: AnymailTrackingEvent, provider: str) -> Event.Kind:
    """Return what a report means to us."""
    match event.event_type:
        case EventType.BOUNCED:
            return Kind.HARD_BOUNCE if _is_for_ever(event, provider) else Kind.SOFT_BOUNCE
        case EventType.REJECTED:
            return REFUSALS.get(event.reject_reason, Kind.REFUSED)
        case EventType.COMPLAINED if event.description in NO_COMPLAINTS:
            return Kind.NOTED
    # Opened and clicked too: scanners open every mail and follow every link.
    return KINDS.get(event.event_type, Kind.NOTED)


def _is_for_ever(event: AnymailTrackingEvent, provider: str) -> bool:
    path, words = FOR_EVER.get(provider, ((), set()))
    value: object = event.esp_event
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if path and isinstance(value, str | bool):
        return value in words
    return event.reject_reason in {RejectReason.BOUNCED, RejectReason.INVALID}


# --- Whose mail it was ----------------------------------------------------------------------------


def _find(event: AnymailTrackingEvent) -> Delivery | None:
    """Return the delivery a report is about, locked; None where it is about none of ours."""
    fields = ("status", "period", "provider_id", "sent_at", "attempts")
    reader = ("email", "email_key", "status", "confirmed_at", "soft_bounces")
    rows = Delivery.objects.select_related("subscriber").only(*fields, *(f"subscriber__{name}" for name in reader))
    for key in _keys(event):
        delivery = rows.select_for_update(of=("self",)).filter(pk=key).first()
        if delivery and _is_about(delivery, event):
            return delivery
    return None


def _keys(event: AnymailTrackingEvent) -> Iterator[int]:
    """Name the deliveries it may be about, the surest first."""
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    if noted := re.fullmatch(r"[0-9]{1,18}", _text(metadata.get("delivery"))):
        yield int(noted[0])
    if message_id := _text(event.message_id):
        same = Delivery.objects.filter(provider_id=message_id)
        keys = list(same.values_list("pk", flat=True)[:2])
        if len(keys) > 1:
            # One call for many readers: SparkPost and Mailgun give all of them one id.
            keys = list(same.filter(subscriber__email_key=_key(event)).values_list("pk", flat=True)[:1])
        yield from keys
        own = re.fullmatch(rf"<?digest\.([0-9]{{1,18}})\.[0-9]{{8}}@{re.escape(settings.MAIL_DOMAIN)}>?", message_id)
        if own:
            yield int(own[1])


def _is_about(delivery: Delivery, event: AnymailTrackingEvent) -> bool:
    """Say whether the rest agrees: two installations may share one account, and their numbers are alike."""
    if _text(event.message_id) in {delivery.provider_id, delivery.message_id} - {""}:
        # A mail that is passed on bounces at another address.
        return True
    return delivery.subscriber is None or _key(event) in {"", delivery.subscriber.email_key}


def _key(event: AnymailTrackingEvent) -> str:
    recipient = _text(event.recipient)
    return key_of(recipient) if recipient else ""


# --- Kept once ------------------------------------------------------------------------------------


def _keep(event: AnymailTrackingEvent, provider: str, delivery: Delivery | None) -> Event | None:
    """Write the report down; return None where it was written down before."""
    at = event.timestamp if isinstance(event.timestamp, datetime) else timezone.now()
    kept = Event(
        provider=provider[:32],
        event_id=_text(event.event_id) or _stand_in(event),
        type=_text(event.event_type)[:32],
        kind=kind_of(event, provider),
        delivery=delivery,
        at=at if timezone.is_aware(at) else at.replace(tzinfo=UTC),
    )
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError:
        return None
    return kept


def _stand_in(event: AnymailTrackingEvent) -> str:
    """Return what a report without an id is known by: the same for a report that comes again."""
    reader = hash_of(_text(event.recipient)) if event.recipient else ""
    parts = (event.event_type, event.message_id, event.timestamp, reader)
    return "hash-" + hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _text(value: object) -> str:
    """Return what a provider sent as text that the database takes."""
    return str(value).replace("\x00", "")[:255] if value is not None else ""


# --- What follows ---------------------------------------------------------------------------------


def _move(delivery: Delivery, kept: Event, message_id: str) -> bool:
    """Bring the delivery to its next status; say whether there is one."""
    before = Status(delivery.status)
    after = TRANSITIONS.get((before, Event.Kind(kept.kind)))
    if after is None:
        return False
    delivery.status = after
    delivery.error = ERRORS.get(Event.Kind(kept.kind), "")
    delivery.lease_until = None
    delivery.provider_id = delivery.provider_id or message_id
    if after != Status.FAILED:
        delivery.sent_at = delivery.sent_at or kept.at
    if before == Status.SENDING:
        # What the worker would have written.
        delivery.attempts += 1
    delivery.save(update_fields=["status", "error", "lease_until", "provider_id", "sent_at", "attempts"])
    return True


def _act(kept: Event, delivery: Delivery | None, moved: bool, recipient: str) -> None:  # noqa: FBT001
    """Stop the mail to a reader where the report asks for it."""
    match kept.kind:
        case Kind.DELIVERED if delivery and delivery.subscriber:
            delivery.subscriber.note_arrival()
        # A mail counts once, and an out-of-office reply, which comes after delivery, never.
        case Kind.SOFT_BOUNCE if moved and delivery and delivery.subscriber:
            if delivery.subscriber.note_soft_bounce():
                _suppress(delivery.subscriber.email, Suppression.Reason.BOUNCED, delivery.subscriber)
        case Kind.HARD_BOUNCE | Kind.COMPLAINED:
            reader = _reader(delivery, recipient)
            if reader or delivery:
                # Where the reader has left and is deleted, the address is the report's.
                _suppress(reader.email if reader else recipient, SUPPRESSING[Kind(kept.kind)], reader)
        case Kind.UNSUBSCRIBED:
            reader = _reader(delivery, recipient)
            # Whoever signed up again since then meant it.
            if reader and not (reader.confirmed_at and reader.confirmed_at > kept.at):
                reader.unsubscribe(timezone.now())
                logger.info("subscriber %d unsubscribed at the provider", reader.pk)


def _reader(delivery: Delivery | None, recipient: str) -> Subscriber | None:
    """Return who got the mail: a confirmation has no delivery, but its reader has an address."""
    if delivery:
        return delivery.subscriber
    return Subscriber.objects.with_address(recipient).first() if recipient else None


def _suppress(address: str, reason: str, reader: Subscriber | None) -> None:
    if address:
        Suppression.objects.get_or_create(address_hash=hash_of(address), defaults={"reason": reason})
    if reader:
        reader.suppress(timezone.now())
        logger.info("subscriber %d suppressed: %s", reader.pk, reason)
