"""bioRxiv and medRxiv, paged by how much actually arrives: nothing is lost to a page size or a cursor."""

import json
from datetime import UTC, date, datetime

import pytest

from digest.catalog import harvesting
from digest.editions import drafting
from digest.models import Listing, Paper, SourceRun
from digest.sources import biorxiv, medrxiv
from digest.sources.fetch_request import FetchError
from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPosition
from digest.sources.record import SourceError
from tests.support.fake_source import Reply
from tests.support.night_harvest import NIGHT
from tests.support.source_answers import HTML

SINCE = date(2026, 9, 13)


@pytest.fixture(autouse=True)
def morning(time_machine):
    time_machine.move_to(NIGHT, tick=False)


def entry(number=1, **fields):
    return {
        "doi": f"10.1101/2026.09.14.{number:06}",
        "title": "On <i>Drosophila</i> &amp; H<sub>2</sub>O",
        "authors": "Lovelace, A.; Turing, A. M.",
        "date": "2026-09-14",
        "version": "1",
        "type": "new results",
        "license": "cc_by",
        "category": "cell biology",
        "abstract": "All about flies.",
        "published": "NA",
        "server": "bioRxiv",
        **fields,
    }


def serve(server, entries, sizes=(100,), total=None, *, as_text=True):
    """Answer as the API does, with pages of these sizes in turn."""
    sizes = list(sizes)

    def answer(request):
        start = int(request.path.split("/")[-2])
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        page = entries[start : start + size]
        count = len(entries) if total is None else total
        message = {"status": "ok", "cursor": start, "count": len(page), "total": str(count) if as_text else count}
        if not entries:
            message = {"status": "no posts found"}
        return Reply(json.dumps({"messages": [message], "collection": page}))

    server.answer = answer


def read_pages(part="", cursor="", module=biorxiv):
    return list(module.pages(Fetcher(), HarvestPosition(part, SINCE, NIGHT, cursor)))


def records(pages):
    return [record for page in pages for record in page.records]


def test_an_entry_becomes_a_record_of_the_day_after_it_was_posted(source):
    serve(source, [entry(published="10.1038/S41586-026-1")])
    (record,) = records(read_pages())
    assert source.requests[0].path == "/biorxiv/details/biorxiv/2026-09-13/2026-09-16/0/json"
    assert record.identifiers == (("doi", "10.1101/2026.09.14.000001"), ("doi", "10.1038/s41586-026-1"))
    assert (record.title, record.abstract) == ("On Drosophila & H_2O", "All about flies.")
    assert record.authors == ("A. Lovelace", "A. M. Turing")
    assert (record.categories, record.licence, record.version) == (("biorxiv:cell-biology",), "cc_by", 1)
    assert (record.day, record.origin) == (date(2026, 9, 15), "biorxiv")
    assert record.published_at == datetime(2026, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize("sizes", [(100,), (30,), (100, 30, 7, 30), (1,)])
@pytest.mark.parametrize("as_text", [True, False])
def test_pages_of_any_size_lose_nothing(source, sizes, as_text):
    serve(source, [entry(number) for number in range(120)], sizes, as_text=as_text)
    pages = read_pages()
    assert len({record.identifiers for record in records(pages)}) == 120
    assert [page.complete_to for page in pages if page.complete_to] == [date(2026, 9, 16)]
    assert pages[-1].cursor == ""


def test_a_server_that_ignores_the_cursor_is_not_believed(source):
    # Status 200, and the first page again and again.
    source.says(
        json.dumps({"messages": [{"status": "ok", "total": "60"}], "collection": [entry(n) for n in range(30)]})
    )
    with pytest.raises(SourceError, match="expected 60 entries, found 30"):
        read_pages()


def test_a_list_that_ends_early_completes_no_day_and_is_requested_again(source, db, waits, settings):
    settings.SOURCES = ["biorxiv"]
    serve(source, [entry(number) for number in range(40)], (30,), total=50)
    run = harvesting.harvest("biorxiv", "")
    assert (run.status, run.new, run.cursor, run.complete_to) == ("failed", 40, "", None)
    serve(source, [entry(number) for number in range(50)], (30,))
    run = harvesting.harvest("biorxiv", "")
    assert (run.status, run.new, run.unchanged) == ("finished", 10, 40)
    assert Listing.objects.filter(origin="biorxiv", day=date(2026, 9, 15)).count() == 50


def test_a_list_that_grows_while_it_is_read_is_read_to_the_end(source):
    entries = [entry(number) for number in range(30)]

    def answer(request):
        start = int(request.path.split("/")[-2])
        if start:
            entries.extend(entry(number) for number in range(len(entries), 35))
        message = {"status": "ok", "total": 35 if start else 31}
        return Reply(json.dumps({"messages": [message], "collection": entries[start : start + 30]}))

    source.answer = answer
    assert len(records(read_pages())) == 35


def test_a_harvest_resumes_at_its_cursor(source):
    serve(source, [entry(number) for number in range(50)], (30,))
    pages = read_pages(cursor="30")
    assert len(records(pages)) == 20
    assert pages[-1].complete_to


def test_days_without_posts_are_complete(source):
    serve(source, [])
    (page,) = read_pages()
    assert (page.records, page.complete_to) == ([], date(2026, 9, 16))


def test_only_the_requested_categories_are_read(source):
    serve(source, [entry(1), entry(2, category="neuroscience"), entry(3, category="Cell_Biology")])
    names = [record.identifiers[0][1][-1] for record in records(read_pages(part="cell-biology, genomics"))]
    assert names == ["1", "3"]


def test_a_revision_is_not_news_and_a_withdrawal_marks_a_known_paper(source, db):
    serve(source, [entry(1)])
    harvesting.harvest("biorxiv", "")
    serve(
        source,
        [
            entry(1, version="2", title="Better", date="2026-09-15"),
            entry(2, version="3"),
            entry(1, version="3", type="withdrawn", abstract="This has been withdrawn."),
            entry(3, type="withdrawn"),
        ],
    )
    run = harvesting.harvest("biorxiv", "")
    paper = Paper.objects.get()
    assert (paper.title, paper.version, paper.abstract) == ("Better", 2, "All about flies.")
    assert paper.withdrawn_at == datetime(2026, 9, 14, tzinfo=UTC)
    assert run.new == 0
    assert Listing.objects.get().day == date(2026, 9, 15)


def test_entries_without_id_or_title_are_reported_and_the_others_are_read(source):
    broken = [
        entry(1, doi=""),
        entry(2, title=" "),
        entry(3, doi=None, title="x"),
        entry(4, abstract=None, authors=None, date="x"),
    ]
    serve(source, broken)
    (page,) = read_pages()
    assert len(page.skipped) == 3
    (record,) = page.records
    assert (record.abstract, record.authors, record.day) == ("", (), None)


@pytest.mark.parametrize(
    "body",
    [HTML, "[]", "", "{", json.dumps({"messages": [{"status": "Error: database"}], "collection": []}), "{}"],
)
def test_anything_else_is_an_error_that_names_it(source, body):
    source.says(body)
    with pytest.raises(SourceError, match="expected"):
        read_pages()


def test_a_server_that_asks_us_to_slow_down_is_left_alone(source, waits):
    source.says(Reply(status=429, headers={"Retry-After": "7200"}))
    with pytest.raises(FetchError) as caught:
        read_pages(module=medrxiv)
    assert caught.value.not_before == datetime(2026, 9, 16, 7, tzinfo=UTC)


def test_a_day_goes_into_its_draft_once_it_is_complete(source, db, settings, time_machine):
    settings.SOURCES = settings.EDITION_FROM = ["medrxiv"]
    time_machine.move_to(datetime(2026, 9, 14, 22, tzinfo=UTC), tick=False)
    serve(source, [entry(1)])
    harvesting.harvest("medrxiv", "")
    # On the evening of the posting day there may be more to come.
    assert drafting.draft(datetime(2026, 9, 14, 22, tzinfo=UTC)) == {}
    time_machine.move_to(datetime(2026, 9, 15, 4, 30, tzinfo=UTC), tick=False)
    serve(source, [entry(1), entry(2)])
    harvesting.harvest("medrxiv", "")
    assert drafting.draft(datetime(2026, 9, 15, 4, 30, tzinfo=UTC)) == {date(2026, 9, 15): 2}


def test_requests_are_kept_with_the_run(source, db):
    serve(source, [entry(number) for number in range(40)], (30,))
    harvesting.harvest("biorxiv", "")
    run = SourceRun.objects.get()
    assert run.request_count == 2
    assert [line.split()[2] for line in run.requests.splitlines()] == ["200", "200"]
    assert run.requests.endswith("/30/json")
