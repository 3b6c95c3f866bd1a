"""Our own site as others reach it: a test web server with a certificate stands in for proxy and service."""

import json

import pytest
from django.test import Client

from digest.health import own_site, proxy_count
from tests.support.factories import NOON
from tests.support.fake_tls import web_server

PAGE = "<title>Daily Papers</title>"
POLICY = {"Content-Security-Policy": "default-src 'self'"}


@pytest.fixture
def serve(settings, authority):
    """Make the site answer in some way and return the one result of a check."""

    def result_of(report, check, answer, days=90, host="localhost"):
        with web_server(answer, authority.context(host, days)) as port:
            settings.SITE_URL = f"https://localhost:{port}"
            [result] = own_site.over_https(report, check)()
        assert "127.0.0.1" not in result.summary + result.action
        return result

    return result_of


def always(status, text="", headers=None):
    return lambda *_: (status, headers or {}, text)


# --- Certificate ---


@pytest.mark.parametrize(
    ("days", "verdict", "word"), [(90, "ok", "90 more days"), (10, "warn", "left: 10"), (2, "bad", "left: 2")]
)
def test_the_days_left_on_the_certificate(serve, days, verdict, word):
    result = serve(own_site.CERTIFICATE_REPORTER, own_site.certificate_is_valid, always(200), days=days)

    assert (result.verdict, word in result.summary) == (verdict, True), result.summary


@pytest.mark.parametrize(
    ("days", "host", "word"), [(-1, "localhost", "expired"), (90, "elsewhere.example.org", "mismatch")]
)
def test_a_certificate_that_browsers_refuse(serve, days, host, word):
    result = serve(own_site.CERTIFICATE_REPORTER, own_site.certificate_is_valid, always(200), days=days, host=host)

    assert (result.verdict, word in result.summary) == ("bad", True), result.summary


def test_a_certificate_from_an_unknown_authority(serve, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    result = serve(own_site.CERTIFICATE_REPORTER, own_site.certificate_is_valid, always(200))

    assert (result.verdict, "Browsers refuse it" in result.summary) == ("bad", True)


@pytest.mark.parametrize(
    ("report", "check"),
    [
        (own_site.CERTIFICATE_REPORTER, own_site.certificate_is_valid),
        (own_site.UNSUBSCRIBE, own_site.unsubscribing_works),
        (own_site.PROXIES, own_site.proxies_are_counted),
    ],
)
def test_a_site_that_is_down(settings, report, check):
    settings.SITE_URL = "https://localhost:1"

    [result] = own_site.over_https(report, check)()

    assert (result.verdict, "doesn’t answer" in result.summary) == ("bad", True)


def test_without_https_the_check_is_skipped(settings):
    settings.SITE_URL = "http://localhost:8000"

    [result] = own_site.over_https(own_site.PROXIES, own_site.proxies_are_counted)()

    assert result.verdict == "skipped"


# --- Webhook ---


@pytest.mark.parametrize(
    ("status", "verdict"), [(400, "ok"), (401, "ok"), (200, "bad"), (301, "bad"), (403, "bad"), (404, "bad")]
)
def test_what_the_webhook_answers_to_a_report_without_proof(settings, serve, status, verdict):
    settings.MAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": "user:password"}
    requests = []

    def answer(method, path, *_):
        requests.append((method, path))
        return status, {}, ""

    result = serve(own_site.WEBHOOK, own_site.webhook_is_guarded, answer)

    assert result.verdict == verdict
    assert requests == [("POST", "/anymail/postmark/tracking/")]
    assert "password" not in result.summary


def test_our_own_webhook_refuses_a_report_without_proof(settings, client):
    for provider in own_site.providers.PROOFS:
        settings.MAIL_PROVIDER = provider
        settings.ANYMAIL = {"WEBHOOK_SECRET": "user:password", own_site.providers.PROOFS[provider][0]: "u:p"}
        path = "/anymail/mandrill/" if provider == "mandrill" else f"/anymail/{provider}/tracking/"

        assert client.post(path, "{}", content_type="application/json").status_code in own_site.REFUSALS, provider


def test_a_webhook_without_its_secret_is_bad_without_sending_a_request(settings):
    settings.MAIL_PROVIDER, settings.ANYMAIL = "postmark", {}

    [result] = own_site.webhook_is_guarded()

    assert (result.verdict, "ANYMAIL_WEBHOOK_SECRET isn’t set" in result.summary) == ("bad", True)


def test_a_mail_server_has_no_webhook(settings):
    settings.MAIL_PROVIDER = "smtp"

    [result] = own_site.webhook_is_guarded()

    assert result.verdict == "skipped"


# --- The List-Unsubscribe link ---


def test_our_own_answer_to_a_one_click_for_no_one_is_recognised(serve, client):
    def answer(method, path, _, body):
        response = Client(enforce_csrf_checks=True).generic(method, path, body, "application/x-www-form-urlencoded")
        return response.status_code, dict(response.items()), response.content.decode()

    assert serve(own_site.UNSUBSCRIBE, own_site.unsubscribing_works, answer).verdict == "ok"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (always(301, headers={"Location": "https://example.org/"}), "redirects"),
        (always(404, "nginx"), "Something else answers (404)"),
        (always(403, PAGE, POLICY), "(403)"),
        (always(502), "(502)"),
    ],
)
def test_what_keeps_a_one_click_request_from_the_service(serve, answer, word):
    result = serve(own_site.UNSUBSCRIBE, own_site.unsubscribing_works, answer)

    assert (result.verdict, word in result.summary) == ("bad", True), result.summary


# --- Proxies ---


def through(*proxies, keeps=True):
    """The service behind proxies that add the address they see; the first one may drop the header it got."""

    def answer(method, path, headers, _):
        chain = [headers["X-Forwarded-For"]] if keeps else []
        seen = ", ".join([*chain, *proxies])
        response = Client().generic(method, path, headers={"x-forwarded-for": seen} if seen else {})
        return response.status_code, {}, response.content.decode()

    return answer


@pytest.mark.parametrize(
    ("count", "answer", "verdict", "action"),
    [
        (1, through("203.0.113.9"), "ok", ""),
        (2, through("203.0.113.9", "192.0.2.9"), "ok", ""),
        (1, through("203.0.113.9", keeps=False), "ok", ""),
        (0, through("203.0.113.9"), "bad", "PROXY_COUNT=1"),
        (1, through("203.0.113.9", "192.0.2.9"), "bad", "PROXY_COUNT=2"),
        (2, through("203.0.113.9"), "bad", "PROXY_COUNT=1"),
        (1, through(), "bad", "PROXY_COUNT=0"),
        (0, through(), "warn", "PROXY_COUNT=1"),
        (1, always(404), "warn", "SECRET_KEY"),
        (1, always(200, "hello"), "warn", "SECRET_KEY"),
        (1, always(200, json.dumps([1])), "warn", "SECRET_KEY"),
    ],
)
def test_proxies_are_counted(settings, serve, *, count, answer, verdict, action):
    settings.PROXY_COUNT = count

    result = serve(own_site.PROXIES, own_site.proxies_are_counted, answer)

    assert (result.verdict, action in result.action) == (verdict, True), result


def test_the_answer_contains_only_counts(settings, client):
    settings.PROXY_COUNT = 1
    probe = proxy_count.probe()

    answer = client.get(f"/healthz/forwarded/{probe.token}", headers={"x-forwarded-for": f"{probe.address}, 192.0.2.1"})

    assert answer.json() == {"added": 1, "expected": 1}
    assert "no-store" in answer["Cache-Control"]


def test_no_one_else_gets_an_answer(client, time_machine):
    time_machine.move_to(NOON)
    assert client.get("/healthz/forwarded/nonsense").status_code == 404
    token = proxy_count.probe().token
    assert client.get(f"/healthz/forwarded/{token}x").status_code == 404
    assert client.post(f"/healthz/forwarded/{token}").status_code == 405
    time_machine.shift(proxy_count.GOOD_FOR_SECONDS + 1)
    assert client.get(f"/healthz/forwarded/{token}").status_code == 404
