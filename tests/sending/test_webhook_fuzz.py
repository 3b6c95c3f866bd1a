"""Whatever is posted to a webhook, it never causes a server error."""

import json
import random

import pytest

from digest.models import Event
from digest.sending.webhooks import sns
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber
from tests.support.webhook_posts import (
    ALL_SECRETS,
    PASSWORD,
    PROVIDERS_WITH_WEBHOOKS,
    address,
    amazons_key,
    post,
    report_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def amazons_certificate(monkeypatch):
    monkeypatch.setattr(sns, "public_key", lambda _: amazons_key().public_key())


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber("ada@example.org"), make_edition(make_paper()), status="sent")


def choose(settings, provider, **options):
    settings.MAIL_PROVIDER, settings.ANYMAIL = provider, options


LEAVES = [None, True, 0, -1, 1e308, 10**30, "", "x", "\x00", "\ud800", "ä" * 300, [], {}, [[]], {"": None}, "NaN"]
BODIES = [
    b"",
    b"\xff\xfe\x00",
    b"null",
    b"[]",
    b"{}",
    b'"x"',
    b"1",
    b"NaN",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"1" * 5000,
    b'{"msys": {}}',
    b"mandrill_events=[",
    b"mandrill_events=%FF&a=" + b"b" * 1000,
    b"&".join(b"a%d=1" % number for number in range(1500)),
    b"--x\r\n",
]
TYPES = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json; charset=nonsense",
    "application/json; charset=utf-16",
    "x",
    "",
]


@pytest.mark.parametrize("provider", PROVIDERS_WITH_WEBHOOKS)
def test_nothing_a_stranger_posts_causes_a_server_error(client, settings, provider):
    client.raise_request_exception = False
    for options in ({}, ALL_SECRETS):
        choose(settings, provider, **options)
        for body in BODIES:
            for content_type in TYPES:
                for headers in ({}, {"Authorization": "Basic %%%"}, {"Authorization": "x"}):
                    answer = client.generic("POST", address(provider), body, content_type, headers=headers)
                    assert answer.status_code in {400, 401, 403, 413}, (body[:40], content_type, headers)
    assert not Event.objects.exists()


@pytest.mark.parametrize("provider", PROVIDERS_WITH_WEBHOOKS)
def test_no_body_posted_with_the_password_causes_a_server_error(client, settings, provider):
    client.raise_request_exception = False
    choose(settings, provider, **ALL_SECRETS)
    for body in BODIES:
        for content_type in TYPES:
            answer = client.generic("POST", address(provider), body, content_type, headers=PASSWORD)
            assert answer.status_code in {200, 400, 413}, (body[:40], content_type)


@pytest.mark.parametrize("provider", PROVIDERS_WITH_WEBHOOKS)
def test_nothing_the_provider_posts_causes_a_server_error(client, settings, delivery, provider):
    """Each value of a report is removed and replaced in turn, with all signatures valid."""
    client.raise_request_exception = False
    choose(settings, provider, **ALL_SECRETS)
    report = report_of(provider, delivery)
    chance = random.Random(1)
    for path in paths(report):
        for leaf in [KeyError, *chance.sample(LEAVES, 4)]:
            answer = post_changed(client, provider, changed(json.loads(json.dumps(report)), path, leaf))
            assert answer in {200, 400}, (path, leaf)


def post_changed(client, provider, report):
    try:
        return post(client, provider, report).status_code
    except (KeyError, TypeError, ValueError, AttributeError):
        # It cannot even be signed, because the envelope itself is gone.
        return 400


def paths(value, path=()):
    """Yield the path to every value of a report, from the outside in."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in items:
        yield (*path, name)
        yield from paths(below, (*path, name))


def changed(report, path, leaf):
    *outer, last = path
    place = report
    for name in outer:
        place = place[name]
    if leaf is KeyError:
        del place[last]
    else:
        place[last] = leaf
    return report
