"""Checking our key with the provider's API, by a call that sends nothing."""

import json
import sys

import botocore.exceptions
import pytest

from config import providers
from digest.health import provider_login
from tests.support.fake_tls import web_server

KEYS = {key: f"s3cret-{key.lower()}" for keys in providers.KEYS.values() for key in keys}


@pytest.fixture
def ask(settings):
    """Make a provider answer in some way; return the result and the requests it got."""

    def result_and_requests(provider, status, text="{}"):
        requests = []

        def answer(method, path, headers, body):
            requests.append((method, path, headers, body))
            return status, {}, text

        with web_server(answer) as port:
            address = f"http://127.0.0.1:{port}/v3"
            settings.MAIL_PROVIDER, settings.ANYMAIL = provider, {**KEYS, f"{provider.upper()}_API_URL": address}
            [result] = provider_login.provider_knows_our_key()
        assert "s3cret" not in result.summary + result.action
        return result, requests

    return result_and_requests


CALLS = {
    "brevo": "GET /v3/account",
    "mailersend": "GET /v3/api-quota",
    "mailgun": "GET /v4/domains/s3cret-mailgun_sender_domain",
    "mailjet": "GET /v3/REST/sender?Limit=1",
    "mandrill": "POST /v3/users/ping2",
    "postmark": "GET /v3/server",
    "resend": "GET /v3/domains",
    "scaleway": "GET /v3/domains?project_id=s3cret-scaleway_project_id&page_size=1",
    "sparkpost": "GET /v3/sending-domains",
}


@pytest.mark.parametrize("provider", sorted(CALLS))
def test_a_key_the_provider_accepts(ask, provider):
    result, [(method, path, headers, body)] = ask(provider, 200)

    assert result.verdict == "ok"
    assert f"{method} {path}" == CALLS[provider]
    assert any(word in str(headers) + body.decode() for word in ("s3cret", "Basic "))


@pytest.mark.parametrize(
    ("provider", "status", "text", "verdict", "word"),
    [
        ("postmark", 401, "{}", "bad", "refuses our key"),
        ("mandrill", 500, json.dumps({"name": "Invalid_Key"}), "bad", "refuses our key"),
        ("mailgun", 401, "Forbidden", "warn", "send-only keys"),
        ("resend", 401, json.dumps({"name": "restricted_api_key"}), "ok", "can only send"),
        ("resend", 401, json.dumps({"name": "missing_api_key"}), "bad", "refuses our key"),
        ("sparkpost", 403, "{}", "skipped", "can’t be checked without sending"),
        ("mailgun", 404, "{}", "bad", "doesn’t know our domain"),
        ("brevo", 429, "{}", "warn", "429"),
        ("brevo", 503, "{}", "warn", "503"),
    ],
)
def test_other_answers_from_providers(ask, *, provider, status, text, verdict, word):
    result, _ = ask(provider, status, text)

    assert (result.verdict, word in result.summary) == (verdict, True), result.summary


def test_a_provider_that_is_down(settings):
    settings.MAIL_PROVIDER, settings.ANYMAIL = "brevo", {**KEYS, "BREVO_API_URL": "http://127.0.0.1:1"}

    [result] = provider_login.provider_knows_our_key()

    assert (result.verdict, "doesn’t answer" in result.summary) == ("bad", True)


def test_every_provider_has_a_call():
    assert {*provider_login.API_PROBES, "amazon_ses"} == set(providers.KEYS)


@pytest.mark.parametrize(
    ("provider", "word"), [("smtp", "go out through a provider"), ("unheard-of", "without sending")]
)
def test_a_key_that_cannot_be_checked_is_skipped_with_an_explanation(settings, provider, word):
    settings.MAIL_PROVIDER = provider

    [result] = provider_login.provider_knows_our_key()

    assert (result.verdict, word in result.summary) == ("skipped", True)


def refusal(code):
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "arn:aws:iam::123"}}, "GetAccount")


@pytest.mark.parametrize(
    ("answer", "verdict", "word"),
    [
        ({"SendingEnabled": True, "ProductionAccessEnabled": True}, "ok", "accepts"),
        ({"SendingEnabled": False}, "bad", "paused"),
        ({"ProductionAccessEnabled": False}, "warn", "sandbox"),
        (refusal("AccessDeniedException"), "skipped", "without sending"),
        (refusal("UnrecognizedClientException"), "bad", "UnrecognizedClientException"),
        (botocore.exceptions.NoCredentialsError(), "bad", "NoCredentialsError"),
    ],
)
def test_amazon(settings, monkeypatch, answer, verdict, word):
    class Client:
        def get_account(self):
            if isinstance(answer, Exception):
                raise answer
            return answer

    import boto3  # noqa: PLC0415

    settings.MAIL_PROVIDER, settings.ANYMAIL = "amazon_ses", {}
    monkeypatch.setattr(boto3, "client", lambda *_, **__: Client())

    [result] = provider_login.provider_knows_our_key()

    assert "botocore.exceptions" in sys.modules
    assert (result.verdict, word in result.summary) == (verdict, True), result.summary
    assert "arn:" not in result.summary
