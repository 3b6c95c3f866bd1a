"""Who left since a backup was made, by the database that it replaces: they stay gone after the restore."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import DatabaseError, transaction

from digest.community import personal_data
from subscriptions.models import Status, Subscriber, Suppression

SUBSCRIBED = {Status.ACTIVE, Status.PENDING}
# Deleting again cannot be undone, so it stops at this share of a backup's readers.
MAX_ERASED_PERCENT = 10


class LastKnown(NamedTuple):
    """What the replaced database said about a reader."""

    email_key: str
    status: str
    unsubscribed_at: datetime | None


class Kept(NamedTuple):
    """How many left again after a restore, and how many readers were missing without having been deleted again."""

    unsubscribed: int = 0
    suppressed: int = 0
    erased: int = 0
    missing: int = 0

    def lines(self) -> list[str]:
        """Return it as text, one line per kind."""
        labels = {
            "readers who unsubscribed since the backup, still unsubscribed": self.unsubscribed,
            "addresses suppressed since the backup, still suppressed": self.suppressed,
            "readers who deleted their data since the backup, deleted again": self.erased,
        }
        lost = (
            "readers missing from the replaced database, subscribed again: they are too many to have deleted their data"
        )
        return [
            f"{what}: {number}" for what, number in {**labels, **({lost: self.missing} if self.missing else {})}.items()
        ]


@dataclass(frozen=True)
class Departures:
    """The statuses and suppressions of a database that a backup is about to replace."""

    readers: dict[UUID, LastKnown]
    suppressions: dict[str, str]

    def count_since(self, moment: datetime) -> int:
        """Return how many readers unsubscribed or were suppressed since then."""
        return sum(
            reader.unsubscribed_at is not None and reader.unsubscribed_at > moment and reader.status not in SUBSCRIBED
            for reader in self.readers.values()
        )

    @transaction.atomic
    def keep(self, now: datetime) -> Kept:
        """Let everyone who left leave again, in the database that was restored; return how many did."""
        statuses = {reader.email_key: reader.status for reader in self.readers.values()}
        missing, counts = [], {Status.UNSUBSCRIBED: 0, Status.SUPPRESSED: 0}
        rows = list(Subscriber.objects.values_list("pk", "public_id", "email_key", "status"))
        for pk, public_id, key, status in rows:
            last_known = self.readers.get(public_id)
            if last_known is None:
                # Someone who deleted their data and signed up again since is a reader.
                if statuses.get(key) != Status.ACTIVE:
                    missing.append(pk)
            elif status in SUBSCRIBED and last_known.status not in SUBSCRIBED:
                subscriber = Subscriber.objects.get(pk=pk)
                has_left = last_known.status != Status.SUPPRESSED
                (subscriber.unsubscribe if has_left else subscriber.suppress)(last_known.unsubscribed_at or now)
                counts[Status.UNSUBSCRIBED if has_left else Status.SUPPRESSED] += 1
        self._suppress()
        # If many are missing, they did not leave: that loss is what the backup is restored for.
        if len(missing) > max(1, len(rows) * MAX_ERASED_PERCENT // 100):
            return Kept(counts[Status.UNSUBSCRIBED], counts[Status.SUPPRESSED], missing=len(missing))
        for subscriber in Subscriber.objects.filter(pk__any_of=missing):
            personal_data.erase(subscriber, now)
        return Kept(counts[Status.UNSUBSCRIBED], counts[Status.SUPPRESSED], len(missing))

    def _suppress(self) -> None:
        rows = [Suppression(address_hash=key, reason=reason) for key, reason in self.suppressions.items()]
        Suppression.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def read_departures() -> Departures | None:
    """Return what the present database knows about who left; None if it cannot be read or has no readers."""
    columns = ("public_id", *LastKnown._fields)
    try:
        readers = {row[0]: LastKnown(*row[1:]) for row in Subscriber.objects.values_list(*columns).iterator()}
        suppressions = dict(Suppression.objects.values_list("address_hash", "reason"))
    except DatabaseError:
        # Broken, empty, or of another version: that is what backups are restored for.
        return None
    return Departures(readers, suppressions) if readers else None
