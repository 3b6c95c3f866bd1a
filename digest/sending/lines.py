"""Several kept connections of one worker, and the mails of a batch shared out among them."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from digest.sending.journal import Journal
from digest.sending.outcome import Outcome
from digest.sending.transports import Mail, Transport, transport


@dataclass
class Sent:
    """What became of a batch: outcomes by delivery; who is missing was not put on the wire."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    # Whoever takes our mail could not be reached: no use in going on now.
    unreachable: bool = False


class Lines:
    """So many connections, kept from batch to batch."""

    def __init__(self, number: int, journal: Journal) -> None:
        self._journal = journal
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
        waiting, sent = deque(mails), Sent()
        running = {
            self._threads.submit(self._work, carrier, waiting, sent, stopping)
            for carrier in self._carriers[: len(mails)]
        }
        seconds, act = every
        while running:
            done, running = wait(running, timeout=seconds)
            for thread in done:
                thread.result()
            if running:
                act()
        return sent

    def _work(
        self,
        carrier: Transport,
        waiting: deque[tuple[int, Mail]],
        sent: Sent,
        stopping: Callable[[], bool],
    ) -> None:
        """Send what is waiting over one connection."""
        while waiting and not sent.unreachable and not stopping():
            try:
                delivery, mail = waiting.popleft()
            except IndexError:
                # Another line took the last one.
                return
            if unopened := carrier.open():
                sent.outcomes[delivery] = unopened
                sent.unreachable = True
                return
            self._journal.begin(delivery)
            outcome = carrier.send(mail)
            self._journal.end(delivery, outcome)
            sent.outcomes[delivery] = outcome

    def close(self) -> None:
        """End every connection."""
        self._threads.shutdown()
        for carrier in self._carriers:
            carrier.close()
