"""The interface between a transport and the rest of the service while mails go out."""

from collections.abc import Collection, Iterator
from typing import Protocol

from digest.sending.outcome import Outcome
from digest.sending.transports.mail import OutgoingMessage


class Unreachable(Exception):  # noqa: N818 - it says what is so
    """The mail server or provider could not be reached: no use in going on now."""


class Connection(Protocol):
    """What one connection is given to send, and where it reports what it does."""

    def __iter__(self) -> Iterator[tuple[int, OutgoingMessage]]:
        """Yield (delivery, mail) pairs. A mail that was begun must be ended; one that was not waits for later."""

    def begin(self, deliveries: Collection[int]) -> set[int]:
        """Note that the contents of these mails go out now, and return which of them may: no other may go.

        Called right before, because readers leave at any time. Mails that may not go are already ended. Raises
        Unreachable, or a database error, if it cannot be checked or noted: then none may go.
        """

    def end(self, delivery: int, outcome: Outcome) -> None:
        """Note the outcome of a mail."""


class Transport(Protocol):
    """A kept connection to a mail server or provider."""

    def carry(self, wire: Connection) -> None:
        """Send all that the wire gives, reporting each mail to it. Raises only Unreachable, if no one answers."""

    def close(self) -> None:
        """End the connection; the next mail opens a new one."""
