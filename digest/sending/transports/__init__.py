"""How mail is sent: one small interface, and the implementation that the settings ask for."""

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from digest.sending.transports.batch import PROVIDERS, BatchTransport
from digest.sending.transports.django_mail import BackendTransport
from digest.sending.transports.mail import OutgoingMessage
from digest.sending.transports.smtp import SmtpTransport
from digest.sending.transports.wire import Connection, Transport, Unreachable

__all__ = ["Connection", "OutgoingMessage", "Transport", "Unreachable", "transport"]


def transport() -> Transport:
    """Return the transport for settings.EMAIL_BACKEND and settings.SEND_PER_CALL."""
    connection = get_connection()
    if isinstance(connection, SmtpBackend):
        return SmtpTransport()
    one = BackendTransport(connection)
    provider = PROVIDERS.get(str(getattr(connection, "esp_name", "")).lower())
    if provider and settings.SEND_PER_CALL > 1:
        return BatchTransport(one, provider, settings.SEND_PER_CALL)
    return one
