"""What every source must cope with: error pages, refusals, half an answer, endless lists."""

from datetime import UTC, datetime

import pytest

from digest.sources.fetch_request import FetchError
from digest.sources.fetching import Fetcher
from digest.sources.interface import source_kinds
from digest.sources.page import HarvestPosition, KnownPaper
from digest.sources.record import SourceError
from tests.support.fake_source import Reply
from tests.support.harvest import WEDNESDAY
from tests.support.night_harvest import NIGHT
from tests.support.source_answers import BOMB, HTML
from tests.support.source_samples import source_samples

KNOWN_PAPERS = (KnownPaper("On graphs", (("doi", "10.1000/graphs.1"),), ("Ada Lovelace",)),)
SAMPLES = source_samples()
# The sources that give lists page by page.
LISTS = {name: sample for name, sample in SAMPLES.items() if sample.entry}


@pytest.fixture(autouse=True)
def night_of_settings(settings, time_machine, waits):
    time_machine.move_to(NIGHT, tick=False)
    settings.ARXIV_CATEGORIES = ["cs.LG"]


def read_all(name, server, cursor=""):
    query = server.url if name == "feed" else SAMPLES[name].query
    place = HarvestPosition(query, WEDNESDAY, NIGHT, cursor, known_papers=KNOWN_PAPERS)
    return list(source_kinds()[name].module.pages(Fetcher(), place))


@pytest.mark.parametrize("name", sorted(source_kinds()))
@pytest.mark.parametrize("body", [HTML, "", "{", "[1, 2]", "null", '{"error": "no"}', "<x/>", BOMB], ids=range(8))
def test_an_unusable_answer_is_a_source_error_or_gives_no_papers(name, body, source):
    source.says(body)
    try:
        pages = read_all(name, source)
    except SourceError:
        return
    # A daily list may contain nothing worth reading; no paper may come out of it.
    assert [record for page in pages for record in page.records] == []


@pytest.mark.parametrize("name", sorted(source_kinds()))
def test_a_source_that_asks_us_to_wait_is_left_alone(name, source):
    source.says(Reply(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(FetchError) as caught:
        read_all(name, source)
    assert caught.value.not_before == datetime(2026, 9, 16, 6, tzinfo=UTC)
    assert len(source.requests) == 1


def test_every_list_has_a_sample():
    assert {name for name, kind in source_kinds().items() if hasattr(kind.module, "walk")} == set(LISTS)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_short_pages_lose_nothing(name, source):
    page = LISTS[name].page
    source.says(*(page(number, total=3) for number in (1, 2, 3)), page(total=3))
    pages = read_all(name, source)
    assert len({record.identifiers for page in pages for record in page.records}) == 3
    assert pages[-1].cursor == ""


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_that_ends_early_is_an_error_and_starts_again(name, source):
    source.says(LISTS[name].page(1, total=3), LISTS[name].page(total=3))
    pages = []
    place = HarvestPosition(SAMPLES[name].query, WEDNESDAY, NIGHT)
    with pytest.raises(SourceError, match="expected 3 entries, found 1"):
        pages.extend(page for page in source_kinds()[name].module.pages(Fetcher(), place) if pages.append(page))
    assert [page.cursor for page in pages][-1] == ""


@pytest.mark.parametrize("name", sorted(name for name, sample in LISTS.items() if not sample.counts))
def test_a_cursor_that_does_not_move_ends_the_list(name, source):
    source.says(LISTS[name].page(1, total=2), LISTS[name].page(1, total=2))
    assert len(read_all(name, source)) == 2


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_harvest_resumes_at_its_cursor(name, source):
    source.says(LISTS[name].page(3, total=3), LISTS[name].page(total=3))
    read_all(name, source, cursor="7")
    assert "7" in source.requests[0].query.values()


@pytest.mark.parametrize("name", sorted(LISTS))
def test_empty_entries_are_reported_and_the_others_are_read(name, source):
    nothing = ({}, {"title": None}, {"title": [[]], "content": 7, "authorships": {"a": 1}, "author": "x"}, "text", 7)
    source.says(LISTS[name].page(1, total=None, more=nothing), LISTS[name].page(total=None))
    pages = read_all(name, source)
    assert len([record for page in pages for record in page.records]) == 1
    assert sum(len(page.skipped) for page in pages) == 3


@pytest.mark.parametrize("name", sorted(name for name, kind in source_kinds().items() if kind.query_help))
def test_a_valid_query_passes_the_check(name):
    query = SAMPLES[name].query
    assert source_kinds()[name].checked_query(f" {query} ") == query


@pytest.mark.parametrize("name", sorted(name for name, sample in SAMPLES.items() if sample.refused is not None))
def test_a_query_for_nothing_or_everything_is_refused(name):
    with pytest.raises(SourceError, match="expected"):
        source_kinds()[name].checked_query(SAMPLES[name].refused)
