"""The checks of this service's settings in `manage.py check --deploy`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from config import providers

# One of your own, plus a content delivery network or a load balancer with its own proxy.
USUAL_PROXIES = 3
WHERE = "See “Mail providers” in docs/running.md."


@register(Tags.security, deploy=True)
def reports_can_be_believed(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Check that reports can be verified as coming from the mail provider."""
    provider, given = settings.MAIL_PROVIDER, settings.ANYMAIL
    messages: list[CheckMessage] = []
    secret = given.get("WEBHOOK_SECRET", "")
    if secret and not all(secret.partition(":")):
        messages.append(
            Error(
                "ANYMAIL_WEBHOOK_SECRET must be a user name and a password, as in user:password.",
                WHERE,
                id="digest.E002",
            )
        )
    if missing := providers.missing_proof(provider, given):
        messages.append(Error(f"{missing} isn’t set, so reports from {provider} are refused.", WHERE, id="digest.E001"))
    elif (proof := providers.PROOFS.get(provider, ("",))[0]) and not given.get(proof):
        # Another proof is set, but it is weaker.
        messages.append(
            checks.Warning(
                f"ANYMAIL_{proof} isn’t set, although {provider} can sign its reports.", WHERE, id="digest.W001"
            )
        )
    return messages


@register(Tags.security, deploy=True)
def visitors_can_be_told_apart(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Check that visitors' addresses are read from what the proxy in front of us writes."""
    if settings.DEBUG or not settings.SITE_URL.startswith("https://"):
        return []
    if settings.PROXY_COUNT > USUAL_PROXIES:
        return [
            checks.Warning(
                f"PROXY_COUNT is {settings.PROXY_COUNT}. With fewer proxies, visitors can fake their address.",
                "Count your proxies that add to X-Forwarded-For. manage.py doctor does it for you.",
                id="digest.W003",
            )
        ]
    if settings.PROXY_COUNT:
        return []
    return [
        checks.Warning(
            "PROXY_COUNT is 0, but https needs a proxy: all visitors count as one network and share its limits.",
            "Set it to how many of your proxies add to X-Forwarded-For, usually 1. See docs/running.md.",
            id="digest.W002",
        )
    ]
