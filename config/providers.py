"""The mail providers that need settings alone: what each wants to be told."""

from typing import Any

import botocore.config

from config import env

# Anymail's own settings; in the environment each is called ANYMAIL_<name>.
KEYS: dict[str, set[str]] = {
    "postmark": {"POSTMARK_SERVER_TOKEN"},
    "mailgun": {"MAILGUN_API_KEY", "MAILGUN_SENDER_DOMAIN", "MAILGUN_WEBHOOK_SIGNING_KEY"},
    "amazon_ses": set(),
    "resend": {"RESEND_API_KEY"},
    "brevo": {"BREVO_API_KEY"},
    "mailjet": {"MAILJET_API_KEY", "MAILJET_SECRET_KEY"},
    "sparkpost": {"SPARKPOST_API_KEY"},
    "mandrill": {"MANDRILL_API_KEY", "MANDRILL_WEBHOOK_KEY"},
    "mailersend": {"MAILERSEND_API_TOKEN", "MAILERSEND_SIGNING_SECRET"},
    "scaleway": {"SCALEWAY_SECRET_KEY", "SCALEWAY_PROJECT_ID"},
}
# Those that take many different digests in one call: see digest.sending.transports.batch.
MANY_A_CALL = ("brevo", "mailgun", "sparkpost")


def anymail(provider: str, timeout: int) -> dict[str, Any]:
    """Return Anymail's settings for a provider, from the environment; ImproperlyConfigured where a key is missing.

    timeout: seconds to wait for an answer.
    """
    keys = KEYS[provider]
    for name in sorted(name for name in keys if "WEBHOOK" not in name and "SIGNING" not in name):
        env.required(f"ANYMAIL_{name}", f"the value {provider} gave you")
    names = (*sorted(keys), f"{provider.upper()}_API_URL", "WEBHOOK_SECRET")
    found: dict[str, Any] = {name: value for name in names if (value := env.text(f"ANYMAIL_{name}"))}
    if provider == "amazon_ses":
        # botocore tries again by itself, also after an answer that was lost: that would be a second copy.
        found["AMAZON_SES_CLIENT_PARAMS"] = {
            "config": botocore.config.Config(
                retries={"total_max_attempts": 1}, connect_timeout=timeout, read_timeout=timeout
            )
        }
    return found
