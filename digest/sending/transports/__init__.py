"""How a mail leaves the house: one small interface, and which of its forms the settings ask for."""

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from digest.sending.transports.django_mail import BackendTransport
from digest.sending.transports.mail import Mail
from digest.sending.transports.smtp import SmtpTransport
from digest.sending.transports.wire import Transport, Unreachable, Wire

__all__ = ["Mail", "Transport", "Unreachable", "Wire", "transport"]


def transport() -> Transport:
    """Return the transport for settings.EMAIL_BACKEND."""
    connection = get_connection()
    return SmtpTransport() if isinstance(connection, SmtpBackend) else BackendTransport(connection)
