"""What every source must bear: pages of error, refusals, half an answer, lists without an end."""

import json
from datetime import UTC, datetime

import pytest

from digest.sources.fetch_request import FetchError
from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPosition, KnownPaper
from digest.sources.record import SourceError
from digest.sources.registry import source_kinds
from tests.support import index_answers as answers
from tests.support.fake_source import Reply
from tests.support.harvest import WEDNESDAY
from tests.support.night_harvest import NIGHT
from tests.support.source_answers import BOMB, HTML

# Of those that must be asked something.
QUERIES = {
    "rss": "cs.LG",
    "oai": "cs",
    "pubmed": "graphs",
    "openalex": "authorships.author.id:A1",
    "crossref": "1476-4687",
    "openreview": "ICLR.cc/2026/Conference",
}
KNOWN = (KnownPaper("On graphs", (("doi", "10.1000/graphs.1"),), ("Ada Lovelace",)),)
# A page of one entry, with what says that there are more.
PAGES = {
    "europepmc": lambda total, number: answers.europepmc(
        answers.europepmc_result(number), total=total, cursor=f"c{number}"
    ),
    "crossref": lambda total, number: answers.crossref(answers.crossref_work(number), total=total, cursor=f"c{number}"),
    "openalex": lambda total, number: answers.openalex(answers.openalex_work(number), total=total, cursor=f"c{number}"),
    "openreview": lambda total, number: answers.openreview(answers.openreview_note(number), total=total),
}
EMPTY = {
    "europepmc": lambda total: answers.europepmc(total=total),
    "crossref": lambda total: answers.crossref(total=total),
    "openalex": lambda total: answers.openalex(total=total),
    "openreview": lambda total: answers.openreview(total=total),
}


@pytest.fixture(autouse=True)
def night_of_settings(settings, time_machine, waits):
    time_machine.move_to(NIGHT, tick=False)
    settings.ARXIV_CATEGORIES = ["cs.LG"]


def read_all(name, server, cursor=""):
    query = server.url if name == "feed" else QUERIES.get(name, "")
    place = HarvestPosition(query, WEDNESDAY, NIGHT, cursor, known_papers=KNOWN)
    return list(source_kinds()[name].module.pages(Fetcher(), place))


@pytest.mark.parametrize("name", sorted(source_kinds()))
@pytest.mark.parametrize("body", [HTML, "", "{", "[1, 2]", "null", '{"error": "no"}', "<x/>", BOMB], ids=range(8))
def test_what_is_no_answer_is_an_error_of_the_source(name, body, source):
    source.says(body)
    try:
        pages = read_all(name, source)
    except SourceError:
        return
    # A list of day may be a list of nothing worth reading; no paper is made of it.
    assert [record for page in pages for record in page.records] == []


@pytest.mark.parametrize("name", sorted(source_kinds()))
def test_a_source_that_asks_for_patience_gets_it(name, source):
    source.says(Reply(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(FetchError) as caught:
        read_all(name, source)
    assert caught.value.not_before == datetime(2026, 9, 16, 6, tzinfo=UTC)
    assert len(source.requests) == 1


@pytest.mark.parametrize("name", sorted(PAGES))
def test_short_pages_lose_nothing(name, source):
    source.says(*(PAGES[name](3, number) for number in (1, 2, 3)), EMPTY[name](3))
    pages = read_all(name, source)
    assert len({record.identifiers for page in pages for record in page.records}) == 3
    assert pages[-1].cursor == ""


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_list_that_ends_early_is_an_error_and_begun_anew(name, source):
    source.says(PAGES[name](3, 1), EMPTY[name](3))
    pages = []
    place = HarvestPosition(QUERIES.get(name, ""), WEDNESDAY, NIGHT)
    with pytest.raises(SourceError, match="expected 3 entries, found 1"):
        pages.extend(page for page in source_kinds()[name].module.pages(Fetcher(), place) if pages.append(page))
    assert [page.cursor for page in pages][-1] == ""


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"openreview"}))
def test_a_cursor_that_stays_ends_the_list(name, source):
    source.says(PAGES[name](2, 1), PAGES[name](2, 1))
    assert len(read_all(name, source)) == 2


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_harvest_goes_on_at_its_cursor(name, source):
    source.says(PAGES[name](3, 3), EMPTY[name](3))
    read_all(name, source, cursor="7")
    assert "7" in source.requests[0].query.values()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_an_entry_of_nothing_is_named_and_the_others_come_in(name, source):
    content = json.loads(PAGES[name](None, 1))
    holder = {"europepmc": ("resultList", "result"), "crossref": ("message", "items"), "openalex": ("results",)}
    entries = content
    for key in holder.get(name, ("notes",)):
        entries = entries[key]
    entries += [{}, {"title": None}, {"title": [[]], "content": 7, "authorships": {"a": 1}, "author": "x"}, "text", 7]
    source.says(json.dumps(content), EMPTY[name](None))
    pages = read_all(name, source)
    assert len([record for page in pages for record in page.records]) == 1
    assert sum(len(page.skipped) for page in pages) == 3


@pytest.mark.parametrize("name", sorted(name for name, kind in source_kinds().items() if kind.query_help))
def test_what_can_be_asked_is_checked(name):
    kind = source_kinds()[name]
    query = "https://journal.example/rss" if name == "feed" else QUERIES.get(name, "")
    assert kind.checked_query(f" {query} ") == query


@pytest.mark.parametrize(
    ("name", "query"), [("pubmed", ""), ("openalex", "all"), ("crossref", "12"), ("openreview", "x")]
)
def test_a_question_that_asks_for_nothing_or_everything_is_refused(name, query):
    with pytest.raises(SourceError, match="expected"):
        source_kinds()[name].checked_query(query)
