"""Cached pages: kept by us and by browsers, and never longer than they are correct."""

import gzip
from types import SimpleNamespace

import pytest
import time_machine
from django.contrib.auth import get_user_model

from digest.community import votes
from digest.models import EditionPaper, Paper
from digest.site import page_cache
from tests.support.factories import DAY, NOON, make_edition, make_member, make_paper

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.member_browser"]

CACHED_PAGES = ["/", f"/papers/{DAY}", "/papers/{paper}"]


@pytest.fixture
def paper():
    paper = make_paper("Motifs")
    make_edition(paper, make_paper())
    return paper


@pytest.fixture(params=CACHED_PAGES)
def address(request, paper):
    """The address of a cached page."""
    return request.param.format(paper=paper.pk)


def test_a_cached_page_costs_one_query(client, paper, django_assert_num_queries, address):
    first = client.get(address)

    with django_assert_num_queries(1):
        assert client.get(address).content == first.content
    with django_assert_num_queries(1):
        assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "change",
    [
        lambda paper: votes.cast_vote(make_member(), paper, NOON),
        lambda paper: Paper.objects.get(pk=paper.pk).save(),
        lambda paper: EditionPaper.objects.get(paper=paper).save(),
        lambda paper: EditionPaper.objects.get(paper=paper).delete(),
        lambda _: make_edition(make_paper(), day=DAY.replace(day=1)),
    ],
    ids=["vote", "text", "place", "removal", "neighbour"],
)
def test_a_change_shows_at_once(client, paper, address, change):
    paper.abstract = "Another text."
    Paper.objects.filter(pk=paper.pk).update(abstract="Another text.")
    before = client.get(address)

    Paper.objects.filter(pk=paper.pk).update(abstract="The newest text.")
    assert "The newest text." not in client.get(address).content.decode()
    change(paper)
    after = client.get(address, headers={"If-None-Match": before["ETag"]})

    assert after.status_code == 200
    assert after.content != before.content


def test_strangers_cannot_get_more_pages_cached_than_there_are(client, paper, monkeypatch, address):
    names = set()
    keep = page_cache.cache.set
    monkeypatch.setattr(
        page_cache.cache, "set", lambda name, *arguments, **how: names.add(name) or keep(name, *arguments, **how)
    )

    for number in range(5):
        client.get(f"{address}?utm_source={number}")
        client.get(address, headers={"Host": f"localhost:{8000 + number}"})
        votes.cast_vote(make_member(), paper, NOON)
        client.get(address)

    assert len([name for name in names if name.startswith("cached_page.")]) == 1


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        ("gzip", True),
        ("br, gzip", True),
        ("x-gzip", True),
        ("*", True),
        ("GZIP; q=0.5", True),
        ("gzip;q=1.0, identity; q=0.5, *;q=0", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=nonsense", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("br, deflate", False),
        ("notgzip", False),
    ],
)
def test_a_page_is_only_gzipped_for_clients_that_accept_it(client, paper, accepted, zipped):
    response = client.get("/", headers={"Accept-Encoding": accepted})

    assert (response.headers.get("Content-Encoding") == "gzip") is zipped
    assert ("Motifs" in response.content.decode(errors="replace")) is not zipped


def test_withdrawing_a_vote_shows_at_once(client, paper):
    member = make_member()
    votes.cast_vote(member, paper, NOON)
    with_vote = client.get("/").content
    with time_machine.travel(NOON, tick=False):
        votes.withdraw_vote(member, paper, NOON.replace(hour=13))

    assert client.get("/").content != with_vote


def test_changes_outside_the_page_state_show_within_a_minute(client, paper, monkeypatch):
    timeouts = []
    monkeypatch.setattr(
        page_cache, "cache", SimpleNamespace(get=lambda _: None, set=lambda *arguments: timeouts.append(arguments[2]))
    )

    client.get("/")
    client.get(f"/papers/{paper.pk}")

    assert timeouts == [60, 10]


@pytest.mark.parametrize("path", [*CACHED_PAGES, "/trending", "/archive", "/topics", "/search?q=motifs", "/feed.json"])
def test_browsers_cache_a_page_and_ask_whether_it_changed(client, paper, path):
    address = path.format(paper=paper.pk)
    response = client.get(address)

    assert response["Cache-Control"] == "public, no-cache"
    assert "Cookie" in response["Vary"]
    assert not response.cookies
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_tells_when_it_last_changed(client, paper):
    Paper.objects.update(updated_at=NOON)
    EditionPaper.objects.update(updated_at=NOON)

    assert client.get("/")["Last-Modified"] == "Thu, 21 Aug 2025 12:00:00 GMT"


def test_a_gzipped_page_has_the_same_content_and_etag(client, paper):
    plain, zipped = client.get("/"), client.get("/", headers={"Accept-Encoding": "gzip, br"})

    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped["ETag"] == plain["ETag"]
    assert "Accept-Encoding" in zipped["Vary"]


def test_head_is_answered_as_get_without_the_page(client, paper):
    response = client.head("/")

    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == client.get("/")["ETag"]


def test_a_page_shown_to_a_member_is_not_cached_for_others(client, sign_in, paper):
    client.get("/")
    sign_in()
    page = client.get("/")
    client.cookies.clear()

    assert page["Cache-Control"] == "private, no-cache"
    assert "Account" in page.content.decode()
    assert "Account" not in client.get("/").content.decode()


def test_a_draft_shown_to_staff_is_not_cached_for_others(client, paper):
    make_edition(make_paper("In the making"), day=DAY.replace(day=28), published=False)
    client.force_login(get_user_model().objects.create_user("curator", is_staff=True))

    assert client.get("/papers/2025-08-28")["Cache-Control"] == "private, no-cache"
    client.logout()
    assert client.get("/papers/2025-08-28").status_code == 404


def test_a_missing_page_is_not_cached(client):
    assert client.get("/papers/2025-08-21").status_code == 404
    make_edition(make_paper())

    assert client.get("/papers/2025-08-21").status_code == 200
