"""Which answers ask all of our mail to go slower, and not only this one to wait.

What is said of one recipient (a full mailbox, greylisting), or of the content of one mail, slows nobody else down.
"""

import math
import smtplib
import time
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import botocore.exceptions
import requests
from anymail.exceptions import AnymailAPIError

# RFC 5321, 4.2.3: the server closes the connection.
CLOSING = 421
# What a server says before it looks at a recipient, when we are too many or too fast for it.
BEFORE_A_RECIPIENT = {CLOSING, 450, 451, 452, 454}
# Amazon's words for it, which come with status 400 too (SES API, common errors).
THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "LimitExceededException"}


def slower(error: Exception) -> float | None:
    """Return how many seconds an error asks all mail to wait, 0 where it names none; None where it does not ask."""
    match error:
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPDataError():
            return 0.0 if is_closing(error) else None
        case smtplib.SMTPResponseException(smtp_code=code):
            return 0.0 if code in BEFORE_A_RECIPIENT else None
        case AnymailAPIError():
            return _of_provider(error)
    return None


def is_closing(error: Exception) -> bool:
    """Say whether a mail server closes the connection."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == CLOSING for code, _ in error.recipients.values())
    return getattr(error, "smtp_code", None) == CLOSING


def _of_provider(error: AnymailAPIError) -> float | None:
    cause = error.__cause__
    if isinstance(cause, botocore.exceptions.ClientError):
        return 0.0 if cause.response["Error"].get("Code") in THROTTLED else None
    asked = _retry_after(error.response)
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return asked or 0.0
    # "Unavailable" asks for a slower pace where it says until when.
    return asked if error.status_code == HTTPStatus.SERVICE_UNAVAILABLE else None


def _retry_after(response: requests.Response | None) -> float | None:
    """Return the seconds of a Retry-After (RFC 9110, 10.2.3), which may be a date; None where it says nothing."""
    text = response.headers.get("Retry-After", "").strip() if response is not None else ""
    try:
        seconds = float(text) if text[:1].isdecimal() else parsedate_to_datetime(text).timestamp() - time.time()
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
