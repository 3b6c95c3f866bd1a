"""After a worker died: what its journal says is settled at once, the rest when its lease runs out."""

import logging
from datetime import datetime
from pathlib import Path

from django.db import transaction

from digest.sending import journal, ledger
from digest.sending.journal import Entries
from digest.sending.ledger import Recovered
from digest.sending.outcome import Outcome, Verdict

logger = logging.getLogger(__name__)


def recover(now: datetime) -> Recovered:
    """Settle what dead workers left behind; return what was found."""
    recovered = sum((settle(path, now) for path in sorted(journal.folder().glob("*.journal"))), Recovered())
    recovered += ledger.recover(now)
    if recovered != Recovered():
        logger.warning(
            "after a worker died: %d written down, %d given back, %d uncertain",
            recovered.settled,
            recovered.queued,
            recovered.uncertain,
        )
    return recovered


def settle(path: Path, now: datetime) -> Recovered:
    """Bring the ledger in line with the journal of a dead worker; nothing where the worker lives."""
    with journal.orphan(path) as entries:
        return _settle(entries, now) if entries else Recovered()


def _settle(entries: Entries, now: datetime) -> Recovered:
    lost = Outcome(Verdict.UNCERTAIN, "the worker was killed while the mail was on the wire")
    with transaction.atomic():
        ledger.record(entries.ended | dict.fromkeys(entries.on_the_wire, lost), entries.worker, now)
        untouched = list(ledger.held_by(entries.worker).values_list("pk", flat=True))
        queued = ledger.give_back(untouched, entries.worker, now)
    return Recovered(queued, len(entries.on_the_wire), len(entries.ended))
