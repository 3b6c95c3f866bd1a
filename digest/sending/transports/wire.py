"""What a transport and the rest of the house say to each other while mails go out."""

from collections.abc import Iterator
from typing import Protocol

from digest.sending.outcome import Outcome
from digest.sending.transports.mail import Mail


class Unreachable(Exception):  # noqa: N818 - it says what is so
    """Whoever takes our mail could not be reached: no use in going on now."""


class Wire(Protocol):
    """What one connection is given to send, and where it tells what it does."""

    def __iter__(self) -> Iterator[tuple[int, Mail]]:
        """Give (delivery, mail) pairs. What was begun must be ended; what was not begun waits for another time."""

    def begin(self, delivery: int) -> None:
        """Hear that the content of a mail goes out now: from here on it may be taken."""

    def end(self, delivery: int, outcome: Outcome) -> None:
        """Hear what became of a mail."""


class Transport(Protocol):
    """A kept connection to whoever takes our mail."""

    def carry(self, wire: Wire) -> None:
        """Send all that the wire gives, telling it of each mail; Unreachable where nobody answers, else no error."""

    def close(self) -> None:
        """End the connection; the next mail opens a new one."""
