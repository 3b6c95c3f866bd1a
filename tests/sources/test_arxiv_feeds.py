"""arXiv's Atom and RSS become records."""

import re
from datetime import UTC, date, datetime

import pytest

from digest.sources import arxiv_api, arxiv_rss
from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPosition
from digest.sources.record import SourceError
from tests.support.fake_source import Reply, payload
from tests.support.harvest import NIGHT, WEDNESDAY, harvest_position, only_record, read_source
from tests.support.source_answers import atom, atom_entry, rss, rss_item


@pytest.fixture(autouse=True)
def night(settings, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    settings.ARXIV_CATEGORIES = ["cs.LG"]


def test_an_api_answer_from_april_is_read(source):
    source.says(payload("arxiv_api/query-first-page.xml").replace(b">214881<", b">10<"))
    (page,) = read_source(arxiv_api, harvest_position(""))
    assert (len(page.records), page.skipped) == (10, [])
    first = page.records[0]
    assert first.title.startswith("Testing Deep Learning Models")
    assert first.identifiers == (("arxiv", "2202.12139"), ("doi", "10.1109/icstw55395.2022.00035"))
    assert (first.version, first.categories) == (1, ("cs.SE", "cs.LG"))
    assert first.authors == ("Mohit Kumar Ahuja", "Arnaud Gotlieb", "Helge Spieker")
    assert first.published_at == datetime(2022, 2, 24, 15, 5, 19, tzinfo=UTC)


def test_two_pages_of_an_api_answer_from_april_are_read_in_order(source):
    source.says(payload("arxiv_api/query-first-page.xml"), payload("arxiv_api/query-second-page.xml"))
    pages = list(arxiv_api.pages_of_query(Fetcher(), "all:testing", most=20))
    assert [(len(page.records), page.cursor) for page in pages] == [(10, "10"), (10, "")]
    assert [request.query["start"] for request in source.requests] == ["0", "10"]


def test_the_api_is_queried_oldest_first_page_by_page(source, monkeypatch):
    monkeypatch.setattr(arxiv_api, "RESULTS_PER_PAGE", 1)
    source.says(atom(atom_entry("2609.00001v1"), total=2), atom(atom_entry("2609.00002v1"), total=2))
    pages = read_source(arxiv_api, harvest_position(""))
    assert [(page.cursor, page.complete_to) for page in pages] == [("1", None), ("", WEDNESDAY)]
    query = source.requests[1].query
    assert (query["start"], query["sortBy"], query["sortOrder"]) == ("1", "submittedDate", "ascending")
    assert query["search_query"] == "(cat:cs.LG) AND submittedDate:[202609080000 TO 999912312359]"


def test_an_entry_without_an_update_time_is_accepted(source):
    entry = re.sub(r"<updated>.*?</updated>", "", atom_entry("2609.00001v1"))
    assert "<published>" in entry
    source.says(atom(entry))
    assert only_record(read_source(arxiv_api, harvest_position(""))).title == "On graphs"


def test_codes_from_other_taxonomies_are_not_categories(source):
    source.says(atom(atom_entry()))
    assert only_record(read_source(arxiv_api, harvest_position(""))).categories == ("cs.LG", "cs.AI")


def test_an_unexpectedly_empty_page_is_requested_again(source):
    source.says(atom(total=1), atom(atom_entry()))
    assert only_record(read_source(arxiv_api, harvest_position(""))).title == "On graphs"


def test_pages_that_stay_empty_are_an_error(source):
    source.says(atom(total=7))
    with pytest.raises(SourceError, match="expected entries from 0 of 7, found an empty page"):
        read_source(arxiv_api, harvest_position(""))
    assert len(source.requests) == arxiv_api.TRIES


def test_a_query_that_finds_nothing_gives_nothing(source):
    source.says(atom())
    (page,) = read_source(arxiv_api, harvest_position(""))
    assert (page.records, page.complete_to) == ([], WEDNESDAY)


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_entry_is_reported(source, status):
    source.says(Reply(payload("arxiv_api/error-bad-id.xml"), status))
    with pytest.raises(SourceError, match="arXiv: incorrect id format for abc"):
        list(arxiv_api.pages_of_ids(Fetcher(), ["abc"]))


def test_ids_arxiv_does_not_have_are_named(source):
    source.says(payload("arxiv_api/one-paper.xml"))
    (page,) = arxiv_api.pages_of_ids(Fetcher(), ["1605.08386", "9912.99999"])
    assert [record.identifiers[0][1] for record in page.records] == ["1605.08386"]
    assert page.skipped == ["9912.99999: not found on arXiv"]


def test_a_query_stops_at_the_requested_maximum(source):
    source.says(atom(atom_entry(), total=5000))
    pages = list(arxiv_api.pages_of_query(Fetcher(), "cat:cs.LG", most=1))
    assert (len(pages), source.requests[0].query["max_results"]) == (1, "1")


def test_the_feed_of_a_category_gives_new_cross_listed_and_replaced_papers(source):
    source.says(payload("arxiv_rss/cs.AI.xml"))
    (page,) = read_source(arxiv_rss, harvest_position("cs.AI"))
    new, replaced, crossed = page.records
    assert (new.day, new.version, new.only_if_known, new.categories[0]) == (date(2025, 9, 18), 1, False, "cs.AI")
    assert (replaced.day, replaced.version, replaced.only_if_known) == (None, 4, True)
    assert (crossed.day, crossed.version, crossed.only_if_known) == (None, 1, False)
    assert crossed.categories == ("cs.CV", "cs.AI")
    assert crossed.authors == ("José Author", "René Writer")
    assert crossed.abstract.endswith("with O(n) < 1 s.")
    assert page.complete_to == date(2025, 9, 18)


def test_each_category_is_requested_on_its_own(settings):
    settings.ARXIV_CATEGORIES = ["cs.LG", "cs.NA", "math.NA"]
    assert arxiv_rss.parts() == ["cs.LG", "math.NA"]


def test_a_feed_of_a_day_without_news_completes_nothing(source):
    source.says(rss(date="Sun, 13 Sep 2026 00:00:00 -0400"))
    (page,) = read_source(arxiv_rss, harvest_position("cs.LG"))
    assert (page.records, page.complete_to) == ([], None)


@pytest.mark.parametrize(("hour", "complete_to"), [(5, None), (6, WEDNESDAY)])
def test_an_empty_feed_on_a_day_with_news_counts_once_arxiv_had_time_to_fill_it(source, hour, complete_to):
    source.says(rss())
    at = HarvestPosition("cs.LG", WEDNESDAY, datetime(2026, 9, 16, hour, tzinfo=UTC))
    assert read_source(arxiv_rss, at)[0].complete_to == complete_to


@pytest.mark.parametrize("kind", ["new", "new "])
def test_affiliations_and_trailing_blanks_in_a_feed_are_dropped(source, kind):
    source.says(rss(rss_item(kind=kind, authors="Ada Lovelace (Univ. A, Dept. (B), C), Alan Turing, Jr.")))
    record = only_record(read_source(arxiv_rss, harvest_position("cs.LG")))
    assert record.authors == ("Ada Lovelace", "Alan Turing, Jr.")
    assert (record.day, record.abstract) == (WEDNESDAY, "All about graphs.")


def test_a_truncated_feed_is_not_complete_and_says_so(source, monkeypatch):
    monkeypatch.setattr(arxiv_rss, "CUT_AT", 1)
    source.says(rss(rss_item()))
    (page,) = read_source(arxiv_rss, harvest_position("cs.LG"))
    assert page.complete_to is None
    assert page.remarks == ["cs.LG: the feed is cut off at 1 papers; use oai for the rest"]


def test_a_category_that_does_not_exist_is_an_error_with_arxivs_reason(source):
    wrong = rss().replace("<pubDate>", "<description>Invalid archive “zz”</description><pubDate>", 1)
    source.says(Reply(wrong, 400))
    with pytest.raises(SourceError, match="answered 400: Invalid archive"):
        read_source(arxiv_rss, harvest_position("zz"))


@pytest.mark.parametrize("day", ["Wed, 16 Sep 2126 00:00:00 -0400", "some day"])
def test_a_feed_with_an_impossible_day_is_refused(source, day):
    source.says(rss(rss_item(), date=day))
    with pytest.raises(SourceError, match=r"expected (a day that is not in the future|the feed’s day)"):
        read_source(arxiv_rss, harvest_position("cs.LG"))


def test_an_unchanged_feed_gives_nothing(source):
    source.says(Reply(status=304))
    fetcher = Fetcher(validators={f"{source.url}/rss/cs.LG": ('"1"', "")})
    (page,) = arxiv_rss.pages(fetcher, harvest_position("cs.LG"))
    assert (page.records, page.complete_to) == ([], None)


@pytest.mark.parametrize(
    ("creators", "authors"),
    [
        (["Ada Lovelace", "Alan Turing"], ("Ada Lovelace", "Alan Turing")),
        (["Lovelace, Ada", "Turing, Alan"], ("Ada Lovelace", "Alan Turing")),
        (["Ada Lovelace, Alan Turing"], ("Ada Lovelace", "Alan Turing")),
    ],
)
def test_all_creators_of_an_item_are_its_authors(source, creators, authors):
    one = "<dc:creator>Ada Lovelace, Alan Turing</dc:creator>"
    item = rss_item().replace(one, "".join(f"<dc:creator>{name}</dc:creator>" for name in creators))
    source.says(rss(item))
    assert only_record(read_source(arxiv_rss, harvest_position("cs.LG"))).authors == authors


@pytest.mark.parametrize(
    ("stamp", "is_new", "only_if_known"),
    [
        ("(arXiv:2609.00001v1 [cs.LG])", True, False),
        ("(arXiv:2609.00001v1 [cs.CL] CROSS LISTED)", False, False),
        ("(arXiv:2609.00001v2 [cs.LG] UPDATED)", False, True),
    ],
)
def test_the_stamp_in_old_feeds_is_read_and_removed_from_the_title(source, stamp, is_new, only_if_known):
    item = rss_item(title=f"On graphs. {stamp}", kind="")
    source.says(rss(re.sub(r"<arxiv:announce_type>.*?</arxiv:announce_type>", "", item)))
    record = only_record(read_source(arxiv_rss, harvest_position("cs.LG")))
    assert (record.title, bool(record.day), record.only_if_known) == ("On graphs", is_new, only_if_known)


def test_doubly_escaped_text_is_unescaped(source):
    source.says(rss(rss_item(title="Cats &amp; dogs", abstract="a &lt; b")))
    record = only_record(read_source(arxiv_rss, harvest_position("cs.LG")))
    assert (record.title, record.abstract) == ("Cats & dogs", "a < b")


def test_names_from_the_api_are_read_and_its_colon_is_not_an_author(source):
    names = "".join(f"<author><name>{name}</name></author>" for name in ("ATLAS Collaboration", ":", "G. Aad"))
    source.says(atom(atom_entry().replace("<author><name>Ada Lovelace</name></author>", names)))
    assert only_record(read_source(arxiv_api, harvest_position(""))).authors == ("ATLAS Collaboration", "G. Aad")
