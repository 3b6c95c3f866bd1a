"""The interface of a mail that transports send."""

from typing import Protocol

from django.core.mail import EmailMultiAlternatives


class OutgoingMessage(Protocol):
    """One mail to one reader, in the form that its transport needs."""

    @property
    def sender(self) -> str:
        """The address it comes from."""

    @property
    def recipient(self) -> str:
        """The address it goes to."""

    def wire(self, end: bytes = b"") -> bytes:
        """Return the whole message as SMTP sends it: CR LF at each line's end, dot-stuffed, and then `end`."""

    def message(self) -> EmailMultiAlternatives:
        """Return the whole message for one of Django's mail backends."""
