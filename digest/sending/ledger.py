"""The ledger: claim, begin, record, recover. Each function is one short transaction; mails are sent between them.

`queued → claimed → sending → sent | failed | cancelled | uncertain`. A claim carries a lease, which its worker renews
while it works. If the lease runs out while `claimed`, the delivery goes back to `queued`: nothing was sent. If it runs
out while `sending`, it becomes `uncertain`: the mail may be out, so it is not sent again, unless the worker comes back
or left a send log, and it turns out that this mail never was on the wire.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery

from digest.models import Delivery, Edition
from digest.models.bulk_values import values_by_pk
from digest.models.delivery import DeliveryQuerySet
from digest.models.index_order import index_order
from digest.sending import provider_events
from digest.sending.final_check import UNSUBSCRIBED_DETAIL
from digest.sending.outcome import Outcome, Verdict
from subscriptions.models import Status as Standing
from subscriptions.models import Subscriber

Status = Delivery.Status

MAX_RETRY_DELAY = timedelta(hours=6)
DISAPPEARED_DETAIL = "the worker disappeared while sending the email"


@dataclass(frozen=True)
class Recovered:
    """How many deliveries a recovery gave back, how many it cannot know about, and how many it settled."""

    queued: int = 0
    uncertain: int = 0
    settled: int = 0

    def __add__(self, other: "Recovered") -> "Recovered":
        """Add up two recoveries."""
        return Recovered(self.queued + other.queued, self.uncertain + other.uncertain, self.settled + other.settled)


def held_by(worker: str) -> DeliveryQuerySet:
    """Return the deliveries that a worker has in hand."""
    return Delivery.objects.unfinished().filter(claimed_by=worker, status__in=[Status.CLAIMED, Status.SENDING])


def thought_lost(worker: str) -> DeliveryQuerySet:
    """Return the deliveries that a worker had in hand until its lease ran out, and about which nobody knew more."""
    return Delivery.objects.with_status(Status.UNCERTAIN).filter(claimed_by=worker, error=DISAPPEARED_DETAIL)


def claim(worker: str, now: datetime, limit: int) -> list[int]:
    """Claim at most `limit` queued deliveries for a worker; return their keys. No two workers get the same one."""
    with transaction.atomic():
        free = Delivery.objects.queued(now).select_for_update(skip_locked=True)
        with index_order():
            keys = list(free.values_list("pk", flat=True)[:limit])
        Delivery.objects.filter(pk__any_of=keys).update(
            status=Status.CLAIMED, claimed_by=worker, lease_until=now + settings.SEND_LEASE
        )
    return keys


def begin(keys: Collection[int], worker: str, now: datetime) -> set[int]:
    """Note that these mails are about to go on the wire; return those that are still this worker's to send.

    Those whose reader has left since they were claimed end as `cancelled`, those whose edition was halted as `held`.
    """
    # Looked up row by row: PostgreSQL turns EXISTS into a join, and with old statistics into one over all subscribers.
    reader = Subscriber.objects.filter(pk=OuterRef("subscriber_id")).order_by().values("status")
    is_stopped = Exists(Edition.objects.stopped().filter(pk=OuterRef("edition_id")).order_by())
    claimed = Delivery.objects.alias(reader=Subquery(reader), is_stopped=is_stopped)
    claimed = claimed.filter(pk__any_of=keys, claimed_by=worker, status=Status.CLAIMED)
    going = claimed.filter(reader=Standing.ACTIVE, is_stopped=False)
    count = going.update(status=Status.SENDING, lease_until=now + settings.SEND_LEASE)
    if count == len(keys):
        return set(keys)
    claimed.filter(is_stopped=True).update(status=Status.HELD, claimed_by="", lease_until=None)
    unsubscribed = claimed.filter(Q(reader=None) | ~Q(reader=Standing.ACTIVE))
    unsubscribed.update(status=Status.CANCELLED, error=UNSUBSCRIBED_DETAIL, lease_until=None)
    # A recovery may have taken some of them away meanwhile.
    return set(held_by(worker).filter(pk__any_of=keys, status=Status.SENDING).values_list("pk", flat=True))


def renew(keys: Collection[int], worker: str, now: datetime) -> None:
    """Extend the lease on those of these deliveries that a worker has in hand."""
    held_by(worker).filter(pk__any_of=keys).update(lease_until=now + settings.SEND_LEASE)


def record_outcomes(outcomes: Mapping[int, Outcome], worker: str, now: datetime) -> None:
    """Record what happened to deliveries that this worker holds, or held until it was thought dead."""
    with transaction.atomic():
        sent = {key: outcome.provider_id for key, outcome in outcomes.items() if outcome.verdict == Verdict.SENT}
        _record_sent(sent, worker, now)
        others = {key: outcome for key, outcome in outcomes.items() if key not in sent}
        attempts = dict(Delivery.objects.filter(pk__any_of=others).values_list("pk", "attempts")) if others else {}
        for key, outcome in others.items():
            if key in attempts:
                updated = _takes_outcome(worker).filter(pk=key).update(**_changes(outcome, attempts[key] + 1, now))
                if updated and (reply := outcome.refusal):
                    provider_events.note_refusal(key, reply, now)


def _takes_outcome(worker: str) -> DeliveryQuerySet:
    # A worker that was thought dead and comes back knows better than `uncertain`.
    return Delivery.objects.filter(claimed_by=worker, status__in=[Status.CLAIMED, Status.SENDING, Status.UNCERTAIN])


def _record_sent(sent: Mapping[int, str], worker: str, now: datetime) -> None:
    changes: dict[str, object] = {
        "status": Status.SENT,
        "sent_at": now,
        "attempts": F("attempts") + 1,
        "error": "",
        "lease_until": None,
    }
    if any(sent.values()):
        changes["provider_id"] = values_by_pk({key: _storable(provider_id)[:255] for key, provider_id in sent.items()})
    if sent:
        _takes_outcome(worker).filter(pk__any_of=sent).update(**changes)


def _changes(outcome: Outcome, attempts: int, now: datetime) -> dict[str, object]:
    """Return what one outcome, other than `sent`, writes to its row."""
    changes: dict[str, object] = {"attempts": attempts, "error": _storable(outcome.error), "lease_until": None}
    match outcome.verdict:
        case Verdict.CANCELLED:
            return changes | {"status": Status.CANCELLED, "attempts": attempts - 1}
        case Verdict.HELD:
            return changes | {"status": Status.HELD, "attempts": attempts - 1, "claimed_by": ""}
        case Verdict.UNCERTAIN:
            return changes | {"status": Status.UNCERTAIN}
        case Verdict.TEMPORARY if attempts < settings.SEND_ATTEMPTS:
            return changes | {"status": Status.QUEUED, "claimed_by": "", "not_before": now + wait_after(attempts)}
    return changes | {"status": Status.FAILED}


def _storable(text: str) -> str:
    """Return a provider's words without what PostgreSQL does not accept: zero bytes, and halves of surrogate pairs."""
    return text.replace("\0", "").encode(errors="replace").decode()


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after this many attempts: 1, 4, 16, 64 minutes … by default, at most six hours."""
    factor: int = 4 ** min(attempts - 1, 10)
    return min(settings.SEND_FIRST_WAIT * factor, MAX_RETRY_DELAY)


def give_back(keys: Collection[int], worker: str, not_before: datetime) -> int:
    """Put deliveries that a worker has not put on the wire back into the queue; return how many.

    It holds them, or held them until it was thought dead.
    """
    queued = {"status": Status.QUEUED, "claimed_by": "", "lease_until": None, "not_before": not_before}
    count = held_by(worker).filter(pk__any_of=keys).update(**queued)
    return count + thought_lost(worker).filter(pk__any_of=keys).update(**queued, error="")


def recover_expired(now: datetime) -> Recovered:
    """Settle what workers claimed and did not finish within their lease; return what was found."""
    overdue = Delivery.objects.overdue(now)
    uncertain = overdue.filter(status=Status.SENDING).update(
        status=Status.UNCERTAIN, lease_until=None, error=DISAPPEARED_DETAIL
    )
    queued = overdue.filter(status=Status.CLAIMED).update(status=Status.QUEUED, claimed_by="", lease_until=None)
    return Recovered(queued, uncertain)
