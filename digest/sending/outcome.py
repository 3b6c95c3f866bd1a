"""The outcome of one attempt to send, from the errors of SMTP servers and providers."""

import re
import smtplib
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

import requests
from anymail.exceptions import AnymailAPIError, AnymailError
from urllib3.exceptions import NewConnectionError, SSLError

from digest.sending.amazon_errors import answer_of, is_amazon
from digest.sending.backpressure import THROTTLED, slower


class Verdict(StrEnum):
    """What to do next."""

    SENT = "sent"
    # Not accepted, and worth another try.
    TEMPORARY = "temporary"
    # Not accepted, and it never will be.
    PERMANENT = "permanent"
    # Perhaps accepted: another try could be a second copy.
    UNCERTAIN = "uncertain"
    # No one to send to any more.
    CANCELLED = "cancelled"
    # Its edition was halted, or taken back, before the mail went on the wire.
    HELD = "held"


# The verdicts on mails that never went on the wire.
KEPT_OFF = {Verdict.CANCELLED, Verdict.HELD}


# The reply within the text of an error, as the send log keeps it: smtplib's errors print as tuples of code and bytes.
REPLY = re.compile(
    r"SMTP(RecipientsRefused|SenderRefused|DataError): .{0,400}?\((\d{3}), b(['\"])(.*?)(?<!\\)\3[,)]", re.DOTALL
)


@dataclass(frozen=True)
class Outcome:
    """The verdict with its evidence."""

    verdict: Verdict
    error: str = ""
    provider_id: str = ""
    # "Slower", said to all of our mail: the seconds to wait, 0 if no time was given; None if it was not said.
    slower: float | None = None

    @property
    def refusal(self) -> str:
        """The mail server's reply if it refused the mail for good: code, then text; "" if it did not."""
        reply = REPLY.match(self.error) if self.verdict == Verdict.PERMANENT else None
        if not reply:
            return ""
        # What is said about the sender must not be mistaken for something about the reader.
        return f"{'MAIL FROM: ' if reply[1] == 'SenderRefused' else ''}{reply[2]} {reply[4]}"


# Accepted, without further information.
SENT = Outcome(Verdict.SENT)


# Answers after which the provider may have accepted the mail all the same (RFC 9110, 15.6.3 and 15.6.5).
PERHAPS_TAKEN = {502, 504}
# Answers that say "not now" (RFC 6585, 4; RFC 9110, 15.5.9 and 15.6.4), and those that are about our account
# (RFC 9110, 15.5.2 to 15.5.4) and not about this mail: someone will fix it.
NOT_NOW = {401, 402, 403, 408, 425, 429, 500, 503}


class LostAnswer(smtplib.SMTPServerDisconnected):
    """The whole mail was handed over and the server's answer never came: it may have been accepted."""


def of_error(error: Exception) -> Outcome:
    """Return the outcome that an exception of a mail backend means."""
    return Outcome(_verdict(error), _words(error), slower=slower(error))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]


def _verdict(error: Exception) -> Verdict:  # noqa: PLR0911 - a table with patterns for keys
    match error:
        case LostAnswer():
            return Verdict.UNCERTAIN
        case smtplib.SMTPRecipientsRefused(recipients=refusals):
            return _of_codes([code for code, _ in refusals.values()])
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            # About our account, not about this mail: someone will fix it.
            return Verdict.TEMPORARY
        case smtplib.SMTPResponseException(smtp_code=code):
            return _of_codes([code])
        case smtplib.SMTPNotSupportedError():
            return Verdict.PERMANENT
        case AnymailAPIError():
            return _of_provider(error)
        case OSError():
            # No one answered, or the outbox's disk is full.
            return Verdict.TEMPORARY
        case AnymailError():
            # The address is refused, or the mail cannot be expressed in the provider's terms.
            return Verdict.PERMANENT
    return Verdict.TEMPORARY


def _of_codes(codes: list[int]) -> Verdict:
    """Return the verdict for reply codes: 5yz is permanent, 4yz temporary (RFC 5321, 4.2.1)."""
    return Verdict.PERMANENT if codes and all(code >= 500 for code in codes) else Verdict.TEMPORARY  # noqa: PLR2004


def _of_provider(error: AnymailAPIError) -> Verdict:
    match error.__cause__:
        case cause if is_amazon(cause, "BotoCoreError", "ClientError"):
            return _of_amazon(error)
        case requests.ConnectTimeout():
            return Verdict.TEMPORARY
        case requests.Timeout():
            return Verdict.UNCERTAIN
        case requests.ConnectionError() as cause:
            return Verdict.TEMPORARY if _never_connected(cause) else Verdict.UNCERTAIN
    return _of_status(error.status_code)


def _of_amazon(error: AnymailAPIError) -> Verdict:
    cause = error.__cause__
    if is_amazon(cause, "ConnectTimeoutError", "EndpointConnectionError", "NoCredentialsError"):
        return Verdict.TEMPORARY
    if is_amazon(cause, "ReadTimeoutError"):
        return Verdict.UNCERTAIN
    if is_amazon(cause, "ClientError"):
        throttled = answer_of(cause)["Error"].get("Code") in THROTTLED
        return Verdict.TEMPORARY if throttled else _of_status(_amazon_status(cause))
    return _of_status(error.status_code)


def _of_status(status: int | None) -> Verdict:
    if status is None or status in PERHAPS_TAKEN or status < HTTPStatus.BAD_REQUEST:
        # An answer that cannot be read, perhaps to a mail that was accepted.
        return Verdict.UNCERTAIN
    return Verdict.TEMPORARY if status in NOT_NOW else Verdict.PERMANENT


def _amazon_status(error: BaseException | None) -> int | None:
    status: int | None = answer_of(error).get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status


def _never_connected(error: requests.ConnectionError) -> bool:
    """Return whether no connection was made, so that nothing can have been accepted."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError | SSLError)
