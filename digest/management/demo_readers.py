"""The demo's readers of the last two months: who came, who left, what they were sent, and what they said about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from digest.community.feedback import give_feedback
from digest.models import Delivery, Edition, Event, Feedback
from digest.models.snapshot import papers_in, read_section
from digest.recommending import planning
from digest.recommending.candidates import CandidateSet, candidates_in
from digest.recommending.due import Due
from subscriptions.models import Breadth, Channel, Consent, Frequency, Subscriber, Suppression, Topic
from subscriptions.models.suppression import hash_of
from subscriptions.signing_up import wording

# They join two days apart, the first of them eight weeks ago.
FIRST_CAME = timedelta(days=58)
DAYS_BETWEEN_READERS = timedelta(days=2)
NAMES = (
    *("rosalind", "dorothy", "barbara", "chandra", "lise", "hypatia", "vera", "rita", "jocelyn", "annie"),
    *("edwin", "mary", "benoit", "cecilia", "satyendra", "inge", "niels", "wang", "marie", "abdus"),
    *("ingrid", "paul", "frances", "kurt", "margaret", "john"),
)
# Zones and hours, all of them later than the hour when editions come out.
ZONES_AND_HOURS = (
    *(("Europe/London", 7), ("America/New_York", 6), ("Asia/Kolkata", 13), ("Europe/Berlin", 8)),
    *(("America/Los_Angeles", 5), ("Asia/Tokyo", 18), ("Africa/Lagos", 9)),
)
# Which topics they follow; a few follow none and get whole editions.
FOLLOWED, READS_EVERYTHING_EVERY = (1, 3, 5, 7), 6
# Who asked an hour or a day ago and has not confirmed.
NOT_YET_CONFIRMED = {"rachel": timedelta(hours=1), "sophie": timedelta(hours=26)}
# Who left, and how many days ago.
LEFT = {"dorothy": 20, "jocelyn": 6, "satyendra": 2}
# What happened to individual mails: reader → (how many editions ago, status, kind of report, what the server said).
MISHAPS = {
    "marie": (4, Delivery.Status.BOUNCED, Event.Kind.HARD_BOUNCE, "550 5.1.1 The mailbox does not exist"),
    "mary": (2, Delivery.Status.COMPLAINED, Event.Kind.COMPLAINED, ""),
    "vera": (1, Delivery.Status.UNCERTAIN, None, ""),
    "edwin": (3, Delivery.Status.FAILED, Event.Kind.SOFT_BOUNCE, "452 4.2.2 The mailbox is full"),
}
SUPPRESSED = {"marie": Suppression.Reason.BOUNCED, "mary": Suppression.Reason.COMPLAINED}
DELIVERY_ERRORS = {
    Delivery.Status.UNCERTAIN: "the connection broke after the email was handed over",
    Delivery.Status.FAILED: "reported: it could not be delivered: 452 4.2.2 The mailbox is full",
    Delivery.Status.BOUNCED: "reported: the address does not exist: 550 5.1.1 The mailbox does not exist",
}
# Preferences that only some have.
SPECIAL: dict[str, dict[str, Any]] = {
    "chandra": {"frequency": Frequency.WEEKLY, "weekday": 0},
    "cecilia": {"channel": Channel.FEED, "feed_key": UUID(int=1)},
    "inge": {"breadth": Breadth.EVERYTHING},
    "niels": {"max_papers": 5, "least_match": 30},
}
PAUSED = {"abdus": timedelta(days=10)}
# Every second reader lets opens be noted; every third digest gets opinions.
OPENS_EVERY, OPINIONS_EVERY = 2, 3


@dataclass(frozen=True)
class SampleDigest:
    """What one reader was sent on a past day."""

    subscriber: Subscriber
    at: datetime
    papers: list[int]


def create_demo_readers(now: datetime, seen_until: datetime | None) -> list[Subscriber]:
    """Create the readers of the last weeks, none of them due for what is out; return those who ever confirmed."""
    topics = list(Topic.objects.order_by("pk"))
    readers = []
    for number, name in enumerate(NAMES):
        came, (zone, hour) = (
            now - FIRST_CAME + number * DAYS_BETWEEN_READERS,
            ZONES_AND_HOURS[number % len(ZONES_AND_HOURS)],
        )
        reader = Subscriber(
            email=_address(name),
            time_zone=zone,
            local_time=time(hour),
            created_at=came - timedelta(minutes=5),
            paused_until=(now + PAUSED[name]).date() if name in PAUSED else None,
            may_note_opens_since=came if number % OPENS_EVERY == 0 else None,
            **{"seen_until": seen_until, "more_seen_until": now, **SPECIAL.get(name, {})},
        )
        reader.confirm(now)
        reader.confirmed_at = came
        reader.save()
        reader.follow({topics[(step * number + step) % len(topics)] for step in _steps(number)})
        _agree(reader, came)
        readers.append(reader)
    for name, ago in NOT_YET_CONFIRMED.items():
        Subscriber.objects.create(email=_address(name), created_at=now - ago)
    return readers


def _steps(number: int) -> tuple[int, ...]:
    """Return the steps by which a reader's topics are picked from the list; none if they read everything."""
    return () if number % READS_EVERYTHING_EVERY == 0 else FOLLOWED


def _address(name: str) -> str:
    return f"{name}@example.org"


def _agree(reader: Subscriber, at: datetime) -> None:
    request = {"requested_at": reader.created_at, "requested_from": "192.0.2.7"}
    Consent.objects.create(subscriber=reader, wording=wording(), confirmed_at=at, confirmed_from="192.0.2.7", **request)


def send_past_digests(editions: Mapping[Edition, date], readers: Iterable[Subscriber]) -> list[SampleDigest]:
    """Record the digests of past editions as if they had been sent, and return them, oldest first."""
    everybody = list(readers)
    sent: list[SampleDigest] = []
    for back, (edition, day) in zip(range(len(editions), 0, -1), editions.items(), strict=True):
        offer = candidates_in([edition])
        due = sorted((_sent_at(reader, day), reader.pk, reader) for reader in everybody if _reads(reader, day, back))
        sent += [_send(offer, reader, at, back) for at, _, reader in due]
    return sent


def _name(reader: Subscriber) -> str:
    return reader.email.partition("@")[0]


def _sent_at(reader: Subscriber, day: date) -> datetime:
    """Return when a reader's digest was sent on a day: a few seconds after their hour, as workers are."""
    local = datetime.combine(day, reader.local_time, ZoneInfo(reader.time_zone))
    return local.astimezone(UTC) + timedelta(seconds=reader.pk)


def _reads(reader: Subscriber, day: date, back: int) -> bool:
    """Return whether a reader was there on a day and gets a digest on it."""
    name = _name(reader)
    last_day = LEFT.get(name, MISHAPS[name][0] - 1 if name in SUPPRESSED else 0)
    if reader.confirmed_at is None or reader.confirmed_at.date() >= day or back <= last_day:
        return False
    return reader.frequency != Frequency.WEEKLY or day.weekday() == reader.weekday


def _send(offer: CandidateSet, reader: Subscriber, at: datetime, back: int) -> SampleDigest:
    due = Due.of(Subscriber.objects.filter(pk=reader.pk).values_list(*Due.columns()).get())._replace(next_digest_at=at)
    (planned,) = planning.snapshot_digests([due], offer, at)
    status, kind, detail = _outcome(reader, planned.status, back)
    is_sent = status not in {Delivery.Status.SKIPPED, Delivery.Status.KEPT}
    section = read_section(planned.section)
    delivery = Delivery.objects.create(
        subscriber=reader,
        period=planned.period,
        edition=offer.newest,
        content=section,
        status=status,
        error=DELIVERY_ERRORS.get(status, planned.error),
        created_at=at,
        not_before=at,
        attempts=int(is_sent),
        sent_at=at if is_sent and status != Delivery.Status.UNCERTAIN else None,
    )
    if kind:
        reported = at + timedelta(seconds=40)
        Event.objects.create(
            provider="demo",
            event_id=str(delivery.pk),
            type=kind,
            kind=kind,
            detail=detail,
            delivery=delivery,
            at=reported,
            recorded_at=reported,
        )
    return SampleDigest(reader, at, papers_in(section) if is_sent else [])


def _outcome(reader: Subscriber, planned: str, back: int) -> tuple[Delivery.Status, Event.Kind | None, str]:
    """Return what happened to a mail: its status, the kind of report, and what the server said."""
    if planned == Delivery.Status.SKIPPED:
        return Delivery.Status.SKIPPED, None, ""
    if reader.channel == Channel.FEED:
        return Delivery.Status.KEPT, None, ""
    mishap = MISHAPS.get(_name(reader))
    if mishap and mishap[0] == back:
        return mishap[1], mishap[2], mishap[3]
    return Delivery.Status.DELIVERED, Event.Kind.DELIVERED, ""


def part_with_some(readers: Iterable[Subscriber], now: datetime) -> None:
    """Unsubscribe those who left, and suppress those whose mail came back."""
    for reader in readers:
        name = _name(reader)
        if name in LEFT:
            reader.unsubscribe(now - timedelta(days=LEFT[name]))
        elif name in SUPPRESSED:
            reader.suppress(now - timedelta(days=MISHAPS[name][0] - 1, hours=1))
            Suppression.objects.create(address_hash=hash_of(reader.email), reason=SUPPRESSED[name])


def tell_what_readers_said(digests: Iterable[SampleDigest], now: datetime) -> None:
    """Give feedback on past digests: papers opened by readers who let us note it, opinions, saved papers."""
    for number, digest in enumerate(digests):
        first, last = digest.papers[:2], digest.papers[2:]
        at = min(digest.at + timedelta(minutes=20), now)
        if digest.subscriber.may_note_opens_since:
            for paper in first:
                Feedback.objects.create(subscriber=digest.subscriber, paper_id=paper, kind=Feedback.Kind.OPENED, at=at)
        if number % OPINIONS_EVERY == 0:
            for paper in first[:1]:
                kind = Feedback.Kind.SAVED if number % 2 else Feedback.Kind.MORE
                give_feedback(digest.subscriber, paper, kind, at)
            for paper in last[-1:]:
                give_feedback(digest.subscriber, paper, Feedback.Kind.LESS, at)
        if number == 1:
            for paper in last[:1]:
                give_feedback(digest.subscriber, paper, Feedback.Kind.WROTE, at)
