"""arXiv's answers in three formats become records, and wrong answers a clear error."""

from datetime import UTC, date, datetime

import pytest

from digest.sources import arxiv, arxiv_api, arxiv_oai, arxiv_rss
from digest.sources.page import HarvestPosition
from digest.sources.record import SourceError
from tests.support.harvest import NIGHT, WEDNESDAY, harvest_position, only_record, read_source
from tests.support.source_answers import BOMB, HTML, MONDAY, atom, atom_entry, oai, oai_record, rss, rss_item


@pytest.fixture(autouse=True)
def night(settings, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    settings.ARXIV_CATEGORIES = ["cs.LG"]


def test_oai_gives_a_paper_with_version_day_and_primary_category(source):
    versions = ((2, "Tue, 15 Sep 2026 11:00:00 GMT"), (1, MONDAY))
    source.says(oai(oai_record(versions=versions, doi="10.1000/A.1 10.1000/b")))
    record = only_record(read_source(arxiv_oai))
    assert (record.title, record.abstract, record.version) == ("On graphs", "All about graphs.", 2)
    assert record.original_abstract == "All about\n  graphs."
    assert record.identifiers == (("arxiv", "2609.00001"), ("doi", "10.1000/a.1"), ("doi", "10.1000/b"))
    assert record.authors == ("Ada Lovelace", "Alan Turing")
    assert record.categories == ("cs.LG", "cs.AI")
    assert record.published_at == datetime(2026, 9, 14, 10, tzinfo=UTC)
    assert (record.day, record.origin) == (date(2026, 9, 15), "arxiv")


def test_oai_is_queried_for_a_set_since_a_day(source):
    source.says(oai(oai_record()))
    read_source(arxiv_oai)
    assert source.requests[0].query == {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "set": "cs",
        "from": "2026-09-13",
    }


def test_oai_goes_from_page_to_page_and_is_complete_after_the_last(source):
    source.says(oai(oai_record("2609.00001"), token="next"), oai(oai_record("2609.00002"), token=""))
    pages = read_source(arxiv_oai)
    assert [page.cursor for page in pages] == ["next", ""]
    assert [page.complete_to for page in pages] == [None, WEDNESDAY]
    assert source.requests[1].query == {"verb": "ListRecords", "resumptionToken": "next"}


def test_oai_queried_before_it_is_ready_is_complete_to_the_day_before(source):
    source.says(oai(oai_record()))
    early = HarvestPosition("cs", date(2026, 9, 13), datetime(2026, 9, 16, 2, 29, tzinfo=UTC))
    assert read_source(arxiv_oai, early)[0].complete_to == date(2026, 9, 15)


def test_oai_with_nothing_new_gives_no_records(source):
    source.says(oai(error=("noRecordsMatch", "")))
    (page,) = read_source(arxiv_oai)
    assert (page.records, page.complete_to) == ([], WEDNESDAY)


def test_an_expired_token_restarts_the_list(source):
    source.says(oai(error=("badResumptionToken", "expired")), oai(oai_record()))
    assert only_record(read_source(arxiv_oai, harvest_position(cursor="old"))).title == "On graphs"
    assert "resumptionToken" not in source.requests[1].query


def test_a_token_refused_halfway_is_an_error(source):
    source.says(oai(oai_record(), token="a"), oai(error=("badResumptionToken", "no")))
    with pytest.raises(SourceError, match="resumption token has expired"):
        read_source(arxiv_oai)


def test_a_token_that_repeats_itself_is_an_error(source):
    source.says(oai(oai_record(), token="a"))
    with pytest.raises(SourceError, match="expected a new resumption token"):
        read_source(arxiv_oai)


def test_other_oai_errors_are_reported(source):
    source.says(oai(error=("badArgument", "no such set")))
    with pytest.raises(SourceError, match="arXiv: badArgument: no such set"):
        read_source(arxiv_oai)


def test_a_deleted_record_marks_a_known_paper_as_withdrawn(source):
    source.says(oai(oai_record(status="deleted", datestamp="2026-09-14")))
    record = only_record(read_source(arxiv_oai))
    assert (record.only_if_known, record.withdrawn_at) == (True, datetime(2026, 9, 14, tzinfo=UTC))


@pytest.mark.parametrize(
    "comment",
    [
        "This paper has been withdrawn by the author due to an error in Theorem 2",
        "Withdrawn. See arXiv:2609.1",
        "The article is withdrawn because of a crucial sign error",
    ],
)
def test_a_comment_can_say_that_a_paper_is_withdrawn(source, comment):
    source.says(oai(oai_record(comments=comment)))
    assert only_record(read_source(arxiv_oai)).withdrawn_at == datetime(2026, 9, 14, 10, tzinfo=UTC)
    source.says(atom(atom_entry(comment=comment)))
    assert only_record(read_source(arxiv_api, harvest_position(""))).withdrawn_at == datetime(
        2026, 9, 14, 10, tzinfo=UTC
    )


@pytest.mark.parametrize("comment", ["12 pages", "A study of how troops were withdrawn", "see also the retraction"])
def test_other_comments_do_not(comment):
    assert not arxiv.says_withdrawn(comment)


def test_an_empty_version_means_the_paper_is_withdrawn(source):
    source.says(oai(oai_record()).replace("<size>9kb</size>", "<size>0kb</size><source_type>I</source_type>"))
    assert only_record(read_source(arxiv_oai)).withdrawn_at


@pytest.mark.parametrize("moment", ["Mon, 999 Apr 2007 10:00:00 GMT", "soon", "", "Mon, 14 Sep 2126 10:00:00 GMT"])
def test_a_date_that_is_impossible_or_far_in_the_future_is_left_out(source, moment):
    source.says(oai(oai_record(versions=((1, moment),))))
    record = only_record(read_source(arxiv_oai))
    assert (record.title, record.published_at, record.day) == ("On graphs", None, None)


def test_a_paper_held_by_a_moderator_gets_the_day_it_came_out(source):
    source.says(oai(oai_record(versions=((1, "Tue, 08 Sep 2026 10:00:00 GMT"),), datestamp="2026-09-15")))
    assert only_record(read_source(arxiv_oai)).day == date(2026, 9, 15)


def test_a_later_change_to_an_old_record_is_not_news(source):
    source.says(oai(oai_record("1301.0001", versions=((1, "Tue, 01 Jan 2013 10:00:00 GMT"),))))
    assert only_record(read_source(arxiv_oai)).day == date(2013, 1, 2)


def test_a_record_without_id_or_title_is_skipped_and_the_others_are_kept(source):
    nameless = oai_record().replace("oai:arXiv.org:2609.00001", "oai:arXiv.org:what")
    source.says(oai(nameless, oai_record("2609.00002", title=" "), oai_record("2609.00003")))
    (page,) = read_source(arxiv_oai)
    assert [record.identifiers[0][1] for record in page.records] == ["2609.00003"]
    assert page.skipped == [
        "expected a record with an arXiv ID, found “oai:arXiv.org:what”",
        "2609.00002: expected a title, found none",
    ]


@pytest.mark.parametrize("category", ["math-ph", "hep-th", "astro-ph.CO"])
def test_physics_sets_have_their_own_group(settings, category):
    settings.ARXIV_CATEGORIES = [category, "cs.LG", "cs.SY"]
    assert arxiv_oai.parts() == sorted(["cs", "eess", f"physics:{category.partition('.')[0]}"])


ALL = pytest.mark.parametrize("source_file", [arxiv_oai, arxiv_api, arxiv_rss], ids=["oai", "api", "rss"])


@ALL
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (HTML, "found an HTML page"),
        ("<feed><entry>", "found something else"),
        ("", "found something else"),
        (BOMB, "expected plain XML, found DTDForbidden"),
        ("<other/>", "found <other>"),
        (b"\xff\xfe<feed/>", "found something else"),
    ],
    ids=["HTML", "broken", "empty", "bomb", "another", "not UTF-8"],
)
def test_anything_but_the_expected_xml_is_refused(source, source_file, body, message):
    source.says(body)
    with pytest.raises(SourceError, match=message) as caught:
        read_source(source_file, harvest_position("cs"))
    assert source.url in str(caught.value)


@ALL
@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("<script>alert(1)</script> & co", "<script>alert(1)</script> & co"),
        (r"$\mathcal{O}(n)$", "O(n)"),
        (r"\label{x}", r"\label{x}"),
        ("a <b and c> d & e", "a <b and c> d & e"),
        ("Jos\\'e's 3.4\\% solution", "José's 3.4% solution"),
    ],
)
def test_titles_come_through_whole_whatever_they_contain(source, source_file, title, clean):
    answers = {
        arxiv_oai: oai(oai_record(title=title)),
        arxiv_api: atom(atom_entry(title=title)),
        arxiv_rss: rss(rss_item(title=title)),
    }
    source.says(answers[source_file])
    record = only_record(read_source(source_file, harvest_position("cs.LG")))
    assert (record.title, record.original_title) == (clean, title)
