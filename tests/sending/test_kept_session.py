"""A provider's kept session: what a later request of it says and means is what a first one would."""

import re
import socket

import pytest
import requests

from digest.sending.outcome import Verdict
from digest.sending.transports import transport
from digest.sending.transports.session import Session
from tests.support.fake_provider import fake_provider
from tests.support.transport import PlainMail, send_over_one

pytestmark = pytest.mark.storeless

KEYS = {"API_KEY": "k", "API_TOKEN": "k", "SECRET_KEY": "k", "SERVER_TOKEN": "k", "SENDER_DOMAIN": "example.org"}
# One that is sent JSON with a key among its headers, one that is sent a form and a password, one with other addresses.
PROVIDERS = ["postmark", "mailgun", "brevo"]


@pytest.fixture
def provider():
    with fake_provider() as provider:
        yield provider


def through(name, provider, settings, patience=20):
    """Return the transport of a provider, which has so many seconds to answer."""
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    settings.ANYMAIL = {f"{name.upper()}_{key}": value for key, value in KEYS.items()}
    settings.ANYMAIL |= {f"{name.upper()}_API_URL": provider.url, "REQUESTS_TIMEOUT": patience}
    return transport()


def arrived(provider):
    """Return each request as its path, headers and body, without what marks the parts of a form."""
    for (path, body), headers in zip(provider.requests, provider.received, strict=True):
        boundary = re.search("boundary=(\\w+)", headers["Content-Type"])
        mark = boundary[1] if boundary else "no boundary"
        plain = {name: value.replace(mark, "") for name, value in headers.items()}
        yield path, plain, body.replace(mark.encode(), b"")


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_later_request_arrives_like_the_first(name, provider, settings):
    carrier = through(name, provider, settings)

    outcomes = send_over_one(carrier, *[PlainMail("Zürich → 東京 🙂")] * 3)

    assert [outcome.verdict for outcome in outcomes] == [Verdict.SENT] * 3
    first, second, third = arrived(provider)
    assert first == second == third
    carrier.close()


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_request_has_a_body_of_its_own(name, provider, settings):
    carrier = through(name, provider, settings)

    send_over_one(carrier, *[PlainMail(f"Digest {number}!" * number, recipient=f"r{number}@a.io") for number in (1, 9)])

    first, second = [body for _, _, body in arrived(provider)]
    assert b"Digest 1!" in first
    assert b"r1@a.io" in first
    assert b"Digest 9!" * 9 in second
    assert b"r9@a.io" in second
    carrier.close()


def test_a_later_answer_that_comes_too_late_leaves_the_mail_uncertain(provider, settings):
    carrier = through("postmark", provider, settings, patience=0.5)
    send_over_one(carrier, PlainMail())
    provider.delay = 1

    assert send_over_one(carrier, PlainMail())[0].verdict == Verdict.UNCERTAIN
    carrier.close()


def test_a_provider_that_is_gone_has_accepted_nothing(settings):
    with fake_provider() as provider:
        carrier = through("postmark", provider, settings)
        send_over_one(carrier, PlainMail())
        provider.headers["Connection"] = "close"
        send_over_one(carrier, PlainMail())

    assert send_over_one(carrier, PlainMail())[0].verdict == Verdict.TEMPORARY
    carrier.close()


def test_a_later_request_follows_a_redirection(provider):
    with Session.like(requests.Session(), provider.url) as session:
        provider.headers["Location"] = "/emails"
        for number in range(3):
            provider.answers += [(307, "")] * 2 * (number == 1)
            answer = session.request("POST", f"{provider.url}/messages", data=f"mail {number}", timeout=5)
            assert answer.status_code == 200

    assert [body for path, body in provider.requests if path == "/emails"] == [b"mail 1"]
    assert provider.requests[-1] == ("/messages", b"mail 2")


def test_what_is_different_is_prepared_anew(provider):
    with Session.like(requests.Session(), provider.url) as session:
        for key, path in [("a", "/emails"), ("b", "/emails"), ("b", "/messages"), ("b", "/messages")]:
            session.request("POST", provider.url + path, data="mail", headers={"X-Key": key}, auth=("api", key))
        session.request("POST", f"{provider.url}/messages", data="mail")

    assert [path for path, _ in provider.requests] == ["/emails"] * 2 + ["/messages"] * 3
    assert [headers.get("X-Key") for headers in provider.received] == ["a", "b", "b", "b", None]
    authorised = [headers.get("Authorization") for headers in provider.received]
    assert authorised[1] == authorised[2] == authorised[3] != authorised[0]
    assert authorised[4] is None


def test_what_watches_the_answers_sees_each(provider):
    watched, other = [], requests.Session()
    other.hooks["response"].append(lambda response, **_: watched.append(response.status_code))
    with Session.like(other, provider.url) as session:
        for _ in range(3):
            session.request("POST", f"{provider.url}/emails", data="mail", timeout=5)

    assert watched == [200, 200, 200]


def test_certificates_are_checked_as_requests_checks_them(monkeypatch):
    seen = []
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "cert_verify", lambda *args: seen.append(args[2:4]))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"https://127.0.0.1:{closed.getsockname()[1]}/"
    with Session.like(requests.Session(), address) as session:
        for _ in range(2):
            with pytest.raises(requests.ConnectionError):
                session.request("POST", address, data="mail", timeout=1)

    assert seen == [(address, session.verify)]
