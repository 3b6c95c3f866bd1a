"""Send what is queued: claim a batch, compose it, send it outside any transaction, record what happened."""

import logging
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from config.garbage_collection import without_cyclic_collection
from config.log_context import working_on
from config.overload import back_off
from digest.composing.digest_data import Letter, letters
from digest.composing.errors import ComposeError
from digest.composing.fast_renderer import FragmentRenderer, SplicedMail
from digest.models import Delivery, Edition
from digest.sending import breaker, ledger, rate_limiter, recovery, second_look
from digest.sending.connection_pool import ConnectionPool
from digest.sending.final_check import UNSUBSCRIBED_DETAIL, FinalCheck
from digest.sending.outcome import KEPT_OFF, Outcome, Verdict
from digest.sending.rate_limiter import RateLimiter
from digest.sending.send_log import SendLog

logger = logging.getLogger(__name__)

# How long to leave a provider alone when it could not be reached.
REST = timedelta(minutes=1)
# How long the fragments of mails are cached.
RENDERER_TTL_SECONDS = 30


def never() -> bool:
    """Never stop early."""
    return False


def drain(stopping: Callable[[], bool] = never) -> Counter[Verdict]:
    """Send until nothing is queued, or `stopping` says so; return how many mails had which verdict.

    Any number of workers may drain at once. Mails not on the wire when it is time to stop go back into the queue.
    """
    recovery.recover_interrupted(timezone.now())
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
    """Return whether there is something to send, and permission to send it."""
    return rate_limiter.is_open(now) and Delivery.objects.queued(now).exists()


class Worker:
    """One worker with its name, its send log and its kept connections."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"
        self.unreachable = False
        self._renderer, self._renderer_made_at = FragmentRenderer(), time.monotonic()
        # What waited for a look when the pieces were made: they may contain it.
        self._renderer_made_with = Edition.objects.changed_unseen().versions()
        self._send_log = SendLog(self.name)
        self._pace = RateLimiter()
        # How long the last batch took, in seconds.
        self._worked = 0.0
        self._check = FinalCheck(self.name)
        self._lines = ConnectionPool(settings.SEND_CONNECTIONS, self._send_log, self._pace, self._check)

    def send_batch(self, stopping: Callable[[], bool] = never) -> Counter[Verdict]:
        """Claim a batch, send it and record it; return how many mails had which verdict.

        The counter is empty if nothing is queued, or if the pace is used up.
        """
        back_off(self._worked, stopping)
        began = time.monotonic()
        with without_cyclic_collection():
            counted = self._send_batch(stopping)
        self._worked = time.monotonic() - began
        return counted

    def _send_batch(self, stopping: Callable[[], bool]) -> Counter[Verdict]:
        keys = self._claim(stopping)
        outcomes, mails = _compose_all(keys, self._current_renderer())
        # Again: a change that was made meanwhile is in these mails.
        going = set(second_look.hold_changed(keys, self.name, timezone.now()))
        outcomes = {key: outcome for key, outcome in outcomes.items() if key in going}
        if len(going) < len(keys):
            # The pieces contain that change, too.
            self._renderer = FragmentRenderer()
        own = ledger.begin([key for key, _ in mails if key in going], self.name, timezone.now())
        sent = self._lines.send(
            [mail for mail in mails if mail[0] in own],
            stopping,
            (settings.SEND_LEASE.total_seconds() / 3, lambda: ledger.renew(own, self.name, timezone.now())),
        )
        self.unreachable = sent.unreachable
        self._pace.settle(sum(outcome.verdict not in KEPT_OFF for outcome in sent.outcomes.values()))
        outcomes |= sent.outcomes
        now = timezone.now()
        ledger.record_outcomes(outcomes, self.name, now)
        if unsent := own - outcomes.keys():
            ledger.give_back(unsent, self.name, now + self._rest())
        self._send_log.clear()
        for key, outcome in outcomes.items():
            if outcome.verdict != Verdict.SENT:
                with working_on(delivery=key):
                    logger.warning("delivery %d: %s", key, outcome.verdict)
        return Counter(outcome.verdict for outcome in outcomes.values())

    def _claim(self, stopping: Callable[[], bool]) -> list[int]:
        """Return the deliveries to send now; those of halted editions are set aside on the way."""
        claimable = limit = self._pace.claimable(settings.SEND_BATCH, timezone.now())
        while claimable and not stopping():
            now = timezone.now()
            claimed = ledger.claim(self.name, now, limit)
            if not claimed:
                break
            if going := second_look.hold_changed(breaker.hold_halted(claimed, self.name), self.name, now):
                if surplus := going[claimable:]:
                    ledger.give_back(surplus, self.name, now)
                return going[:claimable]
            # A halted edition is first in the queue. Setting it aside is not sending, and needs no small steps.
            limit = settings.SEND_BATCH
        return []

    def _rest(self) -> timedelta:
        """Return how long the deliveries left over should wait."""
        return REST if self.unreachable else min(REST, timedelta(seconds=self._pace.held_for))

    def _current_renderer(self) -> FragmentRenderer:
        """Return the cached renderer, or a new one once it is too old: a curator's changes show in the next mails.

        It is replaced at once if what waits for a look is not what waited when it was filled: what it holds may be
        undone by now.
        """
        waiting = Edition.objects.changed_unseen().versions()
        if time.monotonic() - self._renderer_made_at > RENDERER_TTL_SECONDS or waiting != self._renderer_made_with:
            self._renderer, self._renderer_made_at, self._renderer_made_with = (
                FragmentRenderer(),
                time.monotonic(),
                waiting,
            )
        return self._renderer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *rest: object) -> None:
        """End the connections. After an error the send log stays, for the next worker to settle what this one held."""
        self._lines.close()
        self._check.close()
        if error:
            self._send_log.abandon()
        else:
            self._send_log.close()


def _compose_all(
    keys: Collection[int], renderer: FragmentRenderer
) -> tuple[dict[int, Outcome], list[tuple[int, SplicedMail]]]:
    """Return the mails of a batch, and the outcomes of the deliveries that cannot become a mail."""
    batch, outcomes = _read(keys, renderer)
    mails = []
    for letter in batch:
        with working_on(delivery=letter.pk):
            composed = _compose(letter, renderer)
        if isinstance(composed, Outcome):
            outcomes[letter.pk] = composed
        else:
            mails.append((letter.pk, composed))
    return outcomes, mails


def _read(keys: Collection[int], renderer: FragmentRenderer) -> tuple[list[Letter], dict[int, Outcome]]:
    """Return the letters of a batch, with their papers loaded, and the outcomes of those that cannot be read."""
    try:
        batch = letters(keys)
        renderer.load(batch)
    except (OperationalError, InterfaceError):
        # A database error: no row is to blame.
        raise
    except Exception as error:
        if len(keys) > 1:
            read = [_read([key], renderer) for key in keys]
            return [letter for some, _ in read for letter in some], {k: v for _, bad in read for k, v in bad.items()}
        logger.exception("deliveries %s could not be read", keys)
        return [], dict.fromkeys(keys, Outcome(Verdict.TEMPORARY, f"{type(error).__name__}: {error}"[:2000]))
    return batch, {}


def _compose(letter: Letter, renderer: FragmentRenderer) -> SplicedMail | Outcome:
    if letter.reader is None or not letter.reader.is_active:
        return Outcome(Verdict.CANCELLED, UNSUBSCRIBED_DETAIL)
    try:
        return renderer.mail(letter)
    except ComposeError as error:
        return Outcome(Verdict.PERMANENT, str(error))
    except Exception as error:
        logger.exception("delivery %d could not be composed", letter.pk)
        return Outcome(Verdict.TEMPORARY, f"{type(error).__name__}: {error}"[:2000])
