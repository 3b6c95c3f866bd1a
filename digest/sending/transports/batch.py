"""Anymail, one call for many digests: for providers that fill in the fields of a body that comes with the call.

The body is nothing but fields, and each reader's fields hold their whole digest. The only providers here are those that
insert a field's markup unchanged, and accept headers and metadata for each reader.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from anymail.message import AnymailMessage
from django.core.mail import EmailMultiAlternatives

from digest.sending.outcome import Outcome, Verdict, of_error
from digest.sending.transports.django_mail import BackendTransport, outcome_of
from digest.sending.transports.mail import OutgoingMessage
from digest.sending.transports.wire import Connection, Unreachable


class Provider(NamedTuple):
    """How a provider's fields are written, and how many readers and bytes of fields one call may have."""

    subject: str
    text: str
    html: str
    readers: int
    size: int


PROVIDERS = {
    # All parameters of a call together: 1000 KB. Its variables are escaped unless told otherwise.
    # https://developers.brevo.com/docs/batch-send-transactional-emails
    "brevo": Provider(
        "{% autoescape off %}{{ params.subject }}{% endautoescape %}",
        "{% autoescape off %}{{ params.text }}{% endautoescape %}",
        "{% autoescape off %}{{ params.html }}{% endautoescape %}",
        readers=1000,
        size=900_000,
    ),
    # A message may have 25 MB.
    # https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending
    "mailgun": Provider("%recipient.subject%", "%recipient.text%", "%recipient.html%", readers=1000, size=20_000_000),
    # Three braces insert a value unescaped. https://developers.sparkpost.com/api/template-language/
    "sparkpost": Provider("{{{subject}}}", "{{{text}}}", "{{{html}}}", readers=2000, size=15_000_000),
}


class Addressed(NamedTuple):
    """A mail of a call, and the message it would be on its own."""

    delivery: int
    mail: OutgoingMessage
    message: EmailMultiAlternatives

    @property
    def fields(self) -> dict[str, str]:
        """The values of the reader's fields."""
        html, _ = self.message.alternatives[0]
        return {"subject": str(self.message.subject), "text": str(self.message.body), "html": str(html)}

    @property
    def size(self) -> int:
        """The bytes of its fields."""
        return sum(len(value.encode()) for value in self.fields.values())


class BatchTransport:
    """One kept connection to a provider that accepts many digests per call."""

    def __init__(self, one: BackendTransport, provider: Provider, most: int) -> None:
        self._one, self._provider = one, provider
        self._most = min(most, provider.readers)

    def carry(self, wire: Connection) -> None:
        """Send call after call. Raises Unreachable if no one answers."""
        for call in self._calls(wire):
            try:
                self._one.open()
            except Exception as error:
                # Whatever a backend raises here, no mail has left. One counts as tried; the others wait.
                wire.end(call[0].delivery, Outcome(Verdict.TEMPORARY, of_error(error).error))
                raise Unreachable from error
            self._send(call, wire)

    def close(self) -> None:
        """End the connection; the next call opens a new one."""
        self._one.close()

    def _calls(self, wire: Connection) -> Iterator[list[Addressed]]:
        """Take mails from the wire call by call: as many as one may have, and no address twice."""
        call: list[Addressed] = []
        size, addresses = 0, set[str]()
        for delivery, mail in wire:
            next_one = Addressed(delivery, mail, mail.message())
            address, its_size = mail.recipient.casefold(), next_one.size
            if call and (size + its_size > self._provider.size or address in addresses):
                yield call
                call, size, addresses = [], 0, set[str]()
            call.append(next_one)
            size += its_size
            addresses.add(address)
            if len(call) >= self._most:
                yield call
                call, size, addresses = [], 0, set[str]()
        if call:
            yield call

    def _send(self, call: Sequence[Addressed], wire: Connection) -> None:
        """Send one call, with those of its mails that may still go, and report the outcome of each."""
        going = wire.begin([mail.delivery for mail in call])
        call = [mail for mail in call if mail.delivery in going]
        if not call:
            return
        outcomes = self._outcomes(call)
        if outcomes is None:
            # Find the mail because of which the provider refused the whole call: nothing of it was accepted.
            half = len(call) // 2
            self._send(call[:half], wire)
            self._send(call[half:], wire)
            return
        for delivery, outcome in outcomes.items():
            wire.end(delivery, outcome)

    def _outcomes(self, call: Sequence[Addressed]) -> dict[int, Outcome] | None:
        """Send one call; return the outcome of each of its mails, or None if one of them got them all refused."""
        if len(call) == 1:
            return {call[0].delivery: self._one.send(call[0].mail)}
        message, error = merged(call, self._provider), None
        try:
            self._one.open()
            self._one.connection.send_messages([message])
        except Exception as raised:  # noqa: BLE001 - the sending edge: recorded on the rows
            self._one.close()
            error = of_error(raised)
        answers = message.anymail_status.recipients or {}
        if error and not answers:
            if error.verdict == Verdict.PERMANENT:
                return None
            return dict.fromkeys((mail.delivery for mail in call), error)
        return {mail.delivery: _outcome(answers.get(mail.mail.recipient)) for mail in call}


def merged(call: Sequence[Addressed], provider: Provider) -> AnymailMessage:
    """Return the one message of a call, with what is each reader's own in their fields, headers and metadata."""
    first = call[0].message
    shared = dict(set(first.extra_headers.items()).intersection(*(mail.message.extra_headers.items() for mail in call)))
    message = AnymailMessage(
        subject=provider.subject,
        body=provider.text,
        from_email=first.from_email,
        to=[mail.mail.recipient for mail in call],
        reply_to=first.reply_to or None,
        headers={name: value for name, value in first.extra_headers.items() if name in shared},
    )
    message.attach_alternative(provider.html, "text/html")
    message.tags = getattr(first, "tags", [])
    message.merge_data = {mail.mail.recipient: mail.fields for mail in call}
    message.merge_metadata = {mail.mail.recipient: getattr(mail.message, "metadata", {}) for mail in call}
    message.merge_headers = {
        mail.mail.recipient: {name: value for name, value in mail.message.extra_headers.items() if name not in shared}
        for mail in call
    }
    return message


def _outcome(answer: object) -> Outcome:
    """Return the outcome of what the provider said about one reader."""
    status, message_id = getattr(answer, "status", None), getattr(answer, "message_id", None)
    return outcome_of({status} if status else {"unknown"}, message_id)
