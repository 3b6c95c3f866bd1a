"""Redis goes down and the site keeps working: pages, forms and links work, and requested emails come later."""

import socket
import subprocess
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from kombu import pools
from redis import Redis

from config import stores
from config.cache import ForgivingRedisCache
from config.celery import app
from digest.models import Vote
from subscriptions import limits, links, outgoing
from subscriptions.models import OutgoingMail, Status, Subscriber
from tests.subscriptions.test_preferences import save
from tests.support.factories import make_delivery, make_edition, make_member, make_paper, make_subscriber, make_topic

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
pytest_plugins = ["tests.support.member_browser"]

FORM = {"time_zone": "UTC", "local_time": "07:00", "frequency": "daily"}


class OwnRedis:
    """A Redis for this test only, which can be stopped and started again."""

    def __init__(self, folder):
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self.folder)
        with Redis.from_url(self.url) as client:
            for _ in range(100):
                with suppress(Exception):
                    if client.ping():
                        return
                time.sleep(0.1)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def redis(settings, tmp_path, monkeypatch):
    """The Redis that everything in this process uses: cache, counters and broker."""
    redis = OwnRedis(tmp_path)
    redis.start()
    settings.CACHES = {"default": stores.cache(redis.url)}
    settings.RATE_LIMIT_STORAGE = redis.url
    ForgivingRedisCache.fallback.forget()
    broker, options = stores.broker(redis.url, tmp_path)
    before = app.conf.broker_url, app.conf.broker_transport_options
    point_celery_at(broker, options)
    limits.limiter.cache_clear()
    yield redis
    redis.stop()
    point_celery_at(*before)
    limits.limiter.cache_clear()


def point_celery_at(broker, options):
    app.conf.update(broker_url=broker, broker_transport_options=options)
    pools.reset()
    # An earlier test may have left a pool of producers, which is closed now.
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def world():
    """A little of everything."""
    topic = make_topic()
    papers = [make_paper(f"Paper on graphs {number}", about=topic) for number in range(3)]
    edition = make_edition(*papers)
    reader = make_subscriber("reader@example.org", follows=[topic])
    return topic, papers, edition, make_delivery(reader, edition, status="sent")


def pages(world):
    topic, papers, edition, delivery = world
    reader = delivery.subscriber
    paper = f"/papers/{papers[0].pk}"
    return [
        *("/", "/trending", "/archive", "/topics", f"/topics/{topic.slug}", f"/papers/{edition.day}", paper),
        *(
            f"{paper}/share.png",
            f"{paper}.bib",
            "/search?q=graphs",
            "/feed.atom",
            "/feed.json",
            "/search/feed.atom?q=x",
        ),
        *("/authors/Ada%20Lovelace", "/api/daily_papers", "/start", "/subscribe", "/sign-in", "/preferences"),
        *("/subscribe/sent", "/sitemap.xml", "/robots.txt", "/healthz", "/admin/login/"),
        links.preferences_url(reader).removeprefix(project.SITE_URL),
        links.unsubscribe_url(reader).removeprefix(project.SITE_URL),
    ]


def broken(client, addresses):
    return {address: status for address in addresses if (status := client.get(address).status_code) != 200}


def test_every_page_works_with_redis_without_it_and_with_it_again(redis, world, client):
    addresses = pages(world)
    assert broken(client, addresses) == {}
    redis.stop()
    assert broken(client, addresses) == {}
    redis.start()
    assert broken(client, addresses) == {}


def test_the_log_says_so_once_in_a_while_and_not_for_every_page(redis, world, client, caplog):
    redis.stop()

    for _ in range(5):
        client.get("/")

    assert caplog.text.count("the cache does not answer") == 1


def test_a_cache_that_is_back_is_used_again(redis):
    redis.stop()
    cache.set("name", 1)
    assert cache.get("name", "none") == "none"
    redis.start()
    ForgivingRedisCache.fallback.forget()

    cache.set("name", 2)

    assert cache.get("name") == 2


def test_people_who_sign_up_meanwhile_get_one_email_when_the_queue_is_back(redis, client):
    redis.stop()

    answer = client.post("/subscribe", {"email": "ada@example.org", **FORM}, follow=True)

    assert (answer.status_code, answer.redirect_chain[-1][0]) == (200, "/subscribe/sent")
    assert Subscriber.objects.get(email="ada@example.org").status == Status.PENDING
    assert not mail.outbox
    redis.start()
    # As beat does.
    for _ in range(2):
        app.tasks["subscriptions.tasks.send_waiting_mails"]()
    assert [(sent.to, "confirm" in sent.body) for sent in mail.outbox] == [(["ada@example.org"], True)]


def test_people_who_ask_for_a_link_meanwhile_get_it_too(redis, client, caplog):
    make_subscriber("reader@example.org")
    make_member("member@example.org")
    redis.stop()

    answers = [
        client.post("/preferences", {"email": "reader@example.org"}).status_code,
        client.post("/sign-in", {"email": "member@example.org"}).status_code,
    ]
    outgoing.send_waiting(timezone.now())

    assert answers == [302, 302]
    assert sorted(sent.to[0] for sent in mail.outbox) == ["member@example.org", "reader@example.org"]
    assert "example.org" not in caplog.text


def test_unsubscribing_voting_and_changing_preferences_still_work(redis, world, client, sign_in):
    _, papers, _, delivery = world
    reader = delivery.subscriber
    redis.stop()

    save(client, reader, max_papers=5)
    response = client.post(links.unsubscribe_url(reader), {"List-Unsubscribe": "One-Click"})
    sign_in()
    voted = client.post(f"/papers/{papers[0].pk}/vote")

    reader.refresh_from_db()
    assert reader.max_papers == 5
    assert (response.status_code, reader.status) == (200, Status.UNSUBSCRIBED)
    assert (voted.status_code, Vote.objects.count()) == (302, 1)


def test_limits_still_hold_within_each_process(redis, client, settings):
    settings.MAILS_PER_NETWORK = "2 per hour"
    redis.stop()

    answers = [client.post("/preferences", {"email": f"a{number}@example.org"}).status_code for number in range(3)]

    assert answers == [302, 302, 429]


def test_a_curator_can_sign_in_and_work_meanwhile(redis, world, client, django_user_model):
    django_user_model.objects.create_superuser("ada", "ada@example.org", "secret")
    redis.stop()

    entered = client.post("/admin/login/", {"username": "ada", "password": "secret"})

    assert entered.status_code == 302
    assert broken(client, ["/admin/", "/admin/digest/edition/", "/admin/digest/delivery/"]) == {}


def test_an_email_requested_long_ago_is_no_longer_sent(redis, client):
    make_member("member@example.org")
    redis.stop()
    client.post("/sign-in", {"email": "member@example.org"})

    outgoing.send_waiting(timezone.now() + timedelta(hours=1))

    assert not mail.outbox
    assert not OutgoingMail.objects.exists()
