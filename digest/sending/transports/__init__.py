"""How a mail leaves the house: one small interface, and which of its forms the settings ask for."""

from typing import Protocol

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from digest.sending.outcome import Outcome
from digest.sending.transports.django_mail import BackendTransport
from digest.sending.transports.mail import Mail
from digest.sending.transports.smtp import SmtpTransport

__all__ = ["Mail", "Transport", "transport"]


class Transport(Protocol):
    """A kept connection to whoever takes our mail."""

    def open(self) -> Outcome | None:
        """Connect where that is needed; return the outcome for a mail that therefore could not be sent, or None."""

    def send(self, mail: Mail) -> Outcome:
        """Send one mail and return what became of it; never raises."""

    def close(self) -> None:
        """End the connection; the next mail opens a new one."""


def transport() -> Transport:
    """Return the transport for settings.EMAIL_BACKEND."""
    connection = get_connection()
    return SmtpTransport() if isinstance(connection, SmtpBackend) else BackendTransport(connection)
