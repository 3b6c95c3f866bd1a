"""Saved papers go to a reader's own Zotero library: once each, in versioned writes, respecting waits, no key logged."""

import json
import logging
from datetime import timedelta

import pytest
import time_machine

from digest import tasks
from digest.community import feedback, library, zotero
from digest.community.zotero import ZoteroError
from digest.models import Feedback, LibraryEntry, PaperIdentifier, ZoteroConnection
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from tests.support.factories import NOON, make_paper, make_subscriber, on_arxiv
from tests.support.fake_source import Reply, fake_source
from tests.support.zotero_server import KEY, USER, ZoteroLibrary

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def server(monkeypatch):
    with fake_source() as server:
        monkeypatch.setattr(zotero, "ZOTERO_URL", server.url)
        server.answer = ZoteroLibrary()
        yield server


@pytest.fixture
def reader():
    reader = make_subscriber("ada@example.org")
    save(reader, on_arxiv(make_paper("Attention", published_at=NOON), "2508.00001"))
    return reader


def save(reader, *papers):
    for paper in papers:
        feedback.give_feedback(reader, paper.pk, Feedback.Kind.SAVED, NOON)


@pytest.fixture
def connection(server, reader):
    return zotero.connect(reader, KEY, NOON)


def titles(server):
    return sorted(item["title"] for item in server.answer.items.values())


def again(connection):
    return ZoteroConnection.objects.select_related("subscriber").get(pk=connection.pk)


def test_a_saved_paper_becomes_an_item_with_everything_we_know(server, reader, connection):
    article = make_paper("Article", authors=["Plato"])
    PaperIdentifier.objects.create(paper=article, scheme="doi", value="10.1000/182")
    save(reader, article)
    library.annotate(reader, article, "a note of my own", "thesis")

    assert zotero.push(connection, NOON) == 2

    items = {item["title"]: item for item in server.answer.items.values()}
    preprint = items["Attention"]
    assert preprint["itemType"] == "preprint"
    assert preprint["creators"] == [{"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}]
    assert (preprint["archiveID"], preprint["repository"]) == ("arXiv:2508.00001", "arXiv")
    assert preprint["date"] == "2025-08-21"
    assert preprint["extra"] == f"Citation Key: {library.library_of(reader)[1].cite_key}"
    assert items["Article"]["itemType"] == "journalArticle"
    assert items["Article"]["DOI"] == "10.1000/182"
    assert items["Article"]["creators"] == [{"creatorType": "author", "name": "Plato"}]
    assert items["Article"]["tags"] == [{"tag": "thesis"}]


def test_each_paper_is_sent_once_and_later_ones_follow(server, reader, connection):
    zotero.push(connection, NOON)
    requests_before = len(server.requests)

    assert zotero.push(again(connection), NOON) == 0
    assert len(server.requests) == requests_before
    save(reader, make_paper("Second"))
    assert zotero.push(again(connection), NOON) == 1
    assert titles(server) == ["Attention", "Second"]


def test_retrying_a_push_the_server_already_received_makes_no_second_item(server, reader, connection):
    zotero.push(connection, NOON)
    LibraryEntry.objects.update(zotero_key="")

    assert zotero.push(again(connection), NOON) == 1
    assert titles(server) == ["Attention"]
    assert LibraryEntry.objects.get().zotero_key in server.answer.items


def test_every_write_names_the_version_it_knows_and_continues_from_the_new_one(server, reader, connection):
    zotero.push(connection, NOON)
    save(reader, make_paper("Second"))
    zotero.push(again(connection), NOON)

    versions = [r.headers["If-Unmodified-Since-Version"] for r in server.requests if r.body]
    assert versions == ["12", "13"]
    assert again(connection).library_version == 14


def test_a_library_that_has_changed_is_read_again_and_the_write_retried(server, reader, connection):
    zotero.push(connection, NOON)
    server.answer.version = 99
    save(reader, make_paper("Second"))

    assert zotero.push(again(connection), NOON) == 1
    assert titles(server) == ["Attention", "Second"]
    assert again(connection).library_version == 100


def test_a_library_that_keeps_changing_is_left_for_later(server, connection):
    moved = Reply("", 412, {"Last-Modified-Version": "50"})
    server.answer.instead = [Reply("[]", headers={"Last-Modified-Version": "12"}), moved, Reply("[]"), moved]

    assert zotero.push(connection, NOON) == 0
    assert "kept changing" in again(connection).error
    assert zotero.push(again(connection), NOON + timedelta(hours=1)) == 1
    assert again(connection).error == ""


def test_more_than_fifty_papers_are_sent_in_requests_of_fifty(server, reader, connection):
    save(reader, *[make_paper(f"Paper {number}") for number in range(120)])

    assert zotero.push(connection, NOON) == 121
    assert [len(json.loads(r.body)) for r in server.requests if r.body] == [50, 50, 21]


@pytest.mark.parametrize("header", ["Backoff", "Retry-After"])
def test_a_requested_wait_is_respected_even_after_a_success(server, reader, connection, header):
    save(reader, *[make_paper(f"Paper {number}") for number in range(60)])
    zotero._library_version(connection)
    server.answer.headers = {header: "600"}

    assert zotero.push(connection, NOON) == 50
    server.answer.headers = {}
    requests_before = len(server.requests)
    assert zotero.push(again(connection), NOON + timedelta(seconds=599)) == 0
    assert len(server.requests) == requests_before
    assert zotero.push(again(connection), NOON + timedelta(seconds=600)) == 11


@pytest.mark.parametrize(
    ("reply", "words", "wait"),
    [
        (Reply("", 429, {"Retry-After": "120"}), "429", timedelta(seconds=120)),
        (Reply("", 503, {"Retry-After": "9999999"}), "503", timedelta(days=1)),
        (Reply("", 500), "500", timedelta(minutes=15)),
        (Reply("", 409), "locked", timedelta(minutes=15)),
        (Reply("Forbidden", 403), "no longer accepts your key", timedelta(days=1)),
        (Reply("", 0), "couldn’t be reached", timedelta(minutes=15)),
        (Reply("<html>", 302, {"Location": "https://example.org/"}), "302", timedelta(minutes=15)),
    ],
)
def test_an_error_is_shown_to_the_reader_and_the_push_is_retried_later(server, connection, reply, words, wait):
    server.answer.instead = [reply]

    assert zotero.push(connection, NOON) == 0

    row = again(connection)
    assert words in row.error
    assert row.not_before == NOON + wait
    assert zotero.push(row, NOON + wait) == 1
    assert again(connection).error == ""


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "null", '{"success": 3, "failed": []}', '{"success": {"x": 1, "99": 2}}']
)
def test_an_unreadable_response_marks_nothing_as_sent(server, connection, body):
    server.answer.instead = [Reply("[]", headers={"Last-Modified-Version": "x"}), Reply(body)]

    assert zotero.push(connection, NOON) == 0
    assert again(connection).error
    assert LibraryEntry.objects.get().zotero_key == ""


def test_a_refused_paper_does_not_hold_back_the_others(server, reader, connection):
    save(reader, make_paper("Odd"))
    server.answer.refused = {"Odd"}

    assert zotero.push(connection, NOON) == 1
    assert again(connection).error == "Zotero refused 1 of 2 papers. We’ll try them again."
    assert titles(server) == ["Attention"]


# --- Connecting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("access", [{}, {"library": True}, {"write": True}, {"library": False, "write": True}])
def test_a_key_without_write_access_is_not_kept(server, reader, access):
    server.answer = ZoteroLibrary(access)

    with pytest.raises(ZoteroError, match="can’t write"):
        zotero.connect(reader, KEY, NOON)
    assert not ZoteroConnection.objects.exists()


@pytest.mark.parametrize("key", ["", "wrong key", "k\r\nX: 1", "x" * 65, "ключ", "a" * 24])
def test_an_invalid_or_unknown_key_is_not_kept(server, reader, key):
    with pytest.raises(ZoteroError):
        zotero.connect(reader, key, NOON)
    assert not ZoteroConnection.objects.exists()


def path(reader, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{more}"


def test_the_page_connects_sends_papers_says_so_and_disconnects(
    client, server, reader, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks.push_to_zotero, "delay", tasks.push_to_zotero)
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(
            path(reader, "/zotero"), {"action": "connect", "key": f" {KEY} "}, follow=True
        ).content.decode()
    assert "on their way to Zotero" in page
    assert titles(server) == ["Attention"]

    save(reader, make_paper("Second"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(path(reader, "/zotero"), {"action": "push"})
    assert titles(server) == ["Attention", "Second"]

    client.post(path(reader, "/zotero"), {"action": "disconnect"})
    assert not ZoteroConnection.objects.exists()
    assert client.post(path(reader, "/zotero"), {"action": "x"}).status_code == 404
    assert client.get(path(reader, "/zotero")).status_code == 405


def test_a_refused_key_shows_an_error_and_tries_are_limited(client, server, reader, settings):
    settings.SIGN_IN_TRIES = "2 per hour"
    wrong = {"action": "connect", "key": "b" * 24}

    assert "doesn’t recognise this key" in client.post(path(reader, "/zotero"), wrong, follow=True).content.decode()
    client.post(path(reader, "/zotero"), wrong)
    requests_before = len(server.requests)
    assert "Too many attempts" in client.post(path(reader, "/zotero"), wrong, follow=True).content.decode()
    assert len(server.requests) == requests_before


def test_the_key_appears_on_no_page_in_no_file_and_in_no_log(client, server, reader, caplog):
    caplog.set_level(logging.DEBUG)
    client.post(path(reader, "/zotero"), {"action": "connect", "key": KEY})
    connection = ZoteroConnection.objects.select_related("subscriber").get()
    server.answer.instead = [Reply("", 500)]
    zotero.push(connection, NOON)
    zotero.push(connection, NOON + timedelta(hours=1))

    for page in ("/saved", "/account", "/data", "/data.json"):
        assert KEY not in client.get(path(reader, page)).content.decode()
    assert KEY not in caplog.text
    assert KEY not in str(connection) + repr(connection)


def test_beat_updates_all_libraries_except_those_that_have_to_wait(server, reader, connection):
    other = make_subscriber()
    save(other, make_paper("Of another"))
    waiting = zotero.connect(other, KEY, NOON)
    ZoteroConnection.objects.filter(pk=waiting.pk).update(not_before=NOON + timedelta(hours=1))

    tasks.push_libraries()
    assert titles(server) == ["Attention"]
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        tasks.push_libraries()
    assert titles(server) == ["Attention", "Of another"]
    assert connection.user_id == USER
