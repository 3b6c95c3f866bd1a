"""What a transport and the rest of the house say to each other while mails go out."""

from collections.abc import Collection, Iterator
from typing import Protocol

from digest.sending.outcome import Outcome
from digest.sending.transports.mail import OutgoingMessage


class Unreachable(Exception):  # noqa: N818 - it says what is so
    """Whoever takes our mail could not be reached: no use in going on now."""


class Connection(Protocol):
    """What one connection is given to send, and where it tells what it does."""

    def __iter__(self) -> Iterator[tuple[int, OutgoingMessage]]:
        """Give (delivery, mail) pairs. What was begun must be ended; what was not begun waits for another time."""

    def begin(self, deliveries: Collection[int]) -> set[int]:
        """Hear that the contents of these mails go out now, and return which of them may: no other may go.

        Asked right before, for readers leave at any time. What may not go is ended already. Raises Unreachable, or an
        error of the database, where it cannot be told or noted: then none may go.
        """

    def end(self, delivery: int, outcome: Outcome) -> None:
        """Hear what became of a mail."""


class Transport(Protocol):
    """A kept connection to whoever takes our mail."""

    def carry(self, wire: Connection) -> None:
        """Send all that the wire gives, telling it of each mail; Unreachable where nobody answers, else no error."""

    def close(self) -> None:
        """End the connection; the next mail opens a new one."""
