"""Several kept connections of one worker, and the mails of a batch shared out among them."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from digest.sending.journal import Journal
from digest.sending.outcome import Outcome
from digest.sending.pacing import Pace
from digest.sending.transports import Mail, Transport, Unreachable, transport


@dataclass
class Sent:
    """What became of a batch: outcomes by delivery; who is missing was not put on the wire."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    # Whoever takes our mail could not be reached: no use in going on now.
    unreachable: bool = False


class Lines:
    """So many connections, kept from batch to batch."""

    def __init__(self, number: int, journal: Journal, pace: Pace) -> None:
        self._journal, self._pace = journal, pace
        self._carriers = [transport() for _ in range(number)]
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="line")

    def send(
        self,
        mails: Sequence[tuple[int, Mail]],
        stopping: Callable[[], bool],
        every: tuple[float, Callable[[], None]],
    ) -> Sent:
        """Send (delivery, mail) pairs until none is left or it is time to stop.

        every: seconds, and what to do each time so many have passed while mails are on their way.
        """
        sent = Sent()
        line = _Line(deque(mails), sent, self._journal, self._pace, stopping)
        running = {self._threads.submit(_work, carrier, line) for carrier in self._carriers[: len(mails)]}
        seconds, act = every
        while running:
            done, running = wait(running, timeout=seconds)
            for thread in done:
                thread.result()
            if running:
                act()
        return sent

    def close(self) -> None:
        """End every connection."""
        self._threads.shutdown()
        for carrier in self._carriers:
            carrier.close()


@dataclass
class _Line:
    """The wire of a batch: all its connections take from it, and write the journal and the outcomes through it."""

    waiting: deque[tuple[int, Mail]]
    sent: Sent
    journal: Journal
    pace: Pace
    stopping: Callable[[], bool]

    def __iter__(self) -> Iterator[tuple[int, Mail]]:
        while self.waiting and not self.sent.unreachable and not self.stopping():
            if not self.pace.permits(len(self.waiting), self.stopping):
                return
            try:
                mail = self.waiting.popleft()
            except IndexError:
                # Another connection took the last one.
                return
            yield mail

    def begin(self, delivery: int) -> None:
        self.journal.begin(delivery)

    def end(self, delivery: int, outcome: Outcome) -> None:
        self.journal.end(delivery, outcome)
        self.sent.outcomes[delivery] = outcome
        if outcome.slower is not None:
            self.pace.slow_down(outcome.slower)


def _work(carrier: Transport, line: _Line) -> None:
    try:
        carrier.carry(line)
    except Unreachable:
        line.sent.unreachable = True
