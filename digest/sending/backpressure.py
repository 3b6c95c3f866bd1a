"""Backpressure: which responses ask all of our mail to slow down, and not only this one to wait.

A response about one recipient (full mailbox, greylisting) or about the content of one mail slows no other mail down.
"""

import smtplib
from http import HTTPStatus

from anymail.exceptions import AnymailAPIError

from digest.sending.amazon_errors import answer_of, is_amazon
from digest.sources.http import retry_after

# RFC 5321, 4.2.3: the server closes the connection.
CLOSING = 421
# What a server answers before it looks at a recipient, when we are too many or too fast for it.
BEFORE_A_RECIPIENT = {CLOSING, 450, 451, 452, 454}
# Amazon's codes for it, which also come with status 400 (SES API, common errors).
THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "LimitExceededException"}


def slower(error: Exception) -> float | None:
    """Return how many seconds an error asks all mail to wait, 0 if it names no time; None if it does not ask."""
    match error:
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPDataError():
            return 0.0 if is_closing(error) else None
        case smtplib.SMTPResponseException(smtp_code=code):
            return 0.0 if code in BEFORE_A_RECIPIENT else None
        case AnymailAPIError():
            return _of_provider(error)
    return None


def is_closing(error: Exception) -> bool:
    """Return whether the mail server is closing the connection."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == CLOSING for code, _ in error.recipients.values())
    return getattr(error, "smtp_code", None) == CLOSING


def _of_provider(error: AnymailAPIError) -> float | None:
    cause = error.__cause__
    if is_amazon(cause, "ClientError"):
        return 0.0 if answer_of(cause)["Error"].get("Code") in THROTTLED else None
    # The throttle decides how long we wait at most.
    seconds = retry_after(error.response.headers.get("Retry-After")) if error.response is not None else None
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return seconds or 0.0
    # "Unavailable" asks for a slower pace if it says until when.
    return seconds if error.status_code == HTTPStatus.SERVICE_UNAVAILABLE else None
