"""Working on lists, chunk by chunk: whoever dies is carried on, and no two do the same chunk."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from subscriptions import emails, signing_up
from subscriptions.models import Consent, Follow, Roster, Status, Subscriber, Suppression
from subscriptions.models.suppression import hash_of
from subscriptions.rosters.judging import BadLine, Line, Outcome, Reader
from subscriptions.rosters.reading import rows_of

logger = logging.getLogger(__name__)

CHUNK = 500
# So many faults are told one by one; the rest is counted.
FAULTS = 200


def work(now: datetime) -> None:
    """Go on with every list that is being looked through or brought in, to its end."""
    at_work = [Roster.Status.CHECKING, Roster.Status.IMPORTING]
    for roster in Roster.objects.filter(status__in=at_work).order_by("pk"):
        _work_on(roster, now)


def _work_on(roster: Roster, now: datetime) -> None:
    rows = rows_of(roster)[1:]
    reader = Reader(roster.columns, now)
    # What stands before is known as seen: an address counts where it comes first.
    seen = {line.key for row in rows[: roster.position] if isinstance(line := _read(reader, row), Line)}
    while roster.position < len(rows):
        chunk = rows[roster.position : roster.position + CHUNK]
        judged = _judge([_read(reader, row) for row in chunk], seen)
        if not _take(roster, judged, now):
            return
        _ask(roster, rows, reader)
    _ask(roster, rows, reader)
    _finish(roster, now)


def _read(reader: Reader, row: Sequence[str]) -> Line | str:
    """Return a line, or why there is none."""
    try:
        return reader.read(row)
    except BadLine as error:
        return str(error)


Judged = list[tuple[Outcome, Line | str]]


def _judge(lines: Sequence[Line | str], seen: set[str]) -> Judged:
    """Say what becomes of each line, in two queries whatever their number; add their addresses to those seen."""
    found = [line for line in lines if isinstance(line, Line)]
    standing = dict(
        Subscriber.objects.filter(email_key__in=[line.key for line in found]).values_list("email_key", "status")
    )
    hashes = {hash_of(line.email): line.key for line in found}
    rows = Suppression.objects.filter(address_hash__in=hashes).values_list("address_hash", flat=True)
    suppressed = {hashes[row] for row in rows}
    judged: Judged = []
    for line in lines:
        judged.append((_outcome(line, seen, standing, suppressed), line))
        if isinstance(line, Line):
            seen.add(line.key)
    return judged


def _outcome(line: Line | str, seen: set[str], standing: dict[str, str], suppressed: set[str]) -> Outcome:
    if isinstance(line, str):
        return Outcome.BAD
    if line.key in seen:
        return Outcome.TWICE
    if line.key in suppressed or standing.get(line.key) == Status.SUPPRESSED:
        return Outcome.SUPPRESSED
    if standing.get(line.key) == Status.UNSUBSCRIBED:
        # Who left comes back by their own will alone.
        return Outcome.LEFT
    if line.key in standing:
        return Outcome.KNOWN
    return Outcome.PROVEN if line.consented_at else Outcome.TO_ASK


@transaction.atomic
def _take(roster: Roster, judged: Judged, now: datetime) -> bool:
    """Write one chunk with what came of it; return whether it was this call's to write."""
    begin = roster.position
    counts = Counter(roster.counts) + Counter(outcome.value for outcome, _ in judged)
    bad = [[begin + 2 + index, line] for index, (_, line) in enumerate(judged) if isinstance(line, str)]
    faults = [*roster.faults, *bad][:FAULTS]
    mine = Roster.objects.filter(pk=roster.pk, status=roster.status, position=begin)
    if not mine.update(position=begin + len(judged), counts=counts, faults=faults):
        return False
    if roster.status == Roster.Status.IMPORTING:
        wanted = [line for outcome, line in judged if outcome in {Outcome.PROVEN, Outcome.TO_ASK}]
        _enter([line for line in wanted if isinstance(line, Line)], roster, now)
    roster.position, roster.counts, roster.faults = begin + len(judged), dict(counts), faults
    return True


def _enter(lines: Sequence[Line], roster: Roster, now: datetime) -> None:
    """Write new subscribers, those with proof active; each with the consent that is on record, or asked for."""
    new = {line.key: _subscriber(line, now) for line in lines}
    Subscriber.objects.bulk_create(new.values(), ignore_conflicts=True)
    # Somebody who signed up in this very moment keeps what they chose.
    ours = {row.public_id for row in new.values()}
    keys = dict(Subscriber.objects.filter(public_id__in=ours).values_list("email_key", "pk"))
    entered = [line for line in lines if line.key in keys]
    Consent.objects.bulk_create([_consent(line, keys[line.key], roster, now) for line in entered])
    follows = [Follow(subscriber_id=keys[line.key], topic=topic) for line in entered for topic in line.topics]
    Follow.objects.bulk_create(follows)


def _subscriber(line: Line, now: datetime) -> Subscriber:
    subscriber = Subscriber(email=line.email, email_key=line.key, created_at=now, **line.choices)
    if line.consented_at:
        subscriber.status = Status.ACTIVE
        subscriber.confirmed_at = line.consented_at
        subscriber.reschedule(now)
    return subscriber


def _consent(line: Line, key: int, roster: Roster, now: datetime) -> Consent:
    if not line.consented_at:
        return Consent(subscriber_id=key, wording=signing_up.wording(), requested_at=now)
    # Of a list, the proof is what its owner says it is.
    wording = f"{line.consent} (list {roster.pk}, {roster.name}, brought in by {roster.uploaded_by})"
    at = line.consented_at
    return Consent(subscriber_id=key, wording=wording, requested_at=at, confirmed_at=at)


def _ask(roster: Roster, rows: Sequence[Sequence[str]], reader: Reader) -> None:
    """Ask those of the lines so far who have not been asked whether they want mail; after a crash, some once more."""
    if roster.status != Roster.Status.IMPORTING or roster.mailed >= roster.position:
        return
    lines = [_read(reader, row) for row in rows[roster.mailed : roster.position]]
    keys = [line.key for line in lines if isinstance(line, Line) and not line.consented_at]
    waiting = Subscriber.objects.filter(email_key__in=keys, status=Status.PENDING, created_at__gte=roster.created_at)
    for subscriber in waiting:
        try:
            emails.send_confirmation(subscriber)
        except emails.MailError:
            # They can sign up by themselves; the others are not to wait for it.
            logger.exception("subscriber %s of list %s could not be asked", subscriber.pk, roster.pk)
    roster.mailed = roster.position
    Roster.objects.filter(pk=roster.pk).update(mailed=roster.mailed)


def _finish(roster: Roster, now: datetime) -> None:
    changes: dict[str, object] = {"status": Roster.Status.CHECKED}
    if roster.status == Roster.Status.IMPORTING:
        changes = {"status": Roster.Status.DONE, "content": b"", "finished_at": now}
    Roster.objects.filter(pk=roster.pk, status=roster.status).update(**changes)
    logger.info("list %s: %s", roster.pk, changes["status"])
