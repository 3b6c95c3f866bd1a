"""Runs imports chunk by chunk: if a worker dies, another carries on, and no two process the same chunk."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from subscriptions import emails, signing_up
from subscriptions.importing import status_columns
from subscriptions.importing.row_validation import BadLine, Line, RowOutcome, RowReader
from subscriptions.importing.status_columns import Statuses, StatusStatement
from subscriptions.importing.status_words import ImportedStatus
from subscriptions.importing.table_reader import NumberedRow, numbered_rows_of
from subscriptions.models import Consent, Follow, Roster, Status, Subscriber, Suppression
from subscriptions.models.suppression import hash_of

logger = logging.getLogger(__name__)

ROWS_PER_CHUNK = 500
# This many lines of each outcome are reported one by one; the rest are counted. This many unknown words too.
MAX_ROW_ERRORS = 200
MAX_UNKNOWN_WORDS = 50
# Outcomes reported line by line: who is left out, and why.
REPORTED_OUTCOMES = {
    RowOutcome.BAD,
    RowOutcome.LEFT_THERE,
    RowOutcome.NEVER_MAIL,
    RowOutcome.NOT_SUBSCRIBED,
    RowOutcome.UNKNOWN,
}
# Someone who left only comes back of their own accord.
HERE: dict[str, RowOutcome] = {Status.SUPPRESSED: RowOutcome.SUPPRESSED, Status.UNSUBSCRIBED: RowOutcome.LEFT}
THERE = {
    ImportedStatus.UNKNOWN: RowOutcome.UNKNOWN,
    ImportedStatus.NOT_SUBSCRIBED: RowOutcome.NOT_SUBSCRIBED,
    ImportedStatus.LEFT: RowOutcome.LEFT_THERE,
    ImportedStatus.BOUNCED: RowOutcome.NEVER_MAIL,
    ImportedStatus.BLOCKED: RowOutcome.NEVER_MAIL,
    ImportedStatus.COMPLAINED: RowOutcome.NEVER_MAIL,
}
OUTCOME_REASONS = {
    ImportedStatus.BOUNCED: Suppression.Reason.BOUNCED,
    ImportedStatus.COMPLAINED: Suppression.Reason.COMPLAINED,
}
UPLOADED = StatusStatement(ImportedStatus.BLOCKED, why="the list says so")


def run_imports(now: datetime) -> None:
    """Continue with every list that is being checked or imported until it is finished."""
    at_work = [Roster.Status.CHECKING, Roster.Status.IMPORTING]
    for roster in Roster.objects.filter(status__in=at_work).order_by("pk"):
        _run_import(roster, now)


def _run_import(roster: Roster, now: datetime) -> None:
    head, *rows = numbered_rows_of(roster)
    statuses = Statuses(head[1], roster.status_columns, roster.meanings, roster.columns.get("consent"))
    reader = RowReader(roster.columns, now, statuses)
    unsubscribed = _unsubscribed_before(roster, reader, rows)
    # Earlier lines count as seen: an address counts where it first occurs.
    seen = {line.key for row in rows[: roster.position] if isinstance(line := _read(reader, unsubscribed, row), Line)}
    while roster.position < len(rows):
        chunk = rows[roster.position : roster.position + ROWS_PER_CHUNK]
        judged = _judge(roster, [_read(reader, unsubscribed, row) for row in chunk], seen)
        if not _take(roster, chunk, judged, now):
            return
        _ask(roster, rows, reader, unsubscribed)
    _ask(roster, rows, reader, unsubscribed)
    _finish(roster, now)


Left = dict[str, StatusStatement]


def _unsubscribed_before(roster: Roster, reader: RowReader, rows: Sequence[NumberedRow]) -> Left:
    """Return what the list says, on any line, about each address that must not be mailed: the worst counts."""
    everybody = UPLOADED if roster.purpose == Roster.Purpose.SUPPRESSIONS else status_columns.NO_STATEMENT
    if everybody is status_columns.NO_STATEMENT and roster.reads_name:
        everybody = status_columns.of_file(roster.name)
    unsubscribed: Left = {}
    for number, row in rows:
        own = reader.statement(row)
        statement = replace(own, why=f"{own.why} (line {number})") if own.status > everybody.status else everybody
        if statement.status == ImportedStatus.SUBSCRIBED:
            continue
        try:
            key = reader.key(row)
        except BadLine:
            continue
        if statement.status > unsubscribed.get(key, status_columns.NO_STATEMENT).status:
            unsubscribed[key] = statement
    return unsubscribed


def _read(reader: RowReader, unsubscribed: Left, row: NumberedRow) -> Line | str:
    """Return a line, or the reason why there is none."""
    try:
        return reader.read(row[1], unsubscribed)
    except BadLine as error:
        return str(error)


Judged = list[tuple[RowOutcome, Line | str]]


def _judge(roster: Roster, lines: Sequence[Line | str], seen: set[str]) -> Judged:
    """Return the outcome of each line, in two queries whatever their number; add their addresses to those seen."""
    valid = [line for line in lines if isinstance(line, Line)]
    statuses_by_key = dict(
        Subscriber.objects.filter(email_key__in=[line.key for line in valid]).values_list("email_key", "status")
    )
    hashes = {hash_of(line.email): line.key for line in valid}
    rows = Suppression.objects.filter(address_hash__in=hashes).values_list("address_hash", flat=True)
    suppressed = {hashes[row] for row in rows}
    if roster.purpose == Roster.Purpose.SUPPRESSIONS:
        # Our own readers on the list must not get any more mail either.
        statuses_by_key = {}
    judged: Judged = []
    for line in lines:
        judged.append((_outcome(line, seen, statuses_by_key, suppressed), line))
        if isinstance(line, Line):
            seen.add(line.key)
    return judged


def _outcome(line: Line | str, seen: set[str], statuses_by_key: dict[str, str], suppressed: set[str]) -> RowOutcome:
    if isinstance(line, str):
        return RowOutcome.BAD
    if line.key in seen:
        return RowOutcome.TWICE
    if line.key in suppressed:
        return RowOutcome.SUPPRESSED
    if line.key in statuses_by_key:
        return HERE.get(statuses_by_key[line.key], RowOutcome.KNOWN)
    if line.statement.status in THERE:
        return THERE[line.statement.status]
    return RowOutcome.PROVEN if line.consented_at else RowOutcome.TO_ASK


@transaction.atomic
def _take(roster: Roster, chunk: Sequence[NumberedRow], judged: Judged, now: datetime) -> bool:
    """Save one chunk with its outcomes; return False if another worker has saved it."""
    begin = roster.position
    roster.counts = dict(Counter(roster.counts) + Counter(outcome.value for outcome, _ in judged))
    roster.faults = _reported(roster, chunk, judged)
    roster.unknown_words = _unknown_words(roster, judged)
    roster.position = begin + len(judged)
    mine = Roster.objects.filter(pk=roster.pk, status=roster.status, position=begin)
    report = {name: getattr(roster, name) for name in ("position", "counts", "faults", "unknown_words")}
    if not mine.update(**report):
        return False
    if roster.status == Roster.Status.IMPORTING:
        _enter(_lines(judged, {RowOutcome.PROVEN, RowOutcome.TO_ASK}), roster, now)
        _remember(_lines(judged, {RowOutcome.LEFT_THERE}), now)
        _suppress(_lines(judged, {RowOutcome.NEVER_MAIL}), now)
    return True


def _lines(judged: Judged, outcomes: set[RowOutcome]) -> list[Line]:
    return [line for outcome, line in judged if outcome in outcomes and isinstance(line, Line)]


def _reported(roster: Roster, chunk: Sequence[NumberedRow], judged: Judged) -> list[list[Any]]:
    """Return the lines reported so far and those of a chunk: number, reason, outcome; the first of each outcome."""
    reported = list(roster.faults)
    counts = Counter(fault[2] for fault in reported)
    for (number, _), (outcome, line) in zip(chunk, judged, strict=True):
        # Someone who left there and reads here signed up themselves: nothing changes, but it is reported.
        is_known_and_left = (
            outcome == RowOutcome.KNOWN
            and not isinstance(line, str)
            and line.statement is not status_columns.NO_STATEMENT
        )
        if (outcome in REPORTED_OUTCOMES or is_known_and_left) and counts[outcome.value] < MAX_ROW_ERRORS:
            counts[outcome.value] += 1
            reported.append([number, line if isinstance(line, str) else line.statement.why, outcome.value])
    return reported


def _unknown_words(roster: Roster, judged: Judged) -> dict[str, int]:
    counts = Counter(roster.unknown_words)
    for line in _lines(judged, {RowOutcome.UNKNOWN}):
        if line.statement.word in counts or len(counts) < MAX_UNKNOWN_WORDS:
            counts[line.statement.word] += 1
    return dict(counts)


def _remember(lines: Sequence[Line], now: datetime) -> None:
    """Record those who left elsewhere as having left: only their own sign-up brings them back, not a list."""
    # Without the time they left, so that they do not count among those who leave us.
    rows = [Subscriber(email=line.email, email_key=line.key, created_at=now) for line in lines]
    for row in rows:
        row.status = Status.UNSUBSCRIBED
    Subscriber.objects.bulk_create(rows, ignore_conflicts=True)


def _suppress(lines: Sequence[Line], now: datetime) -> None:
    """Stop all further mail to addresses, even if they are known here."""
    Suppression.objects.bulk_create(
        [
            Suppression(
                address_hash=hash_of(line.email),
                reason=OUTCOME_REASONS.get(line.statement.status, Suppression.Reason.BY_HAND),
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )
    for subscriber in Subscriber.objects.filter(email_key__in=[line.key for line in lines]):
        subscriber.suppress(now)


def _enter(lines: Sequence[Line], roster: Roster, now: datetime) -> None:
    """Create new subscribers, active if there is proof; each with the consent that is on record, or asked for."""
    new = {line.key: _subscriber(line, now) for line in lines}
    Subscriber.objects.bulk_create(new.values(), ignore_conflicts=True)
    # Someone who signed up at this very moment keeps what they chose.
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
    # For a list, the proof is what its owner says it is.
    wording = f"{line.consent} (list {roster.pk}, {roster.name}, brought in by {roster.uploaded_by})"
    at = line.consented_at
    return Consent(subscriber_id=key, wording=wording, requested_at=at, confirmed_at=at)


def _ask(roster: Roster, rows: Sequence[NumberedRow], reader: RowReader, unsubscribed: Left) -> None:
    """Ask everyone on the lines so far who has not been asked yet to confirm; after a crash, some are asked again."""
    if roster.status != Roster.Status.IMPORTING or roster.mailed >= roster.position:
        return
    lines = [_read(reader, unsubscribed, row) for row in rows[roster.mailed : roster.position]]
    unproven = [line for line in lines if isinstance(line, Line) and not line.consented_at]
    keys = [line.key for line in unproven if line.statement.status == ImportedStatus.SUBSCRIBED]
    waiting = Subscriber.objects.filter(email_key__in=keys, status=Status.PENDING, created_at__gte=roster.created_at)
    for subscriber in waiting:
        try:
            emails.send_confirmation(subscriber)
        except emails.MailError:
            # They can still sign up themselves; the others must not wait for this.
            logger.exception("subscriber %s of list %s could not be asked to confirm", subscriber.pk, roster.pk)
    roster.mailed = roster.position
    Roster.objects.filter(pk=roster.pk).update(mailed=roster.mailed)


def _finish(roster: Roster, now: datetime) -> None:
    changes: dict[str, object] = {"status": Roster.Status.CHECKED}
    if roster.status == Roster.Status.IMPORTING:
        changes = {"status": Roster.Status.DONE, "content": b"", "finished_at": now}
    Roster.objects.filter(pk=roster.pk, status=roster.status).update(**changes)
    logger.info("list %s: %s", roster.pk, changes["status"])
