"""What each signed link allows, for how long, and what ends it: the table in docs/security.md, cell by cell."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.utils import timezone

from digest.community import members, open_tracking
from digest.composing import links as digest_links
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Status
from subscriptions.tokens import sign_token
from tests.support.factories import NOON, make_delivery, make_edition, make_member, make_paper, make_subscriber

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r"/([\w-]+)/([\w.-]+:[\w-]+:[\w-]+)((?:/[\w.-]+)*)")
HOST = "http://localhost:8000"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
EVER = timedelta(days=20 * 365)
WEEK, SIXTY_DAYS = timedelta(days=7), timedelta(days=60)


class World:
    """A reader with a digest, a feed and a membership, and every link they can have, all made at NOON."""

    def __init__(self) -> None:
        self.reader = make_subscriber("ada@example.org", local_time="07:00")
        self.reader.renew_feed()
        self.delivery = make_delivery(self.reader, make_edition(make_paper("Graph motifs")), status="sent")
        self.member = make_member("ada@example.org")
        delivery, feed = self.delivery.pk, self.reader.feed_key
        self.paper = self.delivery.content["papers"][0][0]
        addresses = {
            Purpose.CONFIRM: links.confirm_url(self.reader),
            Purpose.PREFERENCES: links.preferences_url(self.reader),
            Purpose.UNSUBSCRIBE: links.unsubscribe_url(self.reader),
            Purpose.VIEW: digest_links.view(delivery),
            Purpose.FEEDBACK: f"{digest_links.feedback(delivery)}/{self.paper}/more",
            Purpose.FEED: links.feed_urls(feed)["Atom"],
            Purpose.FEED_FEEDBACK: f"{digest_links.feedback_from_feed(feed, delivery)}/{self.paper}/more",
            Purpose.SIGN_IN: members.link(self.member, "/account"),
        }
        self.paths = {purpose: address.removeprefix(HOST) for purpose, address in addresses.items()}


def renew_feed(world):
    world.reader.renew_feed()


def erase(world):
    world.reader.erase()


def use(world):
    world.member.sign_in(world.member.sign_ins, NOON)


def sign_out(world):
    world.member.sign_out()


@dataclass(frozen=True)
class Row:
    """What is promised for one purpose."""

    # The tokens that can be found by following every link, starting from its page.
    leads_to: set[Purpose]
    lasts: timedelta = EVER
    ends_with: tuple[Callable[[World], None], ...] = (erase,)
    # The status of the page once its link has ended.
    status_when_gone: int = 410


OF_A_FEED = {Purpose.FEED, Purpose.FEED_FEEDBACK, Purpose.VIEW}
OF_PREFERENCES = {Purpose.PREFERENCES, Purpose.UNSUBSCRIBE} | OF_A_FEED
TABLE = {
    Purpose.CONFIRM: Row({Purpose.CONFIRM} | OF_PREFERENCES, WEEK),
    Purpose.PREFERENCES: Row(OF_PREFERENCES, SIXTY_DAYS),
    # Unsubscribing twice is reported as a success.
    Purpose.UNSUBSCRIBE: Row(OF_PREFERENCES, status_when_gone=200),
    Purpose.VIEW: Row(set()),
    Purpose.FEEDBACK: Row({Purpose.FEEDBACK} | OF_PREFERENCES, SIXTY_DAYS),
    Purpose.FEED: Row(OF_A_FEED, ends_with=(erase, renew_feed)),
    Purpose.FEED_FEEDBACK: Row({Purpose.FEED_FEEDBACK}, SIXTY_DAYS, (erase, renew_feed)),
    Purpose.SIGN_IN: Row(set(), timedelta(minutes=30), (use, sign_out)),
}
# Not links: cookies, tested in test_allowing_opens.
COOKIES = {Purpose.OPENS}
# The ages of the links when they are followed.
AGES = [timedelta(), 6 * DAY, 59 * DAY, 61 * DAY, 400 * DAY]


@pytest.fixture
def world():
    with time_machine.travel(NOON, tick=False):
        return World()


def purpose_of(token):
    """Return the purpose a token was made for, however old it is."""
    for purpose in Purpose:
        try:
            signing.TimestampSigner(salt=f"subscriptions.{purpose}").unsign(token)
        except signing.BadSignature:
            continue
        return purpose
    raise AssertionError(f"{token} is for no purpose")


def crawl(client, start):
    """Follow all our links that have a token, and return {token: purpose} for the tokens on the pages shown."""
    todo, visited, tokens = [start], set(), {}
    while todo:
        path = todo.pop()
        if path in visited:
            continue
        visited.add(path)
        answer = client.get(path)
        assert answer.status_code < 500, path
        for kind, token, more in TOKEN.findall(answer.content.decode()):
            tokens[token] = purpose_of(token)
            todo.append(f"/{kind}/{token}{more}")
    return tokens


def test_every_purpose_has_a_row_here_and_in_the_docs():
    assert set(TABLE) | COOKIES == set(Purpose)
    text = (settings.BASE_DIR / "docs" / "security.md").read_text()
    section = text.partition("## Signed links")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(Purpose)


@pytest.mark.parametrize("purpose", TABLE)
def test_a_link_opens_its_page_for_as_long_as_promised(client, world, purpose):
    lasts = TABLE[purpose].lasts
    with time_machine.travel(NOON + lasts, tick=False):
        assert client.get(world.paths[purpose]).status_code == 200
    if lasts != EVER:
        with time_machine.travel(NOON + lasts + SECOND, tick=False):
            assert client.get(world.paths[purpose]).status_code == 410


@pytest.mark.parametrize(
    ("purpose", "end"), [(purpose, end) for purpose, row in TABLE.items() for end in row.ends_with]
)
def test_a_link_stops_working_after_each_event_that_ends_it(client, world, purpose, end):
    with time_machine.travel(NOON, tick=False):
        end(world)
        answer = client.get(world.paths[purpose])

    assert answer.status_code == TABLE[purpose].status_when_gone
    assert not TOKEN.search(answer.content.decode())


# Feedback from emails and from feeds shares one page.
SAME_PAGE = {Purpose.FEEDBACK, Purpose.FEED_FEEDBACK}
OTHERS = [
    (purpose, other) for purpose in TABLE for other in Purpose if purpose != other and {purpose, other} != SAME_PAGE
]


@pytest.mark.parametrize(("purpose", "other"), OTHERS)
def test_no_token_for_another_purpose_opens_its_page(client, world, purpose, other):
    token = TOKEN.search(world.paths[purpose])[2]
    value = token.rsplit(":", 2)[0]
    path = world.paths[purpose].replace(token, sign_token(other, value))

    assert client.get(path).status_code == 404
    assert client.post(path).status_code in {404, 405}


@pytest.mark.parametrize("purpose", TABLE)
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.PENDING, Status.UNSUBSCRIBED, Status.SUPPRESSED])
@pytest.mark.parametrize("age", AGES, ids=lambda age: f"{age.days} days")
def test_following_links_leads_no_further_than_promised(client, world, purpose, status, age):
    type(world.reader).objects.update(status=status, unsubscribed_at=NOON)
    with time_machine.travel(NOON + age, tick=False):
        tokens = crawl(client, world.paths[purpose])

    assert set(tokens.values()) <= TABLE[purpose].leads_to | {purpose}


@pytest.mark.parametrize("purpose", TABLE)
@pytest.mark.parametrize("age", AGES, ids=lambda age: f"{age.days} days")
def test_no_link_leads_to_preferences_for_longer_than_the_emails_own_would(client, world, purpose, age):
    with time_machine.travel(NOON + age, tick=False):
        tokens = crawl(client, world.paths[purpose])
    preferences_tokens = [token for token, kind in tokens.items() if kind == Purpose.PREFERENCES]

    if age > SIXTY_DAYS:
        assert preferences_tokens == []
    with time_machine.travel(NOON + SIXTY_DAYS + SECOND, tick=False):
        assert {client.get(f"/preferences/{token}").status_code for token in preferences_tokens} <= {410}


def test_the_shareable_page_reveals_nothing_about_its_reader_and_says_how_to_get_a_link(client, world):
    paper = world.paper
    world.delivery.content = {
        "papers": [[paper, "keyword", "my rare disease"]],
        "of": 1,
        "more": {"papers": [[paper, "author", "Ada Lovelace"], [paper, "topic", "Graph learning"]], "of": 2},
    }
    world.delivery.save()

    html = client.get(world.paths[Purpose.VIEW]).content.decode()

    for personal in ("my rare disease", "ada@example.org", "you follow", "07:00"):
        assert personal not in html
    assert "About Graph learning" in html
    assert f'href="{HOST}/preferences"' in html


def test_a_feeds_links_stop_working_when_it_is_turned_off(client, world):
    with time_machine.travel(NOON, tick=False):
        feed = client.get(world.paths[Purpose.FEED]).content.decode()
        paths = {f"/{kind}/{token}{more}" for kind, token, more in TOKEN.findall(feed) if kind == "feedback"}
        assert world.reader.revoke_feed()

        assert paths
        assert {client.get(path).status_code for path in paths} == {410}
        assert {client.post(path).status_code for path in paths} == {410}


def test_feedback_from_a_feed_counts_as_its_readers(client, world):
    with time_machine.travel(NOON, tick=False):
        client.post(world.paths[Purpose.FEED_FEEDBACK])

    assert list(world.reader.feedback.values_list("paper", "kind")) == [(world.paper, "more")]


def test_a_pass_for_recording_opens_is_not_a_link(client, world):
    with time_machine.travel(NOON, tick=False):
        world.reader.allow_opens(timezone.now())
        its_pass = open_tracking.pass_of(world.reader)

        for page in ("preferences", "unsubscribe", "confirm", "digests", "feedback", "sign-in"):
            assert client.get(f"/{page}/{its_pass}").status_code == 404
