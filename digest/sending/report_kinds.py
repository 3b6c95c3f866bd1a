"""Read a provider's report: what it means to us, and the mail server's reply that it passes on."""

from collections.abc import Mapping, Sequence

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from digest.models import Event
from digest.sending.report_meanings import FEEDBACK_TYPES, MEANINGS, REPLIES, Meaning, Words
from digest.sending.smtp_replies import is_from_machine, kind_of_reply, refine_kind

Kind = Event.Kind

# For a provider, or a provider's word, that no table knows: in the words of Anymail.
KINDS_BY_REPORT = {
    EventType.QUEUED: Kind.ACCEPTED,
    EventType.SENT: Kind.ACCEPTED,
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.FAILED: Kind.REFUSED,
    EventType.COMPLAINED: Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
}
REJECTIONS = {
    RejectReason.INVALID: Kind.HARD_BOUNCE,
    RejectReason.BOUNCED: Kind.HARD_BOUNCE,
    RejectReason.SPAM: Kind.COMPLAINED,
    RejectReason.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
}
# These need no further look. Scanners open every mail and follow every link, so those two say nothing at all.
PLAIN = {EventType.DELIVERED, EventType.OPENED, EventType.CLICKED}


def event_kind(event: AnymailTrackingEvent, provider: str) -> Event.Kind:
    """Return what a report means to us: by the provider's table, or else by Anymail's word for it."""
    if event.event_type in PLAIN:
        return KINDS_BY_REPORT.get(event.event_type, Kind.NOTED)
    reply = reply_of(event, provider)
    meaning = _meaning(event.esp_event, MEANINGS.get(provider, ()))
    return _by_meaning(meaning, reply) if meaning else _by_anymail(event, provider, reply)


def reply_of(event: AnymailTrackingEvent, provider: str) -> str:
    """Return what the mail server answered; "" if the report does not say."""
    texts = [event.mta_response, *(_value(event.esp_event, place) for place in REPLIES.get(provider, ()))]
    # In the order they came, each once.
    return " ".join(dict.fromkeys(text.strip() for text in map(_word, texts) if text.strip()))


def _by_meaning(meaning: Meaning, reply: str) -> Event.Kind:
    if meaning.with_reply_only and (is_from_machine(reply) or kind_of_reply(reply) is None):
        return Kind.NOTED
    return refine_kind(meaning.kind, reply) if meaning.by_reply else meaning.kind


def _by_anymail(event: AnymailTrackingEvent, provider: str, reply: str) -> Event.Kind:
    dead = event.reject_reason in {RejectReason.BOUNCED, RejectReason.INVALID}
    match event.event_type:
        case EventType.BOUNCED if provider in MEANINGS and kind_of_reply(reply) != Kind.HARD_BOUNCE:
            # A term that is newer than the table. Anymail gives temporary and permanent bounces the same reason.
            return refine_kind(Kind.SOFT_BOUNCE, reply)
        case EventType.BOUNCED:
            return refine_kind(Kind.HARD_BOUNCE if dead else Kind.SOFT_BOUNCE, reply)
        case EventType.REJECTED:
            return refine_kind(REJECTIONS.get(event.reject_reason, Kind.REFUSED), reply)
        case EventType.COMPLAINED:
            feedback = FEEDBACK_TYPES.get(_word(event.description).lower())
            return feedback.kind if feedback else Kind.COMPLAINED
    return KINDS_BY_REPORT.get(event.event_type, Kind.NOTED)


def _meaning(report: object, table: tuple[Words, ...]) -> Meaning | None:
    for places, meanings in table:
        words = [_word(_value(report, place)).strip().lower() for place in places]
        if not words[0]:
            continue
        for word in ("/".join(words), "/".join([*words[:-1], "*"])):
            if word in meanings:
                return meanings[word]
    return None


def _value(report: object, place: str) -> object:
    """Return the value at a path such as "bounce.bouncedRecipients.0.status"; None if there is nothing."""
    for name in place.split("."):
        if name == "*":
            report = next(iter(report.values()), None) if isinstance(report, Mapping) else None
        elif isinstance(report, Mapping):
            report = report.get(name)
        elif isinstance(report, Sequence) and not isinstance(report, str):
            report = report[int(name)] if name.isdigit() and int(name) < len(report) else None
        else:
            return None
    return report


def _word(value: object) -> str:
    """Return a word or a number as text; "" if it is neither."""
    return str(value) if isinstance(value, str | int | float) else ""
