"""Recovery after a worker died: settle what its send log says at once, and the rest when its lease runs out."""

import logging
from datetime import datetime
from pathlib import Path

from django.db import InterfaceError, OperationalError, transaction

from digest.models.delivery import DeliveryQuerySet
from digest.sending import ledger, send_log
from digest.sending.ledger import Recovered
from digest.sending.outcome import Outcome, Verdict
from digest.sending.send_log import Entries

logger = logging.getLogger(__name__)


def recover_interrupted(now: datetime) -> Recovered:
    """Settle what dead workers left behind; return what was found."""
    recovered = sum((_settled(path, now) for path in sorted(send_log.log_folder().glob("*.journal"))), Recovered())
    recovered += ledger.recover_expired(now)
    if recovered != Recovered():
        logger.warning(
            "after a worker died: %d recorded, %d requeued, %d uncertain",
            recovered.settled,
            recovered.queued,
            recovered.uncertain,
        )
    return recovered


def _settled(path: Path, now: datetime) -> Recovered:
    """Settle one send log; one that cannot be settled stops nothing: the leases of its mails run out."""
    try:
        return settle_log(path, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("%s could not be settled and was set aside", path.name)
        path.rename(path.with_suffix(".unreadable"))
        return Recovered()


def settle_log(path: Path, now: datetime) -> Recovered:
    """Bring the ledger in line with the send log of a dead worker; do nothing if the worker is alive."""
    with send_log.orphan(path) as entries:
        return _settle(entries, now) if entries else Recovered()


def _settle(entries: Entries, now: datetime) -> Recovered:
    lost = Outcome(Verdict.UNCERTAIN, "the worker was killed while the email was on the wire")
    with transaction.atomic():
        ledger.record_outcomes(entries.ended | dict.fromkeys(entries.on_the_wire, lost), entries.worker, now)
        untouched = [*_keys(ledger.held_by(entries.worker)), *_keys(ledger.thought_lost(entries.worker))]
        queued = ledger.give_back(untouched, entries.worker, now)
    return Recovered(queued, len(entries.on_the_wire), len(entries.ended))


def _keys(deliveries: DeliveryQuerySet) -> list[int]:
    return list(deliveries.values_list("pk", flat=True))
