"""Bringing an edition out: now or at an hour, after a second look where one is asked for, and taking it back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format

from digest.arranging import RefusedError, Seen, StaleError
from digest.curation import EmptyEditionError, publish
from digest.models import Delivery, Edition

Status = Delivery.Status

# What was taken back comes out by itself after so long.
TIME_TO_MEND = timedelta(days=1)
LEFT = Q(
    status__in=[
        *(Status.CLAIMED, Status.SENDING, Status.SENT, Status.UNCERTAIN),
        *(Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED),
    ]
) | Q(status=Status.FAILED, sent_at__isnull=False)


def moment(day: date, clock: time, zone: str) -> datetime:
    """Return the moment (UTC) at which the clock of a zone shows that; RefusedError where it never does.

    Of a time shown twice in autumn the first counts (PEP 495, fold=0).
    """
    local = datetime.combine(day, clock, ZoneInfo(zone))
    found = local.astimezone(UTC)
    shown = found.astimezone(ZoneInfo(zone))
    if shown.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise RefusedError(
            f"{clock:%H:%M} does not exist on {date_format(day, 'j F Y')} in {zone}: "
            f"clocks go forward there. {shown:%H:%M} does."
        )
    return found


@transaction.atomic
def bring_out(key: int, seen: Seen, at: datetime | None, now: datetime) -> tuple[Edition, str]:
    """Publish an edition now (at: None) or let it publish itself then; return it with what was done, in words.

    With SECOND_LOOK the first curator only asks, and another one does it; so what curators changed does not publish
    itself. Of two who publish at once one does. Raises StaleError or RefusedError, and nothing has changed then.
    """
    edition = Edition.objects.select_for_update().get(pk=key)
    if edition.is_published:
        raise RefusedError(f"It is out already: {edition.changed_by or 'its hour came, and it'} published it.")
    if edition.version != seen.version:
        raise StaleError(edition)
    if at and at <= now:
        raise RefusedError(f"{date_format(at, 'j F Y, H:i')} UTC is past.")
    if edition.deliveries.exists():
        raise RefusedError("Its digests of the first time are still being taken back. Try again in a minute.")
    if _needs_look(edition, seen.who, at):
        edition.ask_for_look(seen.who, at)
        return edition, "Asked another curator for a look before it comes out."
    done = _set_hour(edition, at, seen.who) if at else _publish(edition, now)
    edition.note_change(seen.who)
    edition.note_look()
    return edition, done


def take_back(edition: Edition, who: str, now: datetime) -> None:
    """Make a published edition a draft again, unless a mail of it has left; RefusedError then.

    First it is halted, then looked at: whatever a worker claims afterwards it puts aside again. Planned digests go with
    the next sweep (digest.sending.sweeping). Not to be called inside a transaction.
    """
    if not edition.is_published:
        raise RefusedError("It is not out.")
    halted_here = edition.halt(now, f"taken back by {who}", told_at=now)
    if edition.deliveries.filter(LEFT).exists():
        if halted_here:
            edition.let_go_on(edition.accepted_complaints, edition.accepted_bounces)
        raise RefusedError("The first mail has left. You can stop the sending.")
    if not edition.withdraw(now + TIME_TO_MEND):
        raise RefusedError("Somebody took it back a moment ago.")
    edition.note_change(who)


def _needs_look(edition: Edition, who: str, at: datetime | None) -> bool:
    if not settings.SECOND_LOOK:
        return False
    return edition.look_asked_by in {"", who} or edition.look_asked_for != at


def _set_hour(edition: Edition, at: datetime, who: str) -> str:
    edition.publish_at, edition.hour_set_by = at, who
    edition.save(update_fields=["publish_at", "hour_set_by"])
    return f"It comes out on {date_format(at, 'j F Y')} at {at:%H:%M} UTC."


def _publish(edition: Edition, now: datetime) -> str:
    try:
        publish(edition, now)
    except EmptyEditionError as error:
        raise RefusedError(f"{error}.") from None
    return "Published."
