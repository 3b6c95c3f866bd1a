"""How much mail may be requested, and by whom."""

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError
from limits.errors import StorageError

from subscriptions import limits, tasks
from subscriptions.models import OutgoingMail

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"


def test_beyond_its_limit_an_address_gets_no_more_mail_and_the_same_answer(sign_up, queued, settings):
    settings.MAILS_PER_ADDRESS = "2 per hour"

    answers = [sign_up().url for _ in range(3)]

    assert answers == ["/subscribe/sent"] * 3
    assert len(queued) == 2


def test_each_kind_of_mail_has_its_own_count(sign_up, queued, settings):
    """So no one can keep a reader from getting a link by requesting something else in their name."""
    settings.MAILS_PER_ADDRESS = "1 per hour"

    for _ in range(2):
        assert sign_up().url == "/subscribe/sent"
        assert sign_up(address="/preferences").url == "/preferences/sent"

    assert [name for name, _ in queued] == ["sign_up", "link_request"]


@pytest.mark.parametrize(
    "spellings",
    [
        ["victim+1@example.org", "victim+2@example.org", "VICTIM@example.org"],
        ["vic.tim@gmail.com", "victim@gmail.com", "v.i.c.t.i.m+x@googlemail.com"],
    ],
)
def test_a_mailbox_counts_once_however_it_is_spelt(sign_up, queued, settings, spellings):
    settings.MAILS_PER_ADDRESS = "1 per hour"

    for spelling in spellings:
        assert sign_up(email=spelling).url == "/subscribe/sent"

    assert len(queued) == 1


def test_dots_count_where_they_make_a_different_mailbox(sign_up, queued, settings):
    settings.MAILS_PER_ADDRESS = "1 per hour"

    sign_up(email="ada.l@example.org")
    sign_up(email="adal@example.org")

    assert len(queued) == 2


@pytest.mark.parametrize(
    ("networks", "accepted"),
    [
        # One /56: a home.
        ([f"2001:db8:0:{number:x}::1" for number in range(8)], 2),
        # One /48: a customer with many of them.
        ([f"2001:db8:0:{number:x}00::1" for number in range(12)], 8),
        # A /48 each.
        ([f"2001:db8:{number:x}::1" for number in range(12)], 12),
    ],
)
def test_all_ipv6_addresses_of_one_customer_count_together(sign_up, settings, networks, accepted):
    settings.MAILS_PER_NETWORK, settings.PROXY_COUNT = "2 per hour", 1

    answers = [
        sign_up(email=f"r{place}@example.org", headers={"X-Forwarded-For": network}).status_code
        for place, network in enumerate(networks)
    ]

    assert answers.count(302) == accepted


def test_the_site_as_a_whole_has_a_limit(sign_up, queued, settings):
    settings.MAILS_PER_SITE, settings.PROXY_COUNT = "3 per hour", 1

    def status(number):
        network = {"X-Forwarded-For": f"192.0.{number}.1"}
        return sign_up(email=f"r{number}@example.org", headers=network).status_code

    assert [status(number) for number in range(5)] == [302, 302, 302, 429, 429]


def test_refused_requests_of_one_network_do_not_use_up_the_limit_of_others(sign_up, settings):
    settings.MAILS_PER_NETWORK, settings.MAILS_PER_SITE, settings.PROXY_COUNT = "1 per hour", "3 per hour", 1

    for number in range(5):
        sign_up(email=f"r{number}@example.org", headers={"X-Forwarded-For": "192.0.2.1"})

    assert sign_up(email="other@example.org", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 302


def test_beyond_its_limit_a_network_is_told_to_wait(sign_up, queued, settings):
    settings.MAILS_PER_NETWORK = "1 per hour"
    sign_up()

    answer = sign_up(email="grace@example.org")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "try again in 60 minutes" in answer.content.decode()
    assert len(queued) == 1


def test_neighbours_share_a_network_and_its_limit(sign_up, settings):
    settings.MAILS_PER_NETWORK, settings.PROXY_COUNT = "1 per hour", 1

    def status(name, network):
        return sign_up(email=f"{name}@example.org", headers={"X-Forwarded-For": network}).status_code

    assert status("a", "192.0.2.1") == 302
    assert status("b", "192.0.2.200") == 429
    assert status("c", "198.51.100.1") == 302
    assert status("d", "2001:db8::1") == 302
    assert status("e", "2001:db8::ffff") == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "not an address", None),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "[::ffff:203.0.113.9]:80", "203.0.113.9"),
        (1, "6.6.6.6:1, 203.0.113.9:4711", "203.0.113.9"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "[fe80::1%eth0]:443", "fe80::1"),
        (1, "[203.0.113.9", None),
        (1, "203.0.113.9:", "203.0.113.9"),
        (1, "unknown", None),
    ],
)
def test_the_client_address_is_the_one_our_own_proxies_saw(rf, settings, proxies, forwarded, client):
    settings.PROXY_COUNT = proxies

    assert limits.client_address(rf.get("/", headers={"X-Forwarded-For": forwarded})) == client


def test_signing_up_works_without_the_rate_limit_storage(sign_up, queued, settings, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise StorageError(ConnectionError("down"))

    monkeypatch.setattr(limits.limiter(settings.RATE_LIMIT_STORAGE), "hit", fail)

    assert sign_up().status_code == 302
    assert len(queued) == 1
    assert "the rate limit storage does not answer" in caplog.text
    assert ADDRESS not in caplog.text


def test_a_storage_where_nothing_listens_counts_as_down(settings):
    settings.RATE_LIMIT_STORAGE = "redis://127.0.0.1:1/0"

    assert limits.address_has_room(ADDRESS)


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_mail_waits_in_the_database(client, monkeypatch):
    def fail(*args):
        raise OperationalError("down")

    monkeypatch.setattr(tasks.send_mail, "delay", fail)

    answer = client.post(
        "/subscribe", {"email": ADDRESS, "time_zone": "UTC", "local_time": "07:00", "frequency": "daily"}
    )

    assert answer.url == "/subscribe/sent"
    assert OutgoingMail.objects.waiting(timezone.now()).count() == 1
