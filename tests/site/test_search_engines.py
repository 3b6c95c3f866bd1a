"""What search engines expect of each public page: its own title and description, one address, links to follow."""

import json
import urllib.robotparser
from urllib.parse import urljoin, urlsplit

import pytest

from tests.support.factories import DAY, make_edition, make_paper, make_topic
from tests.support.html import html_of

pytestmark = pytest.mark.django_db

SITE = "http://localhost:8000"
PAGES = {
    **{page: page for page in ("/", "/trending", "/trending/formula", "/topics", "/archive", "/search", "/feeds")},
    **{page: page for page in ("/subscribe", "/start", "/start/reading-list", "/submit")},
    "an edition": f"/papers/{DAY}",
    "a week": f"/papers/{DAY:%G-W%V}",
    "a month": f"/papers/{DAY:%Y-%m}",
    "a topic": "/topics/graph-learning",
    "an author": "/authors/Ada%20Lovelace",
    "a paper": "",
}


# Forms with several steps. No one should land in the middle of one.
HIDDEN = {"/start", "/start/reading-list", "/submit"}


@pytest.fixture
def paper():
    paper = make_paper("Graph motifs", about=make_topic("Graph learning"), abstract="We count motifs. " * 30)
    make_edition(paper)
    return paper


@pytest.fixture
def pages(client, paper):
    """The pages that may be indexed, as parsed HTML."""
    addresses = {name: address or f"/papers/{paper.pk}" for name, address in PAGES.items()}
    answers = {name: client.get(address, follow=True) for name, address in addresses.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(addresses, 200)
    visible_pages = {
        name: html_of(answer) for name, answer in answers.items() if not _is_hidden(html_of(answer), answer)
    }
    assert set(addresses) - set(visible_pages) == HIDDEN
    return visible_pages


def _is_hidden(page, answer):
    robots = [meta["content"] for meta in page.all("meta") if "name" in meta and meta["name"] == "robots"]
    return any("noindex" in content for content in [*robots, answer.headers.get("X-Robots-Tag", "")])


def _meta(page, name):
    return [meta["content"] for meta in page.all("meta") if "name" in meta and meta["name"] == name]


def _rel(page, rel):
    return [link["href"] for link in page.all("link") if "rel" in link and link["rel"] == rel]


def test_each_page_has_its_own_title(pages):
    titles = {name: page.one("title").text.strip() for name, page in pages.items()}

    assert all(titles.values())
    assert len(set(titles.values())) == len(titles)


def test_each_page_has_one_description_that_no_other_page_has(pages):
    descriptions = {name: _meta(page, "description") for name, page in pages.items()}

    assert {name: texts for name, texts in descriptions.items() if len(texts) != 1 or len(texts[0]) < 15} == {}
    assert {name: texts for name, texts in descriptions.items() if len(texts[0]) > 320} == {}
    assert len({texts[0] for texts in descriptions.values()}) == len(descriptions)


def test_each_page_names_its_canonical_address_on_this_site(pages, client):
    addresses = {name: _rel(page, "canonical") for name, page in pages.items()}

    assert {name: links for name, links in addresses.items() if len(links) != 1} == {}
    assert {name: links for name, links in addresses.items() if not links[0].startswith(f"{SITE}/")} == {}
    for name, (address,) in addresses.items():
        path = address.removeprefix(SITE)
        assert path == (PAGES[name] or path)
        assert client.get(path).status_code == 200


def test_each_page_states_its_language_has_one_heading_and_fits_a_phone(pages):
    for page in pages.values():
        assert page.one("html")["lang"] == "en"
        assert len(page.all("h1")) == 1
        assert "width=device-width" in _meta(page, "viewport")[0]
        # There is one language, so no page points to another.
        assert not [link for link in page.all("link") if "hreflang" in link]


def test_links_can_be_followed_and_say_where_they_lead(pages):
    vague = {"here", "click here", "more", "read more", "this", "link", "learn more"}
    for page in pages.values():
        for link in page.all("a"):
            assert link["href"].strip() not in {"", "#"}
            assert not link["href"].startswith("javascript:")
            assert link.text.strip().casefold() not in vague


def test_structured_data_can_be_read(pages):
    for page in pages.values():
        for script in page.all("script"):
            if "type" in script and script["type"] == "application/ld+json":
                assert json.loads(script.text)["@context"].startswith("https://schema.org")


def test_robots_may_read_each_page_and_its_files_but_nothing_personal(pages, client):
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(client.get("/robots.txt").content.decode().splitlines())

    for name, page in pages.items():
        # Python's parser also applies the rule for searches with words to the search page without any.
        assert name == "/search" or robots.can_fetch("Googlebot", _rel(page, "canonical")[0])
        for file in _rel(page, "stylesheet"):
            assert robots.can_fetch("Googlebot", urljoin(SITE, file))
    for own in ("/admin/", "/account", "/sign-in"):
        assert not robots.can_fetch("Googlebot", f"{SITE}{own}")
    (sitemap,) = robots.site_maps()
    assert client.get(urlsplit(sitemap).path).status_code == 200
