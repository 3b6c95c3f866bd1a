"""How much mail may be asked for, and by whom."""

import pytest
from kombu.exceptions import OperationalError
from limits.errors import StorageError

from subscriptions import limits, tasks

pytest_plugins = ["tests.asking"]
pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"


def test_beyond_its_limit_an_address_gets_no_more_mail_and_the_same_answer(sign_up, queued, settings):
    settings.MAILS_PER_ADDRESS = "2 per hour"

    answers = [sign_up().url for _ in range(3)]

    assert answers == ["/subscribe/sent"] * 3
    assert len(queued) == 2


def test_asking_for_links_counts_for_the_address_too(sign_up, queued, settings):
    settings.MAILS_PER_ADDRESS = "1 per hour"

    sign_up()
    assert sign_up(address="/preferences").url == "/preferences/sent"

    assert len(queued) == 1


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

    def status(name, seen):
        return sign_up(email=f"{name}@example.org", headers={"X-Forwarded-For": seen}).status_code

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
    ],
)
def test_whoever_asks_is_what_our_own_proxies_saw(rf, settings, proxies, forwarded, client):
    settings.PROXY_COUNT = proxies

    assert limits.client_address(rf.get("/", headers={"X-Forwarded-For": forwarded})) == client


def test_signing_up_goes_on_without_the_storage_of_the_limits(sign_up, queued, settings, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise StorageError(ConnectionError("down"))

    monkeypatch.setattr(limits.limiter(settings.RATE_LIMIT_STORAGE), "hit", fail)

    assert sign_up().status_code == 302
    assert len(queued) == 1
    assert "the rate limits' storage does not answer" in caplog.text
    assert ADDRESS not in caplog.text


def test_a_storage_that_nobody_listens_at_counts_as_one_that_is_down(settings):
    settings.RATE_LIMIT_STORAGE = "redis://127.0.0.1:1/0"

    assert limits.address_has_room(ADDRESS)


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_answer_says_to_try_again(client, monkeypatch):
    def fail(*args):
        raise OperationalError("down")

    monkeypatch.setattr(tasks.send_mail, "delay", fail)

    answer = client.post(
        "/subscribe", {"email": ADDRESS, "time_zone": "UTC", "local_time": "07:00", "frequency": "daily"}
    )

    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "cannot send mail just now" in answer.content.decode()
