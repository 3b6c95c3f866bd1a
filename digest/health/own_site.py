"""Check our own site as others reach it: the webhook, the List-Unsubscribe link, the certificate, the proxies."""

import ssl
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils.html import escape

from config import providers
from digest.health import proxy_count
from digest.health.result import CheckResult, Reporter
from digest.health.tls import CertificateError, days_left

WEBHOOK, UNSUBSCRIBE = Reporter("webhook"), Reporter("unsubscribe link")
CERTIFICATE_REPORTER, PROXIES = Reporter("certificate"), Reporter("proxies")

SITE_TIMEOUT_SECONDS = 8
# Let's Encrypt renews a month before the end: with two weeks left, renewal has been failing for two weeks.
FEW_DAYS, TOO_FEW_DAYS = 14, 3
REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}
REACH = (
    "Does SITE_URL reach the service, from this machine too? A web server with a single worker can’t answer its own "
    "request. In that case, run manage.py doctor."
)


def over_https(report: Reporter, check: Callable[[], Iterable[CheckResult]]) -> Callable[[], Iterator[CheckResult]]:
    """Return a check that is skipped if SITE_URL is not https, and that reports an unreachable site in one line."""

    def examine() -> Iterator[CheckResult]:
        if not settings.SITE_URL.startswith("https://"):
            yield report.skipped("SITE_URL isn’t https, so this is only a trial setup.")
            return
        try:
            yield from check()
        except httpx.HTTPError as error:
            yield report.bad(f"The site doesn’t answer at its own address: {type(error).__name__}.", REACH)

    return examine


def webhook_is_guarded() -> Iterator[CheckResult]:
    """Post a report without any proof to our own webhook, which must exist and refuse it."""
    provider = settings.MAIL_PROVIDER
    if provider not in providers.PROOFS:
        yield WEBHOOK.skipped(f"{provider} doesn’t send reports.")
        return
    if missing := providers.missing_proof(provider, settings.ANYMAIL):
        yield WEBHOOK.bad(
            f"{missing} isn’t set, so all reports are refused.", "See “Mail providers” in docs/running.md."
        )
        return
    name, values = ("mandrill_webhook", []) if provider == "mandrill" else ("webhook", [provider])
    status = _ask("POST", reverse(name, args=values), json={}).status_code
    match status:
        case _ if status in REFUSALS:
            yield WEBHOOK.ok(f"It answers and refuses unverified reports ({status}).")
        case HTTPStatus.FORBIDDEN:
            yield WEBHOOK.bad(
                "The web server refuses all reports (403).",
                "Does it have the same variables as this command? Restart it. Or does a proxy in front block them?",
            )
        case HTTPStatus.OK:
            yield WEBHOOK.bad("It accepts an unverified report.", "Something else answers there. Check the proxy.")
        case _:
            yield WEBHOOK.bad(
                f"A report gets {status} instead of 400.",
                f"Pass /anymail/ through to the service. Its MAIL_PROVIDER must be {provider}.",
            )


def unsubscribing_works() -> Iterator[CheckResult]:
    """Post to the List-Unsubscribe address as mail services do, with a token that belongs to no one."""
    answer = _ask("POST", reverse("unsubscribe", args=["nobody:doctor"]), data={"List-Unsubscribe": "One-Click"})
    if answer.status_code == HTTPStatus.NOT_FOUND and _is_ours(answer):
        yield UNSUBSCRIBE.ok("It works over https with one click.")
    elif answer.is_redirect:
        yield UNSUBSCRIBE.bad(
            "It redirects, which RFC 8058 doesn’t allow.", "Set SITE_URL to the address it redirects to."
        )
    else:
        yield UNSUBSCRIBE.bad(
            f"Something else answers ({answer.status_code}).",
            "Pass everything under SITE_URL through to the service, including POST without a cookie.",
        )


def certificate_is_valid() -> Iterator[CheckResult]:
    """Open a TLS connection to the web server as a browser does, and read how long the certificate is valid."""
    parts = urlsplit(settings.SITE_URL)
    try:
        days = days_left(str(parts.hostname), parts.port or 443, SITE_TIMEOUT_SECONDS)
    except CertificateError as error:
        yield CERTIFICATE_REPORTER.bad(
            f"Browsers refuse it: {error}.", "Renew it, with the full chain up to a known root."
        )
        return
    except (OSError, ssl.SSLError) as error:
        yield CERTIFICATE_REPORTER.bad(f"The web server doesn’t answer: {type(error).__name__}.", REACH)
        return
    action = "Find out why it wasn’t renewed: Caddy’s log, or certbot renew --dry-run."
    if days < TOO_FEW_DAYS:
        yield CERTIFICATE_REPORTER.bad(f"Days left: {days}.", action)
    elif days < FEW_DAYS:
        yield CERTIFICATE_REPORTER.warn(f"Days left: {days}.", action)
    else:
        yield CERTIFICATE_REPORTER.ok(f"Valid for {days} more days.")


def proxies_are_counted() -> Iterator[CheckResult]:
    """Send ourselves a made-up X-Forwarded-For, and compare what the proxies added to it with PROXY_COUNT."""
    probe = proxy_count.probe()
    answer = _ask("GET", reverse("forwarded", args=[probe.token]), headers={proxy_count.HEADER: probe.address})
    try:
        body = answer.json() if answer.status_code == HTTPStatus.OK else {}
        added, expected = int(body["added"]), int(body["expected"])
    except (ValueError, LookupError, TypeError):
        yield PROXIES.warn(
            f"The service didn’t recognise our own request ({answer.status_code}).",
            "Give the web server the same SECRET_KEY and the same version as this command, and restart it.",
        )
        return
    if added > expected:
        yield PROXIES.bad(
            f"PROXY_COUNT is {expected}, but {added} add to X-Forwarded-For, so all visitors count as one.",
            f"Set PROXY_COUNT={added}, if they’re all yours.",
        )
    elif added < expected:
        yield PROXIES.bad(
            f"PROXY_COUNT is {expected}, but {added} add to X-Forwarded-For, so visitors can fake their address.",
            f"Set PROXY_COUNT={added}, or let each proxy add the address it sees.",
        )
    elif not added:
        yield PROXIES.warn(
            "Nothing adds to X-Forwarded-For, so all visitors count as one network.",
            "Have the proxy in front add the address it sees, and set PROXY_COUNT=1.",
        )
    else:
        yield PROXIES.ok(f"{added} in front of the service, matching PROXY_COUNT.")


def _ask(method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> httpx.Response:
    with httpx.Client(timeout=SITE_TIMEOUT_SECONDS, headers={"User-Agent": "daily-papers doctor"}) as client:
        return client.request(method, f"{settings.SITE_URL}{path}", headers=headers, **content)


def _is_ours(answer: httpx.Response) -> bool:
    """Return whether the service answered, not a proxy in its place: all its pages have our policy."""
    return "content-security-policy" in answer.headers and escape(settings.SITE_NAME) in answer.text
