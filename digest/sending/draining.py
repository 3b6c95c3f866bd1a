"""Send what is queued: claim a batch, compose it, send it outside any transaction, record what happened."""

import gc
import logging
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from digest.composing.errors import ComposeError
from digest.composing.letter import Letter, letters
from digest.composing.press import Press, SplicedMail
from digest.models import Delivery
from digest.sending import breaker, ledger, pacing, recovery
from digest.sending.journal import Journal
from digest.sending.lines import Lines
from digest.sending.outcome import Outcome, Verdict
from digest.sending.pacing import Pace

logger = logging.getLogger(__name__)

# How long to leave a provider alone that could not be reached.
REST = timedelta(minutes=1)
# How long the pieces of mails are kept before they are made anew.
PRESS_SECONDS = 30


def never() -> bool:
    """Go on until nothing is left."""
    return False


def drain(stopping: Callable[[], bool] = never) -> Counter[Verdict]:
    """Send until nothing is queued, or `stopping` says so; return how many mails had which verdict.

    Any number of workers may drain at once. What is not on the wire when it is time to stop goes back into the queue.
    """
    recovery.recover(timezone.now())
    verdicts: Counter[Verdict] = Counter()
    with Worker() as worker:
        while not stopping() and (step := worker.send_batch(stopping)):
            verdicts += step
            if worker.unreachable:
                break
    if verdicts:
        logger.info("sending: %s", ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    return verdicts


def is_worth_another_turn(now: datetime) -> bool:
    """Say whether there is something to send, and leave to send it."""
    return pacing.is_open(now) and Delivery.objects.queued(now).exists()


class Worker:
    """One worker with its name, its journal and its kept connections."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"
        self.unreachable = False
        self._press, self._pressed_at = Press(), time.monotonic()
        self._journal = Journal(self.name)
        self._pace = Pace()
        self._lines = Lines(settings.SEND_CONNECTIONS, self._journal, self._pace)

    def send_batch(self, stopping: Callable[[], bool] = never) -> Counter[Verdict]:
        """Claim a batch, send it and record it; return how many mails had which verdict.

        None had one where nothing is queued, or where the pace is used up.
        """
        with _without_collecting():
            return self._send_batch(stopping)

    def _send_batch(self, stopping: Callable[[], bool]) -> Counter[Verdict]:
        keys = self._claim(stopping)
        outcomes, mails = _compose_all(keys, self._current_press())
        own = ledger.begin([key for key, _ in mails], self.name, timezone.now())
        sent = self._lines.send(
            [mail for mail in mails if mail[0] in own],
            stopping,
            (settings.SEND_LEASE.total_seconds() / 3, lambda: ledger.renew(self.name, timezone.now())),
        )
        self.unreachable = sent.unreachable
        self._pace.settle(len(sent.outcomes))
        outcomes |= sent.outcomes
        now = timezone.now()
        ledger.record(outcomes, self.name, now)
        if left := own - outcomes.keys():
            ledger.give_back(left, self.name, now + self._rest())
        self._journal.clear()
        for key, outcome in outcomes.items():
            if outcome.verdict != Verdict.SENT:
                logger.warning("delivery %d: %s", key, outcome.verdict)
        return Counter(outcome.verdict for outcome in outcomes.values())

    def _claim(self, stopping: Callable[[], bool]) -> list[int]:
        """Return the deliveries to send now; those of halted editions are put aside on the way."""
        claimable = limit = self._pace.claimable(settings.SEND_BATCH, timezone.now())
        while claimable and not stopping():
            now = timezone.now()
            claimed = ledger.claim(self.name, now, limit)
            if not claimed:
                break
            if going := breaker.put_aside(claimed, self.name):
                if surplus := going[claimable:]:
                    ledger.give_back(surplus, self.name, now)
                return going[:claimable]
            # A halted edition stands first in the queue. Putting it aside is not sending, and needs no small steps.
            limit = settings.SEND_BATCH
        return []

    def _rest(self) -> timedelta:
        """Return how long what was left over should wait."""
        return REST if self.unreachable else min(REST, timedelta(seconds=self._pace.held_for))

    def _current_press(self) -> Press:
        """Return the kept press, a new one where it has grown old: what a curator changes shows in the next mails."""
        if time.monotonic() - self._pressed_at > PRESS_SECONDS:
            self._press, self._pressed_at = Press(), time.monotonic()
        return self._press

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *rest: object) -> None:
        """End the connections. After an error the journal stays, for the next worker to settle what this one held."""
        self._lines.close()
        if error:
            self._journal.abandon()
        else:
            self._journal.close()


def _compose_all(keys: Collection[int], press: Press) -> tuple[dict[int, Outcome], list[tuple[int, SplicedMail]]]:
    """Return the mails of a batch, and the outcomes of those that cannot become one."""
    batch = letters(keys)
    press.load(batch)
    outcomes, mails = {}, []
    for letter in batch:
        composed = _compose(letter, press)
        if isinstance(composed, Outcome):
            outcomes[letter.pk] = composed
        else:
            mails.append((letter.pk, composed))
    return outcomes, mails


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave Python's collector of cycles off for a batch: of its pieces none is in a cycle, and it looks at each."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _compose(letter: Letter, press: Press) -> SplicedMail | Outcome:
    if letter.reader is None or not letter.reader.is_active:
        return Outcome(Verdict.CANCELLED, "the subscriber left before it was sent")
    try:
        return press.mail(letter)
    except ComposeError as error:
        return Outcome(Verdict.PERMANENT, str(error))
    except Exception as error:
        logger.exception("delivery %d could not be composed", letter.pk)
        return Outcome(Verdict.TEMPORARY, f"{type(error).__name__}: {error}"[:2000])
