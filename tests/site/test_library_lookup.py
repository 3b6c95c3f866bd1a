"""Starting from an ORCID iD or a Zotero library: queried once, stored nowhere, and no harm done if no one answers."""

import json
import logging

import pytest

from digest.community import library_lookup, zotero
from digest.community.library_lookup import LookupRefusedError, checked_orcid, papers_of_zotero, works_of_orcid
from digest.models import Feedback
from tests.support.factories import make_edition, make_paper, make_topic, on_arxiv
from tests.support.fake_source import Reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

PAGE = "/start/reading-list"
ORCID = "0000-0002-1825-0097"
KEY = "abcdefghijklmnopqrstuvwx"


@pytest.fixture(autouse=True)
def servers(settings, source, monkeypatch):
    settings.ORCID_DAILY, settings.ZOTERO_IMPORT = 3, True
    monkeypatch.setattr(zotero, "ZOTERO_URL", f"{source.url}/zotero")
    return source


@pytest.fixture
def papers():
    topic = make_topic(keywords=["graph learning"])
    papers = [
        make_paper(f"Graph learning, part {number}", about=topic, authors=["Josiah Carberry"]) for number in range(3)
    ]
    for number, paper in enumerate(papers):
        on_arxiv(paper, f"2501.0000{number}")
    make_edition(*papers)
    return papers


def work(number, **fields):
    return {
        "id": f"https://openalex.org/W{number}",
        "title": f"Graph learning, part {number}",
        "doi": f"https://doi.org/10.48550/arXiv.2501.0000{number}",
        "publication_date": "2025-01-02",
        "authorships": [{"author": {"display_name": "Josiah Carberry"}}],
        "abstract_inverted_index": {"Graphs": [0], "learn": [1]},
        "locations": [{"landing_page_url": f"https://arxiv.org/abs/2501.0000{number}"}],
        **fields,
    }


def works(*results):
    return json.dumps({"results": list(results), "meta": {"count": len(results)}})


def items(*numbers):
    return json.dumps(
        {"items": [{"id": f"i{n}", "type": "article", "title": f"Graph learning, part {n}"} for n in numbers]}
    )


@pytest.mark.parametrize("typed", [ORCID, f"https://orcid.org/{ORCID}", "0000000218250097", " 0000-0001-5109-3700 "])
def test_an_orcid_id_is_accepted_in_every_form(typed):
    assert checked_orcid(typed).count("-") == 3


@pytest.mark.parametrize("typed", ["", "0000-0002-1825-0098", "1234", "٠٠٠٠-0002-1825-0097", f"{ORCID}0", "x" * 60])
def test_an_invalid_orcid_id_is_refused_without_a_request(servers, typed):
    with pytest.raises(LookupRefusedError, match="0000-0002-1825-0097"):
        works_of_orcid(typed)
    assert servers.requests == []


def test_the_works_of_an_orcid_id_become_papers_the_reader_wrote(client, servers, papers):
    servers.says(works(*[work(number) for number in range(3)], work(9, title="")))
    page = client.post(PAGE, {"orcid": ORCID}).content.decode()
    assert servers.requests[0].query["filter"] == f"author.orcid:{ORCID}"
    assert 'name="written"' in page
    assert ORCID not in page
    assert not Feedback.objects.exists()


def test_a_zotero_library_is_read_page_by_page_with_the_readers_key(client, servers, papers, monkeypatch):
    monkeypatch.setattr(library_lookup, "ITEMS_A_PAGE", 2)
    servers.says(items(0, 1), items(2))
    page = client.post(PAGE, {"zotero_user": "475425", "zotero_key": KEY}).content.decode()
    assert [request.query["start"] for request in servers.requests] == ["0", "2"]
    assert {request.headers["Zotero-API-Key"] for request in servers.requests} == {KEY}
    assert servers.requests[0].path == "/zotero/users/475425/items/top"
    assert 'name="liked"' in page
    assert KEY not in page


def test_neither_id_nor_key_is_logged_whatever_happens(client, servers, papers, caplog):
    caplog.set_level(logging.DEBUG)
    for reply in (Reply(status=500), Reply(status=403), Reply(status=0), "<html>"):
        servers.says(reply)
        client.post(PAGE, {"orcid": ORCID})
        client.post(PAGE, {"zotero_user": "475425", "zotero_key": KEY})
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("digest", "subscriptions"))]
    assert not any(ORCID in line or KEY in line or "475425" in line for line in ours)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=0),
        Reply(status=500),
        Reply(status=429, headers={"Retry-After": "3600"}),
        Reply(status=403, body="{}"),
        "<html>",
        "[]",
        "{}",
        "{" * 2000,
        works(),
    ],
)
def test_a_bad_response_gives_a_clear_error_and_the_form_again(client, servers, reply):
    servers.says(reply)
    for fields in ({"orcid": ORCID}, {"zotero_user": "1", "zotero_key": KEY}):
        answer = client.post(PAGE, fields)
        assert answer.status_code == 422
        assert any(word in answer.content.decode() for word in ("OpenAlex", "Zotero"))


def test_a_zotero_key_without_read_access_is_named_as_the_problem(servers):
    servers.says(Reply(status=403))
    with pytest.raises(LookupRefusedError, match="key can’t read that Zotero library"):
        papers_of_zotero("1", KEY)


def test_the_items_read_before_a_page_failed_are_used(servers, monkeypatch):
    monkeypatch.setattr(library_lookup, "ITEMS_A_PAGE", 2)
    servers.says(items(0, 1), Reply(status=500))
    assert len(papers_of_zotero("1", KEY).records) == 2


def test_an_endless_library_is_read_in_part(servers, monkeypatch):
    monkeypatch.setattr(library_lookup, "ITEMS_A_PAGE", 2)
    servers.says(items(0, 1))
    papers_of_zotero("1", KEY)
    assert len(servers.requests) <= library_lookup.MOST_LIBRARY_PAGES


@pytest.mark.parametrize(
    ("user", "key"), [("", KEY), ("me", KEY), ("1" * 13, KEY), ("1", ""), ("1", "a/../b"), ("²", KEY)]
)
def test_an_invalid_user_or_key_is_refused_without_a_request(servers, user, key):
    with pytest.raises(LookupRefusedError):
        papers_of_zotero(user, key)
    assert servers.requests == []


def test_the_lookups_per_day_are_limited(servers):
    servers.says(works(work(1)))
    for _ in range(3):
        works_of_orcid(ORCID)
    with pytest.raises(LookupRefusedError, match="today"):
        works_of_orcid(ORCID)
    assert len(servers.requests) == 3


def test_lookups_that_are_turned_off_are_neither_offered_nor_made(client, servers, settings):
    settings.ORCID_DAILY, settings.ZOTERO_IMPORT = 0, False
    page = client.get(PAGE).content.decode()
    assert "ORCID" not in page
    assert "Zotero user" not in page
    assert client.post(PAGE, {"orcid": ORCID, "zotero_user": "1", "zotero_key": KEY}).status_code == 422
    assert servers.requests == []
