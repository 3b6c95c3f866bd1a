"""The persistent connections of one worker, which share the mails of a batch."""

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from config import log_context
from digest.sending.final_check import LOOKAHEAD, FinalCheck
from digest.sending.outcome import Outcome
from digest.sending.rate_limiter import RateLimiter
from digest.sending.send_log import SendLog
from digest.sending.transports import OutgoingMessage, Transport, Unreachable, transport

logger = logging.getLogger(__name__)


@dataclass
class Sent:
    """What happened to a batch: outcomes by delivery; those missing were not put on the wire."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    # The mail server or provider could not be reached: no use in going on now.
    unreachable: bool = False


class ConnectionPool:
    """Connections kept open from batch to batch."""

    def __init__(self, number: int, send_log: SendLog, pace: RateLimiter, check: FinalCheck) -> None:
        self._send_log, self._pace, self._check = send_log, pace, check
        self._carriers = [transport() for _ in range(number)]
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="line")

    def send(
        self,
        mails: Sequence[tuple[int, OutgoingMessage]],
        stopping: Callable[[], bool],
        every: tuple[float, Callable[[], None]],
    ) -> Sent:
        """Send (delivery, mail) pairs until none is left or it is time to stop.

        every: a number of seconds, and what to do each time they have passed while mails are on their way.
        """
        sent = Sent()
        line = _Line(deque(mails), sent, self._send_log, self._pace, self._check, stopping)
        running = {self._threads.submit(_work, carrier, line) for carrier in self._carriers[: len(mails)]}
        seconds, act = every
        while running:
            finished, running = wait(running, timeout=seconds)
            for thread in finished:
                thread.result()
            if running:
                with self._check.paused():
                    act()
        return sent

    def close(self) -> None:
        """End every connection."""
        self._threads.shutdown()
        for carrier in self._carriers:
            carrier.close()


@dataclass
class _Line:
    """The wire of a batch: all connections take mails from it, and write the send log and the outcomes through it."""

    waiting: deque[tuple[int, OutgoingMessage]]
    sent: Sent
    send_log: SendLog
    pace: RateLimiter
    check: FinalCheck
    stopping: Callable[[], bool]

    def __post_init__(self) -> None:
        self.order = [delivery for delivery, _ in self.waiting]
        self.place = {delivery: place for place, delivery in enumerate(self.order)}

    def __iter__(self) -> Iterator[tuple[int, OutgoingMessage]]:
        while self.waiting and not self.sent.unreachable and not self.stopping():
            if not self.pace.permits(len(self.waiting), self.stopping):
                return
            try:
                mail = self.waiting.popleft()
            except IndexError:
                # Another connection took the last one.
                return
            # So that what the libraries log on the way has it, too. Each connection has a thread of its own.
            log_context.set_log_context(delivery=mail[0])
            yield mail

    def begin(self, deliveries: Collection[int]) -> set[int]:
        last = max(self.place[delivery] for delivery in deliveries)
        refused = self.check(deliveries, self.order[last + 1 : last + 1 + LOOKAHEAD])
        for delivery, outcome in refused.items():
            if outcome:
                self.end(delivery, outcome)
        going = {delivery for delivery in deliveries if delivery not in refused}
        try:
            for delivery in going:
                self.send_log.begin(delivery)
        except OSError as error:
            # No mail may go without a note of it: if the worker were killed, it would be sent again.
            logger.error("not sending: the send log in %s cannot be written: %s", self.send_log.path.parent, error)
            raise Unreachable from error
        return going

    def end(self, delivery: int, outcome: Outcome) -> None:
        self.send_log.end(delivery, outcome)
        self.sent.outcomes[delivery] = outcome
        if outcome.slower is not None:
            self.pace.slow_down(outcome.slower)


def _work(carrier: Transport, line: _Line) -> None:
    try:
        carrier.carry(line)
    except Unreachable:
        line.sent.unreachable = True
    finally:
        log_context.set_log_context(delivery=None)
