"""The provider's reports: each is stored once, updates its delivery, and may end a reader's mail."""

import hashlib
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from anymail.signals import AnymailTrackingEvent, EventType
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from digest.models import Delivery, Event, Member
from digest.sending.report_kinds import event_kind, reply_of
from digest.sending.report_transitions import ERRORS, TRANSITIONS
from digest.sending.smtp_replies import kind_of_reply, without_addresses
from subscriptions.addresses import address_key
from subscriptions.models import Subscriber, Suppression
from subscriptions.models.suppression import hash_of

logger = logging.getLogger(__name__)

Status = Delivery.Status
Kind = Event.Kind

SUPPRESSING = {
    Kind.HARD_BOUNCE: Suppression.Reason.BOUNCED,
    Kind.COMPLAINED: Suppression.Reason.COMPLAINED,
}
# The provider did not send this mail, whatever it says about the reader.
NOT_SENT = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
# A clock that is further off than this is wrong: the report gets our own time.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), timedelta(days=2)


def receive(sender: object, event: AnymailTrackingEvent, esp_name: str, **_: object) -> None:  # noqa: ARG001
    """Process one report of a provider, as Anymail's signal `tracking` brings it. A second time, nothing happens."""
    provider = esp_name.lower().replace(" ", "_")
    with transaction.atomic():
        # The delivery is locked first: two reports about one mail come one after the other.
        delivery = _find(event)
        stored = _keep(_event(event, provider, delivery))
        if stored is None:
            return
        moves_as = (
            Kind.SOFT_BOUNCE if stored.kind == Kind.UNSUBSCRIBED and event.event_type in NOT_SENT else stored.kind
        )
        moved = delivery is not None and _move(delivery, stored, Event.Kind(moves_as), _text(event.message_id))
        _act(stored, delivery, moved, _text(event.recipient))


def note_refusal(key: int, reply: str, now: datetime) -> None:
    """Process a mail server's reply when it refused a delivery's mail for good, as if it were a report.

    No one has read the reply before us, so only one that says plainly that there is no such mailbox ends the mail.
    """
    kind = kind_of_reply(reply) or Kind.REFUSED
    with transaction.atomic():
        delivery = _deliveries().filter(pk=key).first()
        if delivery is None:
            return
        event_id, detail = (
            f"{key}.{delivery.attempts}",
            _detail(reply, delivery.subscriber.email if delivery.subscriber else ""),
        )
        stored = _keep(Event(provider="smtp", event_id=event_id, type="rejected", kind=kind, at=now, detail=detail))
        if stored:
            Event.objects.filter(pk=stored.pk).update(delivery=delivery)
            _move(delivery, stored, kind, "")
            _act(stored, delivery, moved=True, recipient="")


# --- Whose mail it was ----------------------------------------------------------------------------


def _deliveries() -> QuerySet[Delivery]:
    """Return all deliveries with their readers; each row that is read is locked."""
    fields = ("status", "period", "provider_id", "sent_at", "attempts")
    reader = ("email", "email_key", "status", "confirmed_at", "soft_bounces", "unsubscribed_at")
    rows = Delivery.objects.select_related("subscriber").only(*fields, *(f"subscriber__{name}" for name in reader))
    return rows.select_for_update(of=("self",))


def _find(event: AnymailTrackingEvent) -> Delivery | None:
    """Return the delivery a report is about, locked; None if it is about none of ours."""
    for key in _keys(event):
        delivery = _deliveries().filter(pk=key).first()
        if delivery and _is_about(delivery, event):
            return delivery
    return None


def _keys(event: AnymailTrackingEvent) -> Iterator[int]:
    """Yield the keys of the deliveries it may be about, the surest first."""
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
    """Return whether more than the key agrees: keys can be guessed, and two installations may share one account."""
    if _bare(event.message_id) in {_bare(delivery.provider_id), _bare(delivery.message_id)} - {""}:
        # A forwarded mail bounces at another address.
        return True
    # If the reader is gone, no address can agree.
    return delivery.subscriber is not None and _key(event) == delivery.subscriber.email_key


def _bare(message_id: object) -> str:
    return _text(message_id).strip().strip("<>")


def _key(event: AnymailTrackingEvent) -> str:
    recipient = _text(event.recipient)
    return address_key(recipient) if recipient else ""


# --- Kept once ------------------------------------------------------------------------------------


def _event(event: AnymailTrackingEvent, provider: str, delivery: Delivery | None) -> Event:
    """Return a report as it is to be stored."""
    kind, reply = event_kind(event, provider), reply_of(event, provider)
    if kind == Kind.HARD_BOUNCE and not reply and delivery and delivery.events.filter(kind=Kind.REFUSED).exists():
        # The provider put the address on its list because of a refusal that we know was not about the mailbox.
        kind = Kind.NOTED
    is_erased = delivery is not None and delivery.subscriber is None
    at = event.timestamp if isinstance(event.timestamp, datetime) else timezone.now()
    at = at if timezone.is_aware(at) else at.replace(tzinfo=UTC)
    return Event(
        provider=provider[:32],
        # The provider's own id leads to the address, which an erased reader has asked us to forget.
        event_id=("" if is_erased else _text(event.event_id)) or _stand_in(event),
        type=_text(event.event_type)[:32],
        kind=kind,
        delivery=delivery,
        detail=_detail(reply, _text(event.recipient)),
        at=at if EARLIEST < at < timezone.now() + LATEST else timezone.now(),
    )


def _detail(reply: str, recipient: str) -> str:
    return without_addresses(_text(reply, 2000), recipient)[:500]


def _keep(event: Event) -> Event | None:
    """Store a report; return None if it was stored before."""
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:
        return None
    return event


def _stand_in(event: AnymailTrackingEvent) -> str:
    """Return an id for a report that has none: the same if the report comes again."""
    recipient = _text(event.recipient)
    reader = hash_of(recipient) if recipient else ""
    parts = (_text(event.event_type), _text(event.message_id), str(event.timestamp), reader)
    return "hash-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _text(value: object, length: int = 255) -> str:
    """Return what a provider sent as text that the database accepts; "" if it is neither text nor a number."""
    if not isinstance(value, str | int | float):
        return ""
    # Half a character, as JSON may write it, cannot be stored.
    return str(value).replace("\x00", "").encode(errors="replace").decode()[:length]


# --- What follows ---------------------------------------------------------------------------------


def _move(delivery: Delivery, stored: Event, kind: Event.Kind, message_id: str) -> bool:
    """Move the delivery to its next status; return whether there is one."""
    before = Status(delivery.status)
    after = TRANSITIONS.get((before, kind))
    if after is None:
        return False
    delivery.status = after
    delivery.error = ": ".join(filter(None, (ERRORS.get(kind, ""), stored.detail))) if kind in ERRORS else ""
    delivery.lease_until = None
    if delivery.subscriber is not None:
        # After an erasure nothing leads from the mail to its reader, not even by way of the provider.
        delivery.provider_id = delivery.provider_id or message_id
    if after != Status.FAILED:
        delivery.sent_at = delivery.sent_at or stored.at
    if before == Status.SENDING:
        # What the worker would have written.
        delivery.attempts += 1
    delivery.save(update_fields=["status", "error", "lease_until", "provider_id", "sent_at", "attempts"])
    return True


def _act(stored: Event, delivery: Delivery | None, moved: bool, recipient: str) -> None:  # noqa: FBT001
    """Stop the mail to a reader if the report asks for it."""
    match stored.kind:
        case Kind.DELIVERED if delivery and delivery.subscriber:
            delivery.subscriber.note_arrival()
        # A mail counts once, and an out-of-office reply, which comes after delivery, never.
        case Kind.SOFT_BOUNCE if moved and delivery and delivery.subscriber:
            if _is_first_of_its_day(stored, delivery.subscriber) and delivery.subscriber.note_soft_bounce():
                _suppress(stored, delivery.subscriber.email, Suppression.Reason.BOUNCED, delivery.subscriber)
        case Kind.HARD_BOUNCE | Kind.COMPLAINED:
            reader = _reader(delivery, recipient)
            if reader or delivery or _is_members(recipient):
                # If the reader has left and is deleted, or only ever asked for a sign-in link, it is the report's.
                _suppress(stored, reader.email if reader else recipient, SUPPRESSING[Kind(stored.kind)], reader)
        case Kind.UNSUBSCRIBED:
            reader = _reader(delivery, recipient)
            # Readers who signed up again since then meant it.
            if reader and not (reader.confirmed_at and reader.confirmed_at > stored.at):
                reader.unsubscribe(timezone.now())
                logger.info("subscriber %d unsubscribed at the provider", reader.pk)


def _is_first_of_its_day(stored: Event, reader: Subscriber) -> bool:
    """Return whether no other soft bounce of the reader's mail is known from that UTC day: a full day counts once."""
    day = stored.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    others = Event.objects.filter(delivery__subscriber=reader, kind=Kind.SOFT_BOUNCE).exclude(pk=stored.pk)
    return not others.filter(at__gte=day, at__lt=day + timedelta(days=1)).exists()


def _reader(delivery: Delivery | None, recipient: str) -> Subscriber | None:
    """Return whose mail it was: a confirmation has no delivery, and a deleted reader may have signed up again."""
    if delivery and delivery.subscriber:
        return delivery.subscriber
    return Subscriber.objects.with_address(recipient).first() if recipient else None


def _is_members(recipient: str) -> bool:
    """Return whether an address is a member's, or was typed into the sign-in form: the mail was a sign-in link."""
    return bool(recipient) and Member.objects.filter(email_key=address_key(recipient)).exists()


def _suppress(stored: Event, address: str, reason: str, reader: Subscriber | None) -> None:
    """Never write to an address again: its hash and its reader always go together."""
    if address:
        row, _ = Suppression.objects.get_or_create(address_hash=hash_of(address), defaults={"reason": reason})
        if row.reason == Suppression.Reason.BOUNCED and reason == Suppression.Reason.COMPLAINED:
            # A bounce can be lifted; a complaint cannot.
            Suppression.objects.filter(pk=row.pk).update(reason=reason)
    if reader:
        before = reader.status
        reader.suppress(timezone.now())
        if before != reader.status:
            # Exactly the same time: readers who leave later have another one, and stay gone when this is lifted.
            Event.objects.filter(pk=stored.pk).update(suppressed_from=before, recorded_at=reader.unsubscribed_at)
        logger.info("subscriber %d suppressed: %s", reader.pk, reason)
