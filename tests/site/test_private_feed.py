"""A reader's own feed: a private address that can be revoked."""

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
import time_machine

from digest.models import Delivery, EditionPaper
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Channel
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def reader():
    subscriber = make_subscriber()
    subscriber.renew_feed()
    return subscriber


@pytest.fixture
def edition():
    # A digest made for a test lists the newest paper first.
    return make_edition(make_paper("Second"), make_paper("Graph motifs & <more>"))


def address(reader, name):
    return links.feed_urls(reader.feed_key)[name].removeprefix("http://localhost:8000")


def preferences(reader, more):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{more}"


def read_json(client, reader):
    return json.loads(client.get(address(reader, "JSON Feed")).content)["items"]


def test_the_atom_feed_has_the_readers_digests_newest_first(client, reader, edition):
    make_delivery(reader, edition, status="sent", created_at=NOON)
    make_delivery(reader, edition, status="kept", period=DAY + timedelta(days=1), created_at=NOON + timedelta(days=1))
    make_delivery(make_subscriber(), edition, status="sent")

    answer = client.get(address(reader, "Atom"))

    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    entries = ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == ["Graph motifs & <more> and 1 more"] * 2
    assert [entry.find(f"{ATOM}updated").text for entry in entries] == [
        "2025-08-22T12:00:00+00:00",
        "2025-08-21T12:00:00+00:00",
    ]
    html = entries[0].find(f"{ATOM}summary").text
    assert "Graph motifs &amp; &lt;more&gt;" in html
    assert "In this edition" in html


def test_the_json_feed_has_the_same(client, reader, edition):
    delivery = make_delivery(reader, edition, status="sent", created_at=NOON)

    answer = client.get(address(reader, "JSON Feed"))

    assert answer["Content-Type"] == "application/feed+json"
    feed = json.loads(answer.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = feed["items"]
    assert item["title"] == "Graph motifs & <more> and 1 more"
    assert item["id"] == f"tag:localhost,2025-08-21:digest.{delivery.pk}"
    assert "/feedback/" in item["content_html"]
    assert client.get(item["url"].removeprefix("http://localhost:8000")).status_code == 200


def test_an_entry_keeps_its_id(client, reader, edition):
    make_delivery(reader, edition, status="sent")
    first = read_json(client, reader)[0]["id"]

    with time_machine.travel(NOON + timedelta(days=3)):
        assert read_json(client, reader)[0]["id"] == first


@pytest.mark.parametrize("status", [Delivery.Status.SKIPPED, Delivery.Status.CANCELLED, Delivery.Status.HELD])
def test_digests_that_go_to_no_one_are_in_no_feed(client, reader, edition, status):
    make_delivery(reader, edition, status=status)

    assert read_json(client, reader) == []


def test_a_paper_that_was_hidden_later_is_left_out(client, reader, edition):
    make_delivery(reader, edition, status="sent")
    EditionPaper.objects.filter(paper__title="Second").update(placement=EditionPaper.Placement.HIDDEN)

    assert "Second" not in read_json(client, reader)[0]["content_html"]
    EditionPaper.objects.update(placement=EditionPaper.Placement.HIDDEN)
    assert read_json(client, reader) == []


def test_the_feed_is_only_sent_again_if_it_changed(client, reader, edition):
    make_delivery(reader, edition, status="sent")
    etag = client.get(address(reader, "Atom"))["ETag"]

    again = client.get(address(reader, "Atom"), headers={"If-None-Match": etag})
    assert again.status_code == 304
    make_delivery(reader, edition, status="sent", period=DAY + timedelta(days=1))
    assert client.get(address(reader, "Atom"), headers={"If-None-Match": etag}).status_code == 200


def test_more_digests_cost_no_more_queries(client, reader, edition, django_assert_num_queries):
    for days in range(8):
        make_delivery(reader, edition, status="sent", period=DAY + timedelta(days=days))

    with django_assert_num_queries(5):
        client.get(address(reader, "Atom"))


def test_a_new_address_disables_the_old_one(client, reader):
    old = address(reader, "Atom")

    page = client.post(preferences(reader, "/feed"), follow=True).content.decode()
    reader.refresh_from_db()

    assert "The old one no longer works" in page
    assert client.get(old).status_code == 410
    assert client.get(address(reader, "Atom")).status_code == 200


def test_a_feed_can_be_turned_off_and_on(client, reader):
    old = address(reader, "Atom")

    client.post(preferences(reader, "/feed/revoke"))
    assert client.get(old).status_code == 410
    page = client.post(preferences(reader, "/feed"), follow=True).content.decode()

    reader.refresh_from_db()
    assert address(reader, "Atom").rpartition("/feeds/")[2].partition(":")[0] in page


def test_a_feed_cannot_be_turned_off_if_it_is_all_a_reader_gets(client, reader):
    reader.channel = Channel.FEED
    reader.save()

    page = client.post(preferences(reader, "/feed/revoke"), follow=True).content.decode()

    assert "Switch to email first" in page
    assert client.get(address(reader, "Atom")).status_code == 200


def test_opening_the_page_creates_no_feed(client):
    reader = make_subscriber()

    assert client.get(preferences(reader, "/feed")).status_code == 405
    client.get(preferences(reader, ""))

    reader.refresh_from_db()
    assert reader.feed_key is None


def test_a_token_for_another_purpose_opens_no_feed(client, reader):
    token = links.token(Purpose.VIEW, reader)

    assert client.get(f"/feeds/{token}/atom").status_code == 404
    assert client.get("/feeds/x/json").status_code == 404


def test_the_feed_is_gone_once_the_readers_data_is_erased(client, reader):
    link = address(reader, "JSON Feed")
    reader.erase()

    assert client.get(link).status_code == 410


def test_search_engines_and_shared_caches_may_not_keep_the_feed(client, reader):
    answer = client.get(address(reader, "Atom"))

    assert "noindex" in answer["X-Robots-Tag"]
    assert "private" in answer["Cache-Control"]
