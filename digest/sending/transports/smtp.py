"""SMTP over a kept connection, pipelined if the server offers it (RFC 2920)."""

import smtplib
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from digest.sending.backpressure import is_closing
from digest.sending.outcome import SENT, LostAnswer, Outcome, Verdict, of_error
from digest.sending.transports.mail import OutgoingMessage
from digest.sending.transports.wire import Connection, Unreachable

# Servers end long conversations; it is better if we do, between two mails.
MAILS_PER_CONNECTION = 500
END_OF_MAIL = b".\r\n"
# What follows the code in the last line of a reply (RFC 5321, 4.2.1); lines longer than this are left to smtplib.
SPACE, LONGEST_REPLY = ord(" "), 1000


@dataclass(frozen=True, eq=False)
class Envelope:
    """The addresses that a mail comes from and goes to."""

    sender: str
    recipient: str

    @property
    def commands(self) -> bytes:
        """The lines that come before the content (RFC 5321, 3.3)."""
        return f"MAIL FROM:<{self.sender}>\r\nRCPT TO:<{self.recipient}>\r\nDATA\r\n".encode()


class _Pipelining(smtplib.SMTP):
    """smtplib's client, with few round trips and an error that tells if the mail may be out.

    If the server pipelines, the content of a mail and the envelope of the next one go out in one write, as RFC 2920,
    3.1, allows: one round trip per mail.
    """

    # The envelope that was sent ahead; its replies are still to be read.
    _ahead: Envelope | None = None

    def connect(self, *address: Any, **more: Any) -> tuple[int, bytes]:
        """Connect without Nagle's algorithm (RFC 896), which holds back the end of an email until its start arrived.

        Over TLS an email is several records, and servers may confirm the first only after 40 ms.
        """
        answer = super().connect(*address, **more)
        if self.sock:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return answer

    def deliver(self, envelope: Envelope, content: Callable[[bytes], bytes], following: Envelope | None) -> None:
        """Hand over one mail. Raises smtplib's errors if it was not accepted, LostAnswer if it may have been.

        content: returns the whole message, its lines ended by CR LF and dot-stuffed (RFC 5321, 4.5.2), followed by the
        bytes that it is given.
        following: the envelope of the next mail, if there is one.
        """
        self.ehlo_or_helo_if_needed()
        pipelining = self.has_extn("pipelining")
        replies = self._pipelined(envelope) if pipelining else self._one_by_one(envelope)
        self._check(envelope, replies)
        if pipelining and following:
            whole = content(END_OF_MAIL + following.commands)
            self._ahead = following
        else:
            whole = content(END_OF_MAIL)
        try:
            self.send(whole)
            code, answer = self._reply()
        except OSError as error:
            raise LostAnswer(str(error)) from error
        if code != 250:  # noqa: PLR2004
            raise smtplib.SMTPDataError(code, answer)

    def waits_for(self, envelope: Envelope) -> bool:
        """Return whether an envelope was sent ahead, so that the server waits for the content that belongs to it."""
        return self._ahead is envelope

    def _pipelined(self, envelope: Envelope) -> list[tuple[int, bytes]]:
        ahead, self._ahead = self._ahead, None
        if ahead is not envelope:
            self.send(envelope.commands)
        return [self._reply() for _ in range(3)]

    def _reply(self) -> tuple[int, bytes]:
        """Return what `getreply` does; a reply of one line, as nearly all are, is read without its overhead."""
        if not (replies := self.file):
            return self.getreply()
        try:
            buffered = replies.peek()
        except OSError:
            # `getreply` tries again, and says what is wrong.
            return self.getreply()
        end = buffered.find(b"\n")
        if not 4 < end < LONGEST_REPLY or buffered[3] != SPACE or not buffered[:3].isdigit():  # noqa: PLR2004
            return self.getreply()
        replies.read(end + 1)
        return int(buffered[:3]), buffered[4:end].strip()

    def _one_by_one(self, envelope: Envelope) -> list[tuple[int, bytes]]:
        replies = []
        for command in envelope.commands.splitlines(keepends=True):
            self.send(command)
            replies.append(self.getreply())
            if replies[-1][0] >= 400:  # noqa: PLR2004 - RFC 5321, 4.2.1
                break
        return replies

    def _check(self, envelope: Envelope, replies: list[tuple[int, bytes]]) -> None:
        """Raise for the first command that was refused, and leave the server ready for the next mail."""
        refused = next((index for index, (code, _) in enumerate(replies) if code >= 400 or code < 0), None)  # noqa: PLR2004
        if refused is None:
            return
        if len(replies) == 3 and replies[2][0] == 354:  # noqa: PLR2004
            # It still wants the content: end it at once (RFC 2920, 3.1).
            self.send(".\r\n")
            self.getreply()
        elif replies[refused][0] != 421:  # noqa: PLR2004 - 421 closes
            self.rset()
        code, answer = replies[refused]
        if refused == 0:
            raise smtplib.SMTPSenderRefused(code, answer, envelope.sender)
        if refused == 1:
            raise smtplib.SMTPRecipientsRefused({envelope.recipient: (code, answer)})
        raise smtplib.SMTPDataError(code, answer)


class _PipeliningTls(_Pipelining, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class _Backend(EmailBackend):
    """Django's backend, because it knows how to connect, with our client."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _PipeliningTls if self.use_ssl else _Pipelining


class SmtpTransport:
    """One kept connection to an SMTP server."""

    def __init__(self) -> None:
        self._backend = _Backend()
        self._sent = 0

    def carry(self, wire: Connection) -> None:
        """Send mail after mail. Raises Unreachable if no one answers."""
        mails = ((delivery, mail, Envelope(mail.sender, mail.recipient)) for delivery, mail in wire)
        following = next(mails, None)
        while following:
            (delivery, mail, envelope), following = following, next(mails, None)
            try:
                self._open()
            except (OSError, ValueError) as error:
                wire.end(delivery, replace(of_error(error), verdict=Verdict.TEMPORARY))
                raise Unreachable from error
            try:
                going = wire.begin([delivery])
            except Exception:
                self._drop()
                raise
            if going:
                wire.end(delivery, self._send(envelope, mail, following[2] if following else None))
            elif self._client.waits_for(envelope):
                # Ending it with a dot would send an empty mail.
                self._drop()

    def _open(self) -> None:
        if self._sent >= MAILS_PER_CONNECTION:
            self.close()
        self._backend.open()

    def _send(self, envelope: Envelope, mail: OutgoingMessage, following: Envelope | None) -> Outcome:
        try:
            self._deliver(envelope, mail, following)
        except smtplib.SMTPRecipientsRefused as error:
            return self._outcome(error)
        except Exception as error:  # noqa: BLE001 - the sending edge: recorded on the row
            outcome = self._outcome(error)
            self._drop()
            return outcome
        return SENT

    def _outcome(self, error: Exception) -> Outcome:
        outcome = of_error(error)
        if self._sent and is_closing(error):
            # This connection has had its share, or grown old. If we are too fast, a new one will be told, too.
            return replace(outcome, slower=None)
        return outcome

    def _deliver(self, envelope: Envelope, mail: OutgoingMessage, following: Envelope | None) -> None:
        is_reused = self._sent > 0
        if self._sent + 1 >= MAILS_PER_CONNECTION:
            following = None
        try:
            self._client.deliver(envelope, mail.wire, following)
        except LostAnswer:
            raise
        except smtplib.SMTPServerDisconnected:
            if not is_reused:
                raise
            # The server had ended our kept connection before it saw this mail.
            self._drop()
            self._backend.open()
            self._client.deliver(envelope, mail.wire, following)
        self._sent += 1

    @property
    def _client(self) -> _Pipelining:
        client = self._backend.connection
        assert isinstance(client, _Pipelining)  # noqa: S101 - open() came before
        return client

    def _drop(self) -> None:
        """Hang up without a command: the server may be waiting for a mail's content, and would take it for that."""
        self._sent = 0
        if self._backend.connection:
            self._backend.connection.close()
            self._backend.connection = None

    def close(self) -> None:
        """End the connection; the next mail opens a new one."""
        self._sent = 0
        try:
            self._backend.close()
        except (OSError, smtplib.SMTPException):
            self._backend = _Backend()
