"""Hugging Face's lists become records with the day of their page."""

import json
from datetime import UTC, date, datetime

import pytest

from digest.sources import huggingface
from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPosition
from digest.sources.record import SourceError
from tests.support.fake_source import Reply, payload
from tests.support.source_answers import HTML

NOW = datetime(2026, 9, 16, 5, tzinfo=UTC)
TODAY = date(2026, 9, 16)


@pytest.fixture(autouse=True)
def morning(time_machine):
    time_machine.move_to(NOW, tick=False)


def item(arxiv_id="2609.00001", **fields):
    paper = {
        "id": arxiv_id,
        "title": "On graphs",
        "summary": "All about graphs.",
        "authors": [{"name": "Ada Lovelace", "hidden": False}],
        "publishedAt": "2026-09-14T17:08:18.000Z",
        "submittedOnDailyAt": "2026-09-16T03:55:12.777Z",
        **fields,
    }
    return {"paper": paper, "publishedAt": "2026-09-14T13:08:18.000Z", "title": "On graphs", "somethingNew": [1]}


def read_pages(since=TODAY, cursor="", fetcher=None):
    return list(huggingface.pages(fetcher or Fetcher(), HarvestPosition("", since, NOW, cursor)))


def only(pages):
    (page,) = pages
    (record,) = page.records
    return record


def test_an_item_becomes_a_record_of_its_day(source):
    links = {"githubRepo": "https://github.com/x/y", "projectPage": "https://x.github.io/y"}
    source.says(json.dumps([item(**links)]))
    record = only(read_pages())
    assert (record.title, record.abstract, record.authors) == ("On graphs", "All about graphs.", ("Ada Lovelace",))
    assert record.identifiers == (("arxiv", "2609.00001"),)
    assert (record.day, record.origin, record.version) == (TODAY, "huggingface", 0)
    # The outer timestamp is off by four or five hours.
    assert record.published_at == datetime(2026, 9, 14, 17, 8, 18, tzinfo=UTC)
    assert (record.code_url, record.project_url) == ("https://github.com/x/y", "https://x.github.io/y")


def test_the_captured_list_is_read(source):
    source.says(payload("huggingface/daily_papers.json"))
    (page,) = read_pages()
    assert (len(page.records), page.skipped) == (1, [])
    assert page.records[0].title


def test_optional_fields_may_be_missing_or_null(source):
    bare = {"id": "2609.00001", "title": "On graphs", "authors": None, "githubRepo": None, "submittedOnDailyAt": None}
    source.says(json.dumps([{"paper": bare}]))
    record = only(read_pages())
    assert (record.authors, record.code_url, record.published_at, record.day) == ((), "", None, TODAY)


def test_hidden_authors_stay_hidden(source):
    source.says(json.dumps([item(authors=[{"name": "Ada"}, {"name": "Alan", "hidden": True}, {}, 1])]))
    assert only(read_pages()).authors == ("Ada",)


def test_links_that_are_not_web_addresses_are_left_out(source):
    source.says(json.dumps([item(githubRepo="javascript:alert(1)", projectPage="x" * 600)]))
    record = only(read_pages())
    assert (record.code_url, record.project_url) == ("", "")


def test_a_withdrawn_paper_is_marked(source):
    source.says(json.dumps([item(withdrawnAt="2026-09-15T10:00:00.000Z")]))
    assert only(read_pages()).withdrawn_at == datetime(2026, 9, 15, 10, tzinfo=UTC)


def test_each_day_up_to_today_is_requested(source):
    source.says("[]")
    pages = read_pages(since=date(2026, 9, 14))
    assert [request.query["date"] for request in source.requests] == ["2026-09-14", "2026-09-15", "2026-09-16"]
    assert [page.cursor for page in pages] == ["2026-09-15", "2026-09-16", ""]


def test_it_resumes_where_it_failed(source):
    source.says("[]")
    read_pages(since=date(2026, 9, 10), cursor="2026-09-15")
    assert [request.query["date"] for request in source.requests] == ["2026-09-15", "2026-09-16"]


def test_a_full_page_is_followed_by_another_one(source, monkeypatch):
    monkeypatch.setattr(huggingface, "PAPERS_PER_PAGE", 1)
    source.says(json.dumps([item("2609.00001")]), json.dumps([item("2609.00002")]), "[]")
    (page,) = read_pages()
    assert [record.identifiers[0][1] for record in page.records] == ["2609.00001", "2609.00002"]
    assert [request.query["p"] for request in source.requests] == ["0", "1", "2"]


def test_an_unchanged_list_is_not_read(source):
    source.says(Reply("[]", headers={"ETag": '"1"'}))
    first = Fetcher()
    read_pages(fetcher=first)
    source.says(Reply(status=304))
    (page,) = read_pages(fetcher=Fetcher(validators=first.validators))
    assert page.records == []


def test_an_empty_weekend_gives_nothing(source):
    source.says("[]")
    (page,) = read_pages()
    assert (page.records, page.skipped) == ([], [])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("text", "expected an object with a paper"),
        ({"paper": None}, "expected an object with a paper"),
        (item("what"), "expected a paper with an arXiv ID, found “what”"),
        ({"paper": {"id": "2609.00003", "title": 7}}, "2609.00003: expected a title"),
    ],
)
def test_an_unreadable_item_is_skipped_and_the_others_are_kept(source, wrong, reason):
    source.says(json.dumps([wrong, item()]))
    (page,) = read_pages()
    assert len(page.records) == 1
    (line,) = page.skipped
    assert line.startswith("2026-09-16: ")
    assert reason in line


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (HTML, "expected JSON"),
        ('{"error": "no"}', "expected a list of papers, found dict"),
        ("[", "expected JSON"),
        ("[" * 100_000, "expected JSON"),
        (b"\xff", "expected JSON"),
    ],
    ids=["HTML", "object", "broken", "deep", "not UTF-8"],
)
def test_anything_that_is_not_a_list_is_refused(source, body, message):
    source.says(body)
    with pytest.raises(SourceError, match=message):
        read_pages()


REPOSITORY = "https://github.com/a/b"


@pytest.mark.parametrize(
    ("fields", "links"),
    [
        ({"githubRepo": "github.com/a/b"}, (REPOSITORY, "")),
        ({"projectPage": REPOSITORY}, (REPOSITORY, "")),
        ({"projectPage": "a.github.io/b"}, ("", "https://a.github.io/b")),
        ({"githubRepo": REPOSITORY, "projectPage": "https://a.org"}, (REPOSITORY, "https://a.org")),
        ({"githubRepo": REPOSITORY, "projectPage": REPOSITORY}, (REPOSITORY, "")),
        ({"githubRepo": "not an address", "projectPage": 7}, ("", "")),
    ],
)
def test_links_are_accepted_in_the_forms_people_type(source, fields, links):
    source.says(json.dumps([item(**fields)]))
    record = only(read_pages())
    assert (record.code_url, record.project_url) == links


@pytest.mark.parametrize(
    ("summary", "abstract"),
    [
        ("**Bold** and `code` and *slanted* words.", "Bold and code and slanted words."),
        ("# Heading\n\n- one\n- two", "Heading one two"),
        ("C*-algebras and W*-algebras with $a*b*c$ and a_b_c", "C*-algebras and W*-algebras with $a*b*c$ and a_b_c"),
    ],
)
def test_markdown_is_removed_and_other_signs_stay(source, summary, abstract):
    source.says(json.dumps([item(summary=summary)]))
    assert " ".join(only(read_pages()).original_abstract.split()) == abstract


def test_authors_may_be_plain_names(source):
    source.says(json.dumps([item(authors=["Ada Lovelace", {"name": "Alan Turing"}])]))
    assert only(read_pages()).authors == ("Ada Lovelace", "Alan Turing")
