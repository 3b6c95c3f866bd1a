"""Any of Django's mail backends: Anymail's and the outbox."""

from collections.abc import Collection

import requests
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from digest.sending.outcome import Outcome, Verdict, of_error
from digest.sending.transports.mail import OutgoingMessage
from digest.sending.transports.payloads import serialise_fast
from digest.sending.transports.session import Session
from digest.sending.transports.wire import Connection, Unreachable

# Anymail's words for a recipient the provider did not accept.
NOT_TAKEN = {"invalid", "rejected", "failed"}


class BackendTransport:
    """One kept connection of a mail backend."""

    def __init__(self, connection: BaseEmailBackend) -> None:
        self.connection = connection
        serialise_fast(connection)

    def carry(self, wire: Connection) -> None:
        """Send mail after mail, one call each. Raises Unreachable if no one answers."""
        for delivery, mail in wire:
            try:
                self.open()
            except Exception as error:
                # Whatever a backend raises here, no mail has left.
                wire.end(delivery, Outcome(Verdict.TEMPORARY, of_error(error).error))
                raise Unreachable from error
            if wire.begin([delivery]):
                wire.end(delivery, self.send(mail))

    def open(self) -> None:
        """Open the connection if it is closed."""
        if self.connection.open() and isinstance(
            session := getattr(self.connection, "session", None), requests.Session
        ):
            own = Session.like(session, str(vars(self.connection).get("api_url", "")))
            setattr(self.connection, "session", own)  # noqa: B010 - Anymail's backends over HTTP have one

    def send(self, mail: OutgoingMessage) -> Outcome:
        """Send one mail; return its outcome."""
        try:
            message = mail.message()
            self.open()
            self.connection.send_messages([message])
        except Exception as error:  # noqa: BLE001 - the sending edge: recorded on the row
            self.close()
            return of_error(error)
        status = getattr(message, "anymail_status", None)
        # There is no status if Anymail did not send it.
        return outcome_of(status.status, status.message_id) if status else Outcome(Verdict.SENT)

    def close(self) -> None:
        """End the connection; the next mail opens a new one."""
        try:
            self.connection.close()
        except Exception:  # noqa: BLE001 - it is gone already
            self.connection = get_connection()
            serialise_fast(self.connection)


def outcome_of(status: Collection[str] | None, message_id: object) -> Outcome:
    """Return what Anymail's words for a provider's answer mean."""
    words = set(status or ())
    if words and words <= NOT_TAKEN:
        return Outcome(Verdict.PERMANENT, f"the provider's answer: {', '.join(sorted(words))}")
    if words == {"unknown"} and not message_id:
        return Outcome(Verdict.UNCERTAIN, "the provider's answer does not say whether it accepted the email")
    return Outcome(Verdict.SENT, provider_id=str(message_id or ""))
