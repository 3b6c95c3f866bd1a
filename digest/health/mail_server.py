"""Sign in to the mail server, and leave without sending a mail."""

import smtplib
import ssl
from collections.abc import Iterable, Iterator

from django.conf import settings

from digest.health.result import CheckResult, Reporter

SMTP_REPORTER = Reporter("mail server")

SMTP_TIMEOUT_SECONDS = 8
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
MEND = "Fix EMAIL_URL: see docs/settings.md."


def mail_server_lets_us_in() -> Iterable[CheckResult]:
    """Send EHLO, STARTTLS, AUTH and NOOP, as far as EMAIL_URL asks for them, then QUIT."""
    if settings.MAIL_PROVIDER != "smtp":
        yield SMTP_REPORTER.skipped(f"Email goes out through {settings.MAIL_PROVIDER}, not SMTP.")
        return
    try:
        yield from _conversation()
    except ssl.SSLCertVerificationError as error:
        yield SMTP_REPORTER.bad(
            f"Its certificate is refused: {error.verify_message}.", "Use the name in the certificate, or renew it."
        )
    except ssl.SSLError:
        yield SMTP_REPORTER.bad(
            "It doesn’t support TLS on this port.", "Use smtp+ssl:// on port 465, or smtp+tls:// on 587."
        )
    except smtplib.SMTPNotSupportedError:
        yield SMTP_REPORTER.bad("It doesn’t offer STARTTLS or a way to sign in.", MEND)
    except smtplib.SMTPAuthenticationError as error:
        # The server's text may repeat the user name: only the code is safe.
        yield SMTP_REPORTER.bad(f"It refuses the user name and password ({error.smtp_code}).", MEND)
    except smtplib.SMTPResponseException as error:
        yield SMTP_REPORTER.bad(f"It answers {error.smtp_code}.", "Check the mail server’s log.")
    except (smtplib.SMTPException, OSError) as error:
        yield SMTP_REPORTER.bad(
            f"It doesn’t answer: {type(error).__name__}.",
            "Are the host and port right? Many hosters block port 25: use 587 or 465.",
        )


def _conversation() -> Iterator[CheckResult]:
    with _connected() as server:
        server.ehlo()
        if settings.EMAIL_USE_TLS:
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if settings.EMAIL_HOST_USER:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        code, _ = server.noop()
    if code != 250:  # noqa: PLR2004 - RFC 5321, 4.1.1.9
        yield SMTP_REPORTER.bad(f"It answers {code} to NOOP.", "Check the mail server’s log.")
    elif not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in LOCAL_HOSTS):
        yield SMTP_REPORTER.warn(
            "Email and the password are sent to it unencrypted.", "Use smtp+tls:// or smtp+ssl://."
        )
    else:
        yield SMTP_REPORTER.ok(
            "Signing in works." if settings.EMAIL_HOST_USER else "It answers and doesn’t need a password."
        )


def _connected() -> smtplib.SMTP:
    if settings.EMAIL_USE_SSL:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=SMTP_TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=SMTP_TIMEOUT_SECONDS)
