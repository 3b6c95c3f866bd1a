"""After a restore: settle what may have gone out since the backup was made, so that no one gets it twice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from digest.editions import curation
from digest.models import Delivery, Edition
from digest.models.bulk_values import values_by_pk
from digest.models.indexed_status import UNFINISHED
from subscriptions import schedule
from subscriptions.models import OutgoingMail, Roster, Subscriber

Status = Delivery.Status

SETTLE_BATCH = 2000
NOT_SENT_YET = [UNFINISHED, Status.HELD]


@dataclass
class Settled:
    """How many of each kind were settled."""

    editions: int = 0
    unpublished: int = 0
    sent_again: int = 0
    deliveries: int = 0
    readers: int = 0
    moved_on: int = 0
    mails: int = 0
    lists: int = 0

    def lines(self) -> list[str]:
        """Return the counts as text, one line per kind."""
        labels = {
            "overdue drafts, published without sending email": self.editions,
            "overdue drafts, not published: they are empty or need approval": self.unpublished,
            "requests to resend an edition, dropped": self.sent_again,
            "digests that may have gone out, now uncertain": self.deliveries,
            "readers who count as having seen everything published": self.readers,
            "readers whose next digest was rescheduled": self.moved_on,
            "emails that may have gone out, dropped": self.mails,
            "imports in progress (check them in the panel before you continue)": self.lists,
        }
        return [f"{what}: {number}" for what, number in labels.items()]


@transaction.atomic
def settle_restored(now: datetime, out: Collection[date] = ()) -> Settled:
    """Settle all that may have gone out since the backup; return the counts. A second call changes nothing.

    out: the days of editions that are known to have come out since, before their hour or after a second look.
    If it is not known whether someone got a mail, they do not get it again.
    """
    settled = Settled()
    settled.editions, settled.unpublished = _publish_quietly(now, out)
    settled.sent_again = Edition.objects.filter(again_at__isnull=False).update(again_at=None)
    in_hand = Delivery.objects.filter(indexed_status__in=NOT_SENT_YET)
    settled.deliveries = in_hand.update(
        status=Status.UNCERTAIN, lease_until=None, claimed_by="", error="restored from a backup"
    )
    settled.readers, settled.moved_on = _move_on(now)
    settled.mails = OutgoingMail.objects.filter(sent_at=None).update(begun_at=now, sent_at=now)
    settled.lists = Roster.objects.filter(status=Roster.Status.IMPORTING).update(status=Roster.Status.CHECKED)
    return settled


def _publish_quietly(now: datetime, out: Collection[date]) -> tuple[int, int]:
    """Publish the drafts that came out after the backup; return how many, and how many were left alone.

    They are published as of their own hour, which is before the `seen_until` of everyone who was due: only readers who
    are due later today get them.
    """
    published = unpublished = 0
    drafts = Edition.objects.filter(Q(publish_at__lte=now) | Q(day__in=out), status=Edition.Status.DRAFT)
    for edition in drafts.order_by("day"):
        if edition.waits_for_approval and edition.day not in out:
            unpublished += 1
            continue
        curation.order_by_votes(edition)
        try:
            published += curation.publish_edition(edition, min(edition.publish_at, now))
        except curation.EmptyEditionError:
            unpublished += 1
    return published, unpublished


def _move_on(now: datetime) -> tuple[int, int]:
    """Treat readers who may have got a digest since as having had it; return how many, and how many were due.

    These are all who were due, and those who may have asked for their first digest at once. Readers whose hour is still
    to come have got nothing since the backup.
    """
    readers = moved = 0
    last = 0
    rows = Subscriber.objects.active().filter(Q(next_digest_at__lte=now) | Q(seen_until=None)).order_by("pk")
    while some := list(rows.filter(pk__gt=last)[:SETTLE_BATCH]):
        last = some[-1].pk
        due = [row for row in some if row.next_digest_at and row.next_digest_at <= now]
        keys = [row.pk for row in some]
        readers += Subscriber.objects.filter(pk__any_of=keys).update(seen_until=now, more_seen_until=now)
        moments = {row.pk: schedule.next_at(row.digest_schedule, now) for row in due}
        if moments:
            Subscriber.objects.filter(pk__any_of=moments).update(next_digest_at=values_by_pk(moments))
        moved += len(moments)
    return readers, moved
