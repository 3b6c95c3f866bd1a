"""Try our key on the provider's API, with a call that reads something and sends nothing."""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import NamedTuple, Protocol
from urllib.parse import quote, urljoin

import httpx
from django.conf import settings

from digest.health.result import CheckResult, Reporter
from digest.sending.amazon_errors import answer_of, is_amazon

PROVIDER = Reporter("mail provider")

API_TIMEOUT_SECONDS = 8
NEW_KEY = "Copy the key from the provider’s site again, and set it: see docs/settings.md."
LOOK = "Check the provider’s status page, and whether this machine can reach it."

Keys = Mapping[str, str]


class ApiCall(NamedTuple):
    """A call that only reads: a path below the API's address, and how the key is passed."""

    path: str
    headers: Mapping[str, str] = {}
    auth: tuple[str, str] | None = None
    # What to post, if the API has no GET for it.
    json: Mapping[str, str] | None = None


class ApiProbe(Protocol):
    """The call to make to one provider, given Anymail's settings."""

    def __call__(self, keys: Keys) -> ApiCall:
        """Return the call."""


def _bearer(path: str, key: str) -> ApiProbe:
    return lambda keys: ApiCall(path, {"Authorization": f"Bearer {keys[key]}"})


# The usual address of each API, and a read call from its documentation.
API_PROBES: dict[str, tuple[str, ApiProbe]] = {
    "brevo": ("https://api.brevo.com/v3/", lambda keys: ApiCall("account", {"api-key": keys["BREVO_API_KEY"]})),
    "mailersend": ("https://api.mailersend.com/v1/", _bearer("api-quota", "MAILERSEND_API_TOKEN")),
    "mailgun": (
        "https://api.mailgun.net/v3/",
        lambda keys: ApiCall(
            f"../v4/domains/{quote(keys['MAILGUN_SENDER_DOMAIN'], safe='')}", auth=("api", keys["MAILGUN_API_KEY"])
        ),
    ),
    "mailjet": (
        "https://api.mailjet.com/v3.1/",
        lambda keys: ApiCall("../v3/REST/sender?Limit=1", auth=(keys["MAILJET_API_KEY"], keys["MAILJET_SECRET_KEY"])),
    ),
    "mandrill": (
        "https://mandrillapp.com/api/1.0/",
        lambda keys: ApiCall("users/ping2", json={"key": keys["MANDRILL_API_KEY"]}),
    ),
    "postmark": (
        "https://api.postmarkapp.com/",
        lambda keys: ApiCall(
            "server", {"X-Postmark-Server-Token": keys["POSTMARK_SERVER_TOKEN"], "Accept": "application/json"}
        ),
    ),
    "resend": ("https://api.resend.com/", _bearer("domains", "RESEND_API_KEY")),
    "scaleway": (
        "https://api.scaleway.com/transactional-email/v1alpha1/regions/fr-par/",
        lambda keys: ApiCall(
            f"domains?project_id={quote(keys['SCALEWAY_PROJECT_ID'], safe='')}&page_size=1",
            {"X-Auth-Token": keys["SCALEWAY_SECRET_KEY"]},
        ),
    ),
    "sparkpost": (
        "https://api.sparkpost.com/api/v1/",
        lambda keys: ApiCall("sending-domains", {"Authorization": keys["SPARKPOST_API_KEY"]}),
    ),
}
# What an API answers if the key is good but may only send.
SENDING_ONLY = ("restricted_api_key",)


def provider_knows_our_key() -> Iterable[CheckResult]:
    """Make a small request to the provider's API."""
    provider = settings.MAIL_PROVIDER
    if provider in {"smtp", "outbox"}:
        yield PROVIDER.skipped("Email doesn’t go out through a provider.")
    elif provider == "amazon_ses":
        yield from _amazon()
    elif provider in API_PROBES:
        usual, question = API_PROBES[provider]
        address = settings.ANYMAIL.get(f"{provider.upper()}_API_URL") or usual
        try:
            yield _verdict(provider, _ask(address, question(settings.ANYMAIL)))
        except httpx.HTTPError as error:
            yield PROVIDER.bad(f"{provider} doesn’t answer: {type(error).__name__}.", LOOK)
    else:
        yield PROVIDER.skipped(f"The {provider} key can’t be checked without sending.")


def _ask(address: str, question: ApiCall) -> httpx.Response:
    url = urljoin(address.rstrip("/") + "/", question.path)
    with httpx.Client(timeout=API_TIMEOUT_SECONDS, auth=question.auth, headers=dict(question.headers)) as client:
        return client.get(url) if question.json is None else client.post(url, json=dict(question.json))


def _verdict(provider: str, answer: httpx.Response) -> CheckResult:
    status = answer.status_code
    if answer.is_success:
        return PROVIDER.ok(f"{provider} accepts our key.")
    if any(word in answer.text for word in SENDING_ONLY):
        return PROVIDER.ok(f"{provider} accepts our key, which can only send.")
    if status == HTTPStatus.UNAUTHORIZED or "Invalid_Key" in answer.text:
        hint = " It refuses send-only keys here, too." if provider == "mailgun" else ""
        report = PROVIDER.warn if provider == "mailgun" else PROVIDER.bad
        return report(f"{provider} refuses our key ({status}).{hint}", NEW_KEY)
    if status == HTTPStatus.FORBIDDEN:
        return PROVIDER.skipped(
            f"{provider} doesn’t let our key read anything ({status}), so it can’t be checked without sending.",
            "Allow the key to read the account, if you want it checked.",
        )
    if status == HTTPStatus.NOT_FOUND:
        return PROVIDER.bad(f"{provider} doesn’t know our domain or project (404).", NEW_KEY)
    return PROVIDER.warn(f"{provider} answers {status}.", LOOK)


def _amazon() -> Iterator[CheckResult]:
    import boto3  # noqa: PLC0415 - 13 MB that only its users need

    try:
        account = boto3.client("sesv2", **settings.ANYMAIL.get("AMAZON_SES_CLIENT_PARAMS", {})).get_account()
    except Exception as error:
        if not is_amazon(error, "BotoCoreError", "ClientError"):
            raise
        code = str(answer_of(error).get("Error", {}).get("Code", type(error).__name__))
        if "AccessDenied" in code:
            yield PROVIDER.skipped(
                "amazon_ses doesn’t let our key read anything, so it can’t be checked without sending.",
                "Allow ses:GetAccount, if you want it checked.",
            )
        else:
            yield PROVIDER.bad(f"amazon_ses refuses: {code}.", "Set AWS_ACCESS_KEY_ID, its secret and the region.")
        return
    if not account.get("SendingEnabled", True):
        yield PROVIDER.bad("Amazon has paused sending for this account.", "Read Amazon’s email and answer it.")
    elif not account.get("ProductionAccessEnabled", True):
        yield PROVIDER.warn("The account is in the sandbox.", "Ask Amazon for production access.")
    else:
        yield PROVIDER.ok("amazon_ses accepts our key.")
