"""Feeds: Atom and JSON Feed of the latest papers, of a topic, of a search."""

from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

import pytest

from digest.catalog.key_sentence import choose_key_sentences
from digest.models import Paper
from tests.support.factories import DAY, make_edition, make_paper, make_topic

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = "<script>alert(1)</script> & ]]> \x0b\u202e"


@pytest.fixture
def topic():
    topic = make_topic()
    make_edition(make_paper("Older", about=topic), day=DAY - timedelta(days=1))
    make_edition(make_paper("Graphs", about=topic, authors=["Ada", "Emmy"]), make_paper("Other"))
    make_edition(make_paper("Draft", about=topic), day=DAY + timedelta(days=1), published=False)
    return topic


def entries(client, address):
    response = client.get(address)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content).findall(f"{ATOM}entry")


def titles(client, address):
    return [entry.find(f"{ATOM}title").text for entry in entries(client, address)]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/feed", ["Graphs", "Other", "Older"]),
        ("/topics/graph-learning/feed", ["Graphs", "Older"]),
        ("/search/feed", []),
    ],
)
def test_each_feed_has_its_papers_newest_first_in_both_forms(client, topic, address, expected):
    items = client.get(f"{address}.json").json()["items"]

    assert titles(client, f"{address}.atom") == [item["title"] for item in items] == expected


def test_the_feed_of_a_search_has_what_the_search_finds(client, topic):
    assert titles(client, "/search/feed.atom?q=graph") == ["Graphs"]
    document = client.get("/search/feed.json?q=graph").json()
    assert [item["title"] for item in document["items"]] == ["Graphs"]
    assert document["home_page_url"] == "http://localhost:8000/search?q=graph"
    assert document["feed_url"] == "http://localhost:8000/search/feed.json?q=graph"


def test_an_entry_has_authors_topics_and_a_link_to_the_paper(client, topic):
    entry = entries(client, "/feed.atom")[0]
    paper = Paper.objects.get(title="Graphs")

    assert [author.text for author in entry.findall(f"{ATOM}author/{ATOM}name")] == ["Ada", "Emmy"]
    assert [category.get("term") for category in entry.findall(f"{ATOM}category")] == ["Graph learning"]
    assert entry.find(f"{ATOM}link").get("href") == f"http://localhost:8000/papers/{paper.pk}"
    assert entry.find(f"{ATOM}published").text == "2025-08-21T06:00:00+00:00"


def test_a_json_feed_states_its_version(client, topic):
    response = client.get("/feed.json")

    assert response["Content-Type"] == "application/feed+json; charset=utf-8"
    assert response.json()["version"] == "https://jsonfeed.org/version/1.1"
    assert response.json()["items"][0]["authors"] == [{"name": "Ada"}, {"name": "Emmy"}]


def test_the_text_of_a_paper_stays_text(client):
    make_edition(make_paper(EVIL, abstract=EVIL, authors=[EVIL], about=make_topic(EVIL, slug="evil")))

    [entry] = entries(client, "/feed.atom")

    assert entry.find(f"{ATOM}title").text == "<script>alert(1)</script> & ]]>"
    # A summary is read as HTML.
    assert entry.find(f"{ATOM}summary").text.startswith("&lt;script&gt;")


def test_a_feed_is_only_sent_again_if_it_changed(client, topic):
    etag = client.get("/feed.atom")["ETag"]

    assert client.get("/feed.atom", headers={"If-None-Match": etag}).status_code == 304
    Paper.objects.filter(title="Graphs").update(abstract="Another.")
    assert client.get("/feed.atom", headers={"If-None-Match": etag}).status_code == 200


def test_other_sites_may_read_a_feed(client, topic):
    assert client.get("/feed.json")["Access-Control-Allow-Origin"] == "*"


def test_more_papers_cost_no_more_queries(client, django_assert_max_num_queries):
    for number, day in ((5, DAY), (50, DAY + timedelta(days=1))):
        make_edition(*(make_paper() for _ in range(number)), day=day)
        with django_assert_max_num_queries(5):
            client.get("/feed.atom")


def test_the_feeds_page_links_to_the_feeds(client, topic):
    html = client.get("/feeds").content.decode()

    for address in ("/feed.atom", "/feed.json", "/topics/graph-learning/feed.atom", "/api/docs"):
        assert f'href="{address}"' in html


def test_robots_txt_and_the_sitemap_lead_to_everything_public(client, topic):
    assert "Sitemap: http://localhost:8000/sitemap.xml" in client.get("/robots.txt").content.decode()
    sitemap = ElementTree.fromstring(client.get("/sitemap.xml").content)
    addresses = {
        place.text.removeprefix("http://localhost:8000") for place in sitemap.iter() if place.tag.endswith("loc")
    }

    public_paths = {f"/papers/{pk}" for pk in Paper.objects.exclude(title="Draft").values_list("pk", flat=True)}
    assert addresses == {"/", "/trending", "/topics", "/archive", "/topics/graph-learning", *public_paths} | {
        "/papers/2025-08-20",
        "/papers/2025-08-21",
    }


def test_an_entry_has_the_key_sentence_and_the_whole_abstract(client):
    abstract = "We know graphs. In this paper, we propose a method that learns from <b>graphs</b>. It is fast."
    paper = make_paper("Learning from graphs", abstract=abstract)
    choose_key_sentences([paper])
    paper.save()
    make_edition(paper)

    (entry,) = entries(client, "/feed.atom")
    (item,) = client.get("/feed.json").json()["items"]
    api = client.get("/api/daily_papers").json()[0]["paper"]

    quote = "In this paper, we propose a method that learns from <b>graphs</b>."
    assert unescape(entry.find(f"{ATOM}summary").text) == item["summary"] == api["key_sentence"] == quote
    assert unescape(entry.find(f"{ATOM}content").text) == item["content_text"] == api["summary"] == abstract
