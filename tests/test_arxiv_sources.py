"""What arXiv says in three ways becomes records, and what it says wrongly a clear error."""

from datetime import UTC, date, datetime

import pytest

from digest.sources import arxiv, arxiv_api, arxiv_oai, arxiv_rss
from digest.sources.fetching import Fetcher
from digest.sources.page import Place
from digest.sources.record import SourceError
from tests.fake_source import Reply, payload
from tests.feeds import BOMB, HTML, MONDAY, atom, atom_entry, oai, oai_record, rss, rss_item

# The night after the mailing of Tuesday, 15 September 2026, whose day is Wednesday.
NIGHT = datetime(2026, 9, 16, 5, tzinfo=UTC)
WEDNESDAY = date(2026, 9, 16)


@pytest.fixture(autouse=True)
def night(settings, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    settings.ARXIV_CATEGORIES = ["cs.LG"]


def place(part="cs", cursor=""):
    return Place(part, date(2026, 9, 13), NIGHT, cursor)


def read(source_file, at=None):
    return list(source_file.pages(Fetcher(), at or place()))


def only(pages):
    (page,) = pages
    (record,) = page.records
    return record


def test_oai_tells_a_paper_with_version_day_and_primary_category(source):
    versions = ((2, "Tue, 15 Sep 2026 11:00:00 GMT"), (1, MONDAY))
    source.says(oai(oai_record(versions=versions, doi="10.1000/A.1 10.1000/b")))
    record = only(read(arxiv_oai))
    assert (record.title, record.abstract, record.version) == ("On graphs", "All about graphs.", 2)
    assert record.original_abstract == "All about\n  graphs."
    assert record.identifiers == (("arxiv", "2609.00001"), ("doi", "10.1000/a.1"), ("doi", "10.1000/b"))
    assert record.authors == ("Ada Lovelace", "Alan Turing")
    assert record.categories == ("cs.LG", "cs.AI")
    assert record.published_at == datetime(2026, 9, 14, 10, tzinfo=UTC)
    assert (record.day, record.origin) == (date(2026, 9, 15), "arxiv")


def test_oai_is_asked_for_a_set_since_a_day(source):
    source.says(oai(oai_record()))
    read(arxiv_oai)
    assert source.requests[0].query == {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "set": "cs",
        "from": "2026-09-13",
    }


def test_oai_goes_from_page_to_page_and_is_complete_after_the_last(source):
    source.says(oai(oai_record("2609.00001"), token="next"), oai(oai_record("2609.00002"), token=""))
    pages = read(arxiv_oai)
    assert [page.cursor for page in pages] == ["next", ""]
    assert [page.complete_to for page in pages] == [None, WEDNESDAY]
    assert source.requests[1].query == {"verb": "ListRecords", "resumptionToken": "next"}


def test_oai_asked_before_it_is_ready_is_complete_to_the_day_before(source):
    source.says(oai(oai_record()))
    early = Place("cs", date(2026, 9, 13), datetime(2026, 9, 16, 2, 29, tzinfo=UTC))
    assert read(arxiv_oai, early)[0].complete_to == date(2026, 9, 15)


def test_oai_with_nothing_new_gives_no_record(source):
    source.says(oai(error=("noRecordsMatch", "")))
    (page,) = read(arxiv_oai)
    assert (page.records, page.complete_to) == ([], WEDNESDAY)


def test_an_expired_token_begins_anew(source):
    source.says(oai(error=("badResumptionToken", "expired")), oai(oai_record()))
    assert only(read(arxiv_oai, place(cursor="old"))).title == "On graphs"
    assert "resumptionToken" not in source.requests[1].query


def test_a_token_that_is_refused_in_the_middle_is_an_error(source):
    source.says(oai(oai_record(), token="a"), oai(error=("badResumptionToken", "no")))
    with pytest.raises(SourceError, match="resumption token has expired"):
        read(arxiv_oai)


def test_a_token_that_leads_to_itself_ends(source):
    source.says(oai(oai_record(), token="a"))
    with pytest.raises(SourceError, match="expected a new resumption token"):
        read(arxiv_oai)


def test_another_error_of_oai_is_told(source):
    source.says(oai(error=("badArgument", "no such set")))
    with pytest.raises(SourceError, match="arXiv: badArgument: no such set"):
        read(arxiv_oai)


def test_a_deleted_record_says_that_a_known_paper_is_gone(source):
    source.says(oai(oai_record(status="deleted", datestamp="2026-09-14")))
    record = only(read(arxiv_oai))
    assert (record.only_if_known, record.withdrawn_at) == (True, datetime(2026, 9, 14, tzinfo=UTC))


@pytest.mark.parametrize(
    "comment",
    [
        "This paper has been withdrawn by the author due to an error in Theorem 2",
        "Withdrawn. See arXiv:2609.1",
        "The article is withdrawn because of a crucial sign error",
    ],
)
def test_a_comment_tells_that_a_paper_is_withdrawn(source, comment):
    source.says(oai(oai_record(comments=comment)))
    assert only(read(arxiv_oai)).withdrawn_at == datetime(2026, 9, 14, 10, tzinfo=UTC)
    source.says(atom(atom_entry(comment=comment)))
    assert only(read(arxiv_api, place(""))).withdrawn_at == datetime(2026, 9, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize("comment", ["12 pages", "A study of how troops were withdrawn", "see also the retraction"])
def test_other_comments_do_not(comment):
    assert not arxiv.is_withdrawn(comment)


def test_a_version_with_nothing_in_it_is_withdrawn(source):
    source.says(oai(oai_record()).replace("<size>9kb</size>", "<size>0kb</size>"))
    assert only(read(arxiv_oai)).withdrawn_at


@pytest.mark.parametrize("moment", ["Mon, 999 Apr 2007 10:00:00 GMT", "soon", "", "Mon, 14 Sep 2126 10:00:00 GMT"])
def test_a_date_that_is_impossible_or_far_in_the_future_is_left_out(source, moment):
    source.says(oai(oai_record(versions=((1, moment),))))
    record = only(read(arxiv_oai))
    assert (record.title, record.published_at, record.day) == ("On graphs", None, None)


def test_a_paper_that_a_moderator_held_is_of_the_day_it_came_out(source):
    source.says(oai(oai_record(versions=((1, "Tue, 08 Sep 2026 10:00:00 GMT"),), datestamp="2026-09-15")))
    assert only(read(arxiv_oai)).day == date(2026, 9, 15)


def test_a_later_change_of_an_old_record_makes_no_news(source):
    source.says(oai(oai_record("1301.0001", versions=((1, "Tue, 01 Jan 2013 10:00:00 GMT"),))))
    assert only(read(arxiv_oai)).day == date(2013, 1, 2)


def test_a_record_without_id_or_title_is_skipped_and_the_others_stay(source):
    nameless = oai_record().replace("oai:arXiv.org:2609.00001", "oai:arXiv.org:what")
    source.says(oai(nameless, oai_record("2609.00002", title=" "), oai_record("2609.00003")))
    (page,) = read(arxiv_oai)
    assert [record.identifiers[0][1] for record in page.records] == ["2609.00003"]
    assert page.skipped == [
        "expected a record with an arXiv id, found “oai:arXiv.org:what”",
        "2609.00002: expected a title, found none",
    ]


@pytest.mark.parametrize("category", ["math-ph", "hep-th", "astro-ph.CO"])
def test_sets_of_physics_have_a_group_of_their_own(settings, category):
    settings.ARXIV_CATEGORIES = [category, "cs.LG", "cs.SY"]
    assert arxiv_oai.parts() == sorted(["cs", "eess", f"physics:{category.partition('.')[0]}"])


def test_the_api_gives_what_it_gave_in_april(source):
    source.says(payload("arxiv_api/query-first-page.xml").replace(b">214881<", b">10<"))
    (page,) = read(arxiv_api, place(""))
    assert (len(page.records), page.skipped) == (10, [])
    first = page.records[0]
    assert first.title.startswith("Testing Deep Learning Models")
    assert first.identifiers == (("arxiv", "2202.12139"), ("doi", "10.1109/icstw55395.2022.00035"))
    assert (first.version, first.categories) == (1, ("cs.SE", "cs.LG"))
    assert first.authors == ("Mohit Kumar Ahuja", "Arnaud Gotlieb", "Helge Spieker")
    assert first.published_at == datetime(2022, 2, 24, 15, 5, 19, tzinfo=UTC)


def test_the_api_is_asked_oldest_first_page_by_page(source, monkeypatch):
    monkeypatch.setattr(arxiv_api, "PAGE", 1)
    source.says(atom(atom_entry("2609.00001v1"), total=2), atom(atom_entry("2609.00002v1"), total=2))
    pages = read(arxiv_api, place(""))
    assert [(page.cursor, page.complete_to) for page in pages] == [("1", None), ("", WEDNESDAY)]
    query = source.requests[1].query
    assert (query["start"], query["sortBy"], query["sortOrder"]) == ("1", "submittedDate", "ascending")
    assert query["search_query"] == "(cat:cs.LG) AND submittedDate:[202609080000 TO 999912312359]"


def test_codes_of_other_taxonomies_are_no_categories(source):
    source.says(atom(atom_entry()))
    assert only(read(arxiv_api, place(""))).categories == ("cs.LG", "cs.AI")


def test_an_empty_page_in_the_middle_is_asked_for_again(source):
    source.says(atom(total=1), atom(atom_entry()))
    assert only(read(arxiv_api, place(""))).title == "On graphs"


def test_pages_that_stay_empty_are_an_error(source):
    source.says(atom(total=7))
    with pytest.raises(SourceError, match="expected the entries from 0 of 7 on, found an empty page"):
        read(arxiv_api, place(""))
    assert len(source.requests) == arxiv_api.TRIES


def test_a_query_that_finds_nothing_gives_nothing(source):
    source.says(atom())
    (page,) = read(arxiv_api, place(""))
    assert (page.records, page.complete_to) == ([], WEDNESDAY)


@pytest.mark.parametrize("status", [200, 400])
def test_an_entry_that_is_an_error_is_told(source, status):
    source.says(Reply(payload("arxiv_api/error-bad-id.xml"), status))
    with pytest.raises(SourceError, match="arXiv: incorrect id format for abc"):
        list(arxiv_api.pages_of_ids(Fetcher(), ["abc"]))


def test_ids_arxiv_does_not_have_are_named(source):
    source.says(payload("arxiv_api/one-paper.xml"))
    (page,) = arxiv_api.pages_of_ids(Fetcher(), ["1605.08386", "9912.99999"])
    assert [record.identifiers[0][1] for record in page.records] == ["1605.08386"]
    assert page.skipped == ["9912.99999: arXiv has no such paper"]


def test_a_query_stops_at_the_most_that_is_wanted(source):
    source.says(atom(atom_entry(), total=5000))
    pages = list(arxiv_api.pages_of_query(Fetcher(), "cat:cs.LG", most=1))
    assert (len(pages), source.requests[0].query["max_results"]) == (1, "1")


def test_the_feed_of_a_category_gives_new_crossed_and_replaced_papers(source):
    source.says(payload("arxiv_rss/cs.AI.xml"))
    (page,) = read(arxiv_rss, place("cs.AI"))
    new, replaced, crossed = page.records
    assert (new.day, new.version, new.only_if_known, new.categories[0]) == (date(2025, 9, 18), 1, False, "cs.AI")
    assert (replaced.day, replaced.version, replaced.only_if_known) == (None, 4, True)
    assert (crossed.day, crossed.version, crossed.only_if_known) == (None, 1, False)
    assert crossed.categories == ("cs.CV", "cs.AI")
    assert crossed.authors == ("José Author", "René Writer")
    assert crossed.abstract.endswith("with O(n) < 1 s.")
    assert page.complete_to == date(2025, 9, 18)


def test_each_category_is_asked_for_alone(settings):
    settings.ARXIV_CATEGORIES = ["cs.LG", "cs.NA", "math.NA"]
    assert arxiv_rss.parts() == ["cs.LG", "math.NA"]


def test_a_feed_of_a_day_without_news_completes_nothing(source):
    source.says(rss(date="Sun, 13 Sep 2026 00:00:00 -0400"))
    (page,) = read(arxiv_rss, place("cs.LG"))
    assert (page.records, page.complete_to) == ([], None)


@pytest.mark.parametrize("kind", ["new", "new "])
def test_affiliations_and_trailing_blanks_in_a_feed(source, kind):
    source.says(rss(rss_item(kind=kind, authors="Ada Lovelace (Univ. A, Dept. (B), C), Alan Turing, Jr.")))
    record = only(read(arxiv_rss, place("cs.LG")))
    assert record.authors == ("Ada Lovelace", "Alan Turing, Jr.")
    assert (record.day, record.abstract) == (WEDNESDAY, "All about graphs.")


def test_a_feed_that_is_cut_is_not_complete_and_says_so(source, monkeypatch):
    monkeypatch.setattr(arxiv_rss, "CUT_AT", 1)
    source.says(rss(rss_item()))
    (page,) = read(arxiv_rss, place("cs.LG"))
    assert page.complete_to is None
    assert page.remarks == ["cs.LG: the feed is cut at 1 papers; use oai for the others"]


def test_a_category_that_does_not_exist_is_an_error_with_arxivs_reason(source):
    wrong = rss().replace("<pubDate>", "<description>Invalid archive “zz”</description><pubDate>", 1)
    source.says(Reply(wrong, 400))
    with pytest.raises(SourceError, match="answered 400: Invalid archive"):
        read(arxiv_rss, place("zz"))


@pytest.mark.parametrize("day", ["Wed, 16 Sep 2126 00:00:00 -0400", "some day"])
def test_a_feed_of_an_impossible_day_is_refused(source, day):
    source.says(rss(rss_item(), date=day))
    with pytest.raises(SourceError, match=r"expected (a day that has come|the day of the feed)"):
        read(arxiv_rss, place("cs.LG"))


def test_a_feed_that_did_not_change_gives_nothing(source):
    source.says(Reply(status=304))
    fetcher = Fetcher(validators={f"{source.url}/rss/cs.LG": ('"1"', "")})
    (page,) = arxiv_rss.pages(fetcher, place("cs.LG"))
    assert (page.records, page.complete_to) == ([], None)


ALL = pytest.mark.parametrize("source_file", [arxiv_oai, arxiv_api, arxiv_rss], ids=["oai", "api", "rss"])


@ALL
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (HTML, "found an HTML page"),
        ("<feed><entry>", "found what is none"),
        ("", "found what is none"),
        (BOMB, "expected plain XML, found DTDForbidden"),
        ("<other/>", "found <other>"),
        (b"\xff\xfe<feed/>", "found what is none"),
    ],
    ids=["HTML", "broken", "empty", "bomb", "another", "not UTF-8"],
)
def test_what_is_not_the_xml_that_was_expected_is_refused(source, source_file, body, message):
    source.says(body)
    with pytest.raises(SourceError, match=message) as caught:
        read(source_file, place("cs"))
    assert source.url in str(caught.value)


@ALL
@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("<script>alert(1)</script> & co", "<script>alert(1)</script> & co"),
        (r"$\mathcal{O}(n)$", "O(n)"),
        (r"\label{x}", r"\label{x}"),
        ("a <b and c> d &amp; e", "a <b and c> d &amp; e"),
        ("Jos\\'e's 3.4\\% solution", "José's 3.4% solution"),
    ],
)
def test_titles_come_through_whole_whatever_they_hold(source, source_file, title, clean):
    answers = {
        arxiv_oai: oai(oai_record(title=title)),
        arxiv_api: atom(atom_entry(title=title)),
        arxiv_rss: rss(rss_item(title=title)),
    }
    source.says(answers[source_file])
    record = only(read(source_file, place("cs.LG")))
    assert (record.title, record.original_title) == (clean, title)
