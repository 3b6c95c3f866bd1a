"""Publishing editions: now, at a set time or when overdue, after approval if required; and unpublishing them."""

import logging
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format

from digest.editions.changes import ChangeRefusedError, ExpectedVersion, StaleError
from digest.editions.curation import EmptyEditionError, order_by_votes, publish_edition
from digest.models import Delivery, Edition

logger = logging.getLogger(__name__)

Status = Delivery.Status

# An unpublished edition publishes itself again after this long.
REPUBLISH_DELAY = timedelta(days=1)
# Deliveries whose mail was sent, or may have been.
MAY_HAVE_BEEN_SENT = Q(
    status__in=[
        *(Status.CLAIMED, Status.SENDING, Status.SENT, Status.UNCERTAIN),
        *(Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED),
    ]
) | Q(status=Status.FAILED, sent_at__isnull=False)


def publication_time(day: date, clock: time, zone: str) -> datetime:
    """Return the UTC time at which clocks in a zone show this; raise ChangeRefusedError if they never do.

    If clocks show a time twice in autumn, the first one counts (PEP 495, fold=0).
    """
    local = datetime.combine(day, clock, ZoneInfo(zone))
    instant = local.astimezone(UTC)
    shown = instant.astimezone(ZoneInfo(zone))
    if shown.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ChangeRefusedError(
            f"{clock:%H:%M} doesn’t exist on {date_format(day, 'j F Y')} in {zone}: "
            f"clocks go forward then. Use {shown:%H:%M} instead."
        )
    return instant


@transaction.atomic
def publish_or_schedule(key: int, seen: ExpectedVersion, at: datetime | None, now: datetime) -> tuple[Edition, str]:
    """Publish an edition now (at: None) or schedule it; return it with what was done, in words.

    With SECOND_LOOK, the first curator only asks and another one does it, so curators' changes do not publish
    themselves. If two publish at once, one of them does it. Raises StaleError or ChangeRefusedError; then nothing has
    changed.
    """
    edition = Edition.objects.select_for_update().get(pk=key)
    if edition.is_published:
        raise ChangeRefusedError(f"Already published by {edition.changed_by or 'the schedule'}.")
    if edition.version != seen.version:
        raise StaleError(edition)
    if at and at <= now:
        raise ChangeRefusedError(f"{date_format(at, 'j F Y, H:i')} UTC is in the past.")
    if edition.deliveries.exists():
        raise ChangeRefusedError("The digests from the first time are still being withdrawn. Try again in a minute.")
    if _needs_approval(edition, seen.who, at):
        edition.request_approval(seen.who, at)
        return edition, "Asked another curator to approve it before it’s published."
    description = _set_hour(edition, at, seen.who) if at else _publish(edition, now)
    edition.note_change(seen.who)
    edition.record_approval()
    return edition, description


def publish_overdue(at: datetime) -> list[Edition]:
    """Publish the drafts whose hour has come; return those this call published.

    A draft that shows nothing stays a draft. With SECOND_LOOK, so does one that only one curator has seen as it is.
    """
    published = []
    for edition in Edition.objects.overdue(at):
        if edition.waits_for_approval:
            if _is_reported(edition, at):
                logger.info("not published, waiting for approval: %s", edition)
            continue
        try:
            with transaction.atomic():
                order_by_votes(edition)
                is_published = publish_edition(edition, at)
        except EmptyEditionError as error:
            if _is_reported(edition, at):
                logger.warning("not published: %s", error)
            continue
        except Exception:
            # The others are still published.
            logger.exception("not published: %s", edition)
            continue
        if is_published:
            logger.info("published automatically: %s", edition)
            published.append(edition)
    return published


def _is_reported(edition: Edition, at: datetime) -> bool:
    """Return whether to log that a draft stays one: once an hour, for two days.

    Beat and cron ask every minute, and cron emails each line.
    """
    late = at - edition.publish_at
    return late < timedelta(days=2) and late // timedelta(minutes=1) % 60 == 0


@transaction.atomic
def approve_changes(key: int, seen: ExpectedVersion) -> tuple[Edition, str]:
    """Approve what others changed in a published edition; return it with what was done, in words.

    Sending of its digests resumes once each change was seen by someone who did not make it. Raises StaleError or
    ChangeRefusedError; then nothing has changed.
    """
    edition = Edition.objects.select_for_update().get(pk=key)
    if not edition.is_published or not edition.waits_for_approval:
        raise ChangeRefusedError("Nothing here needs approval.")
    if edition.version != seen.version:
        raise StaleError(edition)
    if edition.unseen_by == [seen.who]:
        raise ChangeRefusedError("You made this change yourself, so another curator has to approve it.")
    others = ", ".join(name for name in edition.unseen_by if name != seen.who)
    edition.record_approval(seen.who)
    description = f"Approved the changes by {others}." if others else "Approved the changes."
    return edition, f"{description} Yours still need another curator." if edition.waits_for_approval else description


def unpublish(edition: Edition, who: str, now: datetime) -> None:
    """Make a published edition a draft again; raise ChangeRefusedError if one of its mails has already been sent.

    It is halted first and checked afterwards: whatever a worker claims after that is set aside again. Planned digests
    are removed by the next sweep (digest.sending.bulk_actions). Must not be called inside a transaction.
    """
    if not edition.is_published:
        raise ChangeRefusedError("This edition isn’t published.")
    halted_here = edition.halt(now, f"unpublished by {who}", told_at=now)
    if edition.deliveries.filter(MAY_HAVE_BEEN_SENT).exists():
        if halted_here:
            edition.let_go_on(edition.accepted_complaints, edition.accepted_bounces)
        raise ChangeRefusedError("The first email has already gone out. You can still stop the rest.")
    if not edition.withdraw(now + REPUBLISH_DELAY):
        raise ChangeRefusedError("Someone unpublished it a moment ago.")
    edition.note_change(who)


def _needs_approval(edition: Edition, who: str, at: datetime | None) -> bool:
    if not settings.SECOND_LOOK:
        return False
    return edition.look_asked_by in {"", who} or edition.look_asked_for != at


def _set_hour(edition: Edition, at: datetime, who: str) -> str:
    edition.publish_at, edition.hour_set_by = at, who
    edition.save(update_fields=["publish_at", "hour_set_by"])
    return f"Scheduled for {date_format(at, 'j F Y')} at {at:%H:%M} UTC."


def _publish(edition: Edition, now: datetime) -> str:
    try:
        publish_edition(edition, now)
    except EmptyEditionError as error:
        raise ChangeRefusedError(f"{error}.") from None
    return "Published."
