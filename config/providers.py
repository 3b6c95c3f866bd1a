"""Mail providers and the settings each needs."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config import env

# Anymail's own settings; in the environment each is called ANYMAIL_<name>.
KEYS: dict[str, set[str]] = {
    "postmark": {"POSTMARK_SERVER_TOKEN"},
    "mailgun": {"MAILGUN_API_KEY", "MAILGUN_SENDER_DOMAIN", "MAILGUN_WEBHOOK_SIGNING_KEY"},
    "amazon_ses": {"AMAZON_SES_WEBHOOK_TOPIC"},
    "resend": {"RESEND_API_KEY", "RESEND_SIGNING_SECRET"},
    "brevo": {"BREVO_API_KEY"},
    "mailjet": {"MAILJET_API_KEY", "MAILJET_SECRET_KEY"},
    "sparkpost": {"SPARKPOST_API_KEY"},
    "mandrill": {"MANDRILL_API_KEY", "MANDRILL_WEBHOOK_KEY"},
    "mailersend": {"MAILERSEND_API_TOKEN", "MAILERSEND_SIGNING_SECRET"},
    "scaleway": {"SCALEWAY_SECRET_KEY", "SCALEWAY_PROJECT_ID"},
}
# The settings that verify a provider's reports; any one is enough. If all are empty, no report is accepted. Scaleway
# sends no reports that Anymail reads.
PROOFS: dict[str, tuple[str, ...]] = {
    "amazon_ses": ("WEBHOOK_SECRET",),
    "brevo": ("WEBHOOK_SECRET",),
    "mailersend": ("MAILERSEND_SIGNING_SECRET",),
    # Accounts from before 2020 sign with the API key.
    "mailgun": ("MAILGUN_WEBHOOK_SIGNING_KEY", "MAILGUN_API_KEY"),
    "mailjet": ("WEBHOOK_SECRET",),
    "mandrill": ("MANDRILL_WEBHOOK_KEY",),
    "postmark": ("WEBHOOK_SECRET",),
    "resend": ("RESEND_SIGNING_SECRET", "WEBHOOK_SECRET"),
    "sparkpost": ("WEBHOOK_SECRET",),
}
# Those that accept many different digests in one call: see digest.sending.transports.batch.
BATCH_PROVIDERS = ("brevo", "mailgun", "sparkpost")


def anymail(provider: str, timeout: int) -> dict[str, Any]:
    """Return Anymail's settings for a provider, from the environment; raise ImproperlyConfigured if a key is missing.

    timeout: seconds to wait for an answer.
    """
    keys = KEYS[provider]
    for name in sorted(name for name in keys if "WEBHOOK" not in name and "SIGNING" not in name):
        env.required(f"ANYMAIL_{name}", f"the value {provider} gave you")
    names = (*sorted(keys), f"{provider.upper()}_API_URL")
    options: dict[str, Any] = {name: value for name in names if (value := env.text(f"ANYMAIL_{name}"))}
    if provider == "amazon_ses":
        try:
            import botocore.config  # noqa: PLC0415 - 13 MB that only its users need
        except ImportError:
            raise ImproperlyConfigured(
                "MAIL_PROVIDER: amazon_ses needs extra packages. Install requirements/ses.txt (see docs/running.md), "
                "or build the image with --build-arg EXTRA=ses"
            ) from None

        # botocore retries by itself, even after an answer was lost: that would send a second copy.
        options["AMAZON_SES_CLIENT_PARAMS"] = {
            "config": botocore.config.Config(
                retries={"total_max_attempts": 1}, connect_timeout=timeout, read_timeout=timeout
            )
        }
    return options


def check_batch_size(digests: int, provider: str) -> None:
    """Raise ImproperlyConfigured if a provider does not accept this many digests in one call (SEND_PER_CALL)."""
    if digests > 1 and provider not in BATCH_PROVIDERS:
        takers = ", ".join(BATCH_PROVIDERS)
        message = f"SEND_PER_CALL in the environment: expected 1, unless MAIL_PROVIDER is one of {takers}"
        raise ImproperlyConfigured(message)


def missing_proof(provider: str, settings: dict[str, Any]) -> str:
    """Return the variable that is missing for verifying a provider's reports; "" if none is.

    settings: Anymail's.
    """
    proofs = PROOFS.get(provider, ())
    return "" if not proofs or any(settings.get(name) for name in proofs) else f"ANYMAIL_{proofs[0]}"
