"""SMTP over a kept connection, pipelined where the server offers it (RFC 2920)."""

import smtplib

from django.core.mail.backends.smtp import EmailBackend

from digest.sending.outcome import LostAnswer, Outcome, Verdict, of_error
from digest.sending.transports.mail import Mail

# Servers end long conversations; better we do, between two mails.
MAILS_PER_CONNECTION = 500


class _Pipelining(smtplib.SMTP):
    """smtplib's client, with the envelope of a mail in one write and an error that tells if the mail may be out."""

    def deliver(self, sender: str, recipient: str, content: bytes) -> None:
        """Hand over one mail. Raises smtplib's errors where it was not taken, LostAnswer where it may have been.

        content: the whole message, its lines ended by CR LF and dot-stuffed (RFC 5321, 4.5.2).
        """
        self.ehlo_or_helo_if_needed()
        commands = [f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"]
        if self.has_extn("pipelining"):
            self.send("".join(f"{command}\r\n" for command in commands))
            replies = [self.getreply() for _ in commands]
        else:
            replies = []
            for command in commands:
                self.putcmd(command)
                replies.append(self.getreply())
                if replies[-1][0] >= 400:  # noqa: PLR2004 - RFC 5321, 4.2.1
                    break
        self._check(sender, recipient, replies)
        try:
            self.send(content + b".\r\n")
            code, answer = self.getreply()
        except OSError as error:
            raise LostAnswer(str(error)) from error
        if code != 250:  # noqa: PLR2004
            raise smtplib.SMTPDataError(code, answer)

    def _check(self, sender: str, recipient: str, replies: list[tuple[int, bytes]]) -> None:
        """Raise for the first command that was refused, and leave the server ready for the next mail."""
        refused = next((index for index, (code, _) in enumerate(replies) if code >= 400 or code < 0), None)  # noqa: PLR2004
        if refused is None:
            return
        if len(replies) == 3 and replies[2][0] == 354:  # noqa: PLR2004
            # It wants the content all the same: end it at once (RFC 2920, 3.1).
            self.send(".\r\n")
            self.getreply()
        elif replies[refused][0] != 421:  # noqa: PLR2004 - 421 closes
            self.rset()
        code, answer = replies[refused]
        if refused == 0:
            raise smtplib.SMTPSenderRefused(code, answer, sender)
        if refused == 1:
            raise smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
        raise smtplib.SMTPDataError(code, answer)


class _PipeliningTls(_Pipelining, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class _Backend(EmailBackend):
    """Django's backend, for it knows how to connect, with our client."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _PipeliningTls if self.use_ssl else _Pipelining


class SmtpTransport:
    """One kept connection to an SMTP server."""

    def __init__(self) -> None:
        self._backend = _Backend()
        self._sent = 0

    def open(self) -> Outcome | None:
        """Connect where that is needed; return the outcome for a mail that therefore could not be sent, or None."""
        if self._sent >= MAILS_PER_CONNECTION:
            self.close()
        try:
            self._backend.open()
        except (OSError, ValueError) as error:
            return Outcome(Verdict.TEMPORARY, of_error(error).error)
        return None

    def send(self, mail: Mail) -> Outcome:
        """Send one mail and return what became of it; never raises."""
        try:
            self._deliver(mail.sender, mail.recipient, mail.wire())
        except smtplib.SMTPRecipientsRefused as error:
            return of_error(error)
        except Exception as error:  # noqa: BLE001 - the sending edge: recorded on the row
            self.close()
            return of_error(error)
        return Outcome(Verdict.SENT)

    def _deliver(self, sender: str, recipient: str, content: bytes) -> None:
        kept = self._sent > 0
        try:
            self._client.deliver(sender, recipient, content)
        except LostAnswer:
            raise
        except smtplib.SMTPServerDisconnected:
            if not kept:
                raise
            # The server had ended a connection that we kept, before it saw this mail.
            self.close()
            self._backend.open()
            self._client.deliver(sender, recipient, content)
        self._sent += 1

    @property
    def _client(self) -> _Pipelining:
        client = self._backend.connection
        assert isinstance(client, _Pipelining)  # noqa: S101 - open() came before
        return client

    def close(self) -> None:
        """End the connection; the next mail opens a new one."""
        self._sent = 0
        try:
            self._backend.close()
        except (OSError, smtplib.SMTPException):
            self._backend = _Backend()
