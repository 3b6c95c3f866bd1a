"""Records from indexes: text without markup, IDs of all kinds, retractions, publication days instead of issue dates."""

import json
from datetime import UTC, date, datetime

import pytest

from digest.catalog import harvesting
from digest.models import Listing, Paper
from digest.sources import crossref, dblp, europepmc, openalex, openreview, pubmed
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import day_of
from digest.sources.page import HarvestPosition, KnownPaper
from digest.sources.record import SourceError
from tests.support import index_answers as answers
from tests.support.factories import make_paper
from tests.support.fake_source import Reply
from tests.support.harvest import WEDNESDAY
from tests.support.night_harvest import NIGHT

SEPTEMBER_14 = datetime(2026, 9, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def morning(time_machine):
    time_machine.move_to(NIGHT, tick=False)


def read(module, part="", known_papers=(), cursor=""):
    place = HarvestPosition(part, WEDNESDAY, NIGHT, cursor, known_papers=known_papers)
    return list(module.pages(Fetcher(), place))


def only(pages):
    (record,) = [record for page in pages for record in page.records]
    return record


def test_europe_pmc_gives_preprints_and_the_articles_they_became(source):
    link = {"commentCorrectionList": {"commentCorrection": [{"id": "77", "source": "MED", "type": "Preprint of"}]}}
    source.says(answers.europepmc(answers.europepmc_result(**link)))
    record = only(read(europepmc))
    assert record.identifiers == (("doi", "10.1101/2026.09.14.000001"), ("pmid", "77"))
    assert (record.title, record.abstract) == ("On graphs", "Background: All about graphs.")
    assert record.authors == ("Ada Lovelace", "The Lab")
    assert (record.categories, record.day, record.published_at) == (("server:biorxiv",), WEDNESDAY, SEPTEMBER_14)
    assert source.requests[0].query["query"] == "(SRC:PPR) AND (FIRST_IDATE:[2026-09-16 TO 2026-09-16])"


def test_a_comment_on_a_paper_is_not_the_paper(source):
    link = {"commentCorrectionList": {"commentCorrection": [{"id": "77", "source": "MED", "type": "Comment in"}]}}
    source.says(answers.europepmc(answers.europepmc_result(**link)))
    assert only(read(europepmc)).identifiers == (("doi", "10.1101/2026.09.14.000001"),)


def test_crossref_gives_articles_without_jats_markup_and_joins_their_preprints(source):
    relation = {"has-preprint": [{"id": "10.1101/1", "id-type": "doi"}], "is-review-of": [{"id": "10.1000/other"}]}
    source.says(answers.crossref(answers.crossref_work(relation=relation)))
    record = only(read(crossref, "1476-4687"))
    assert record.identifiers == (("doi", "10.1000/graphs.1"), ("doi", "10.1101/1"))
    assert (record.abstract, record.venue) == ("All about graphs.", "Annals of Graphs")
    assert (record.authors, record.day) == (("Ada Lovelace", "The Lab"), WEDNESDAY)
    assert source.requests[0].query["filter"] == "issn:1476-4687,from-index-date:2026-09-16"


def test_crossref_venues_are_text_too(source):
    source.says(answers.crossref(answers.crossref_work(**{"container-title": ["Graphs &amp; <i>Trees</i>"]})))
    assert only(read(crossref, "1476-4687")).venue == "Graphs & Trees"


@pytest.mark.parametrize("title", ["RETRACTED: On graphs", "WITHDRAWN: On graphs", "RETRACTED ARTICLE: On graphs"])
def test_a_title_that_says_retracted_withdraws_its_own_paper_and_is_no_news(source, title):
    source.says(answers.crossref(answers.crossref_work(title=[title])))
    record = only(read(crossref, "1476-4687"))
    assert (record.title, record.day, record.only_if_known) == ("On graphs", None, True)
    assert record.withdrawn_at


@pytest.mark.parametrize(
    "title",
    [
        "Erratum: On graphs",
        "Correction to: On graphs",
        "Retraction Note: On graphs",
        "Retraction notice to “On graphs”",
    ],
)
def test_notes_about_other_papers_are_no_papers_at_crossref(source, title):
    source.says(answers.crossref(answers.crossref_work(title=[title])))
    (page,) = read(crossref, "1476-4687")
    assert (page.records, len(page.skipped)) == ([], 1)


def test_openreviews_markdown_and_openalexs_heading_are_gone(source):
    note = {"id": "x", "content": {"title": {"value": "On graphs"}, "abstract": {"value": "**All** about `graphs`."}}}
    source.says(json.dumps({"notes": [note], "count": 1}))
    assert only(read(openreview, "ICLR.cc/2026/Conference")).abstract == "All about graphs."
    work = answers.openalex_work(abstract_inverted_index={"Abstract": [0], "All": [1], "of": [2], "it.": [3]})
    source.says(answers.openalex(work, cursor=None))
    assert only(read(openalex, "a:b")).abstract == "All of it."


def test_a_paper_deposited_again_is_not_news(source):
    old = answers.crossref_work(published={"date-parts": [[2019, 3]]}, abstract=None, author=None)
    source.says(answers.crossref(old))
    record = only(read(crossref, "1476-4687"))
    assert (record.day, record.published_at) == (None, datetime(2019, 3, 1, tzinfo=UTC))
    assert (record.abstract, record.authors) == ("", ())


def test_a_retraction_at_crossref_marks_the_paper_and_a_correction_does_not(source, db):
    paper = make_paper("On graphs")
    paper.identifiers.create(scheme="doi", value="10.1000/graphs.1")
    other = make_paper("On trees")
    other.identifiers.create(scheme="doi", value="10.1000/graphs.2")
    notes = [
        answers.crossref_work(8, **{"update-to": [{"DOI": "10.1000/Graphs.1", "type": "retraction"}]}),
        answers.crossref_work(9, **{"update-to": [{"DOI": "10.1000/Graphs.2", "type": "erratum"}]}),
    ]
    source.says(answers.crossref(*notes))
    run = harvesting.harvest("crossref", "1476-4687")
    paper.refresh_from_db()
    other.refresh_from_db()
    assert (paper.withdrawn_at, other.withdrawn_at) == (datetime(2026, 9, 16, tzinfo=UTC), None)
    assert (run.new, Paper.objects.count()) == (0, 2)


def test_openalex_gives_works_with_all_their_ids_and_reassembled_abstracts(source, settings):
    source.says(answers.openalex(answers.openalex_work()))
    record = only(read(openalex, "primary_topic.field.id:17"))
    ids = (("doi", "10.1000/graphs.1"), ("arxiv", "2609.00001"), ("openalex", "W1"))
    assert record.identifiers == ids
    assert (record.abstract, record.venue) == ("All about graphs.", "Annals of Graphs")
    assert record.categories == ("openalex:computer-science", "openalex:networks")


@pytest.mark.parametrize("index", [None, [], {"a": "b"}, {"a": [-1, "x", None, 10**9]}, {"a": None}])
def test_a_malformed_abstract_index_gives_an_empty_abstract(index):
    assert openalex.abstract_of(index) == ""


def test_a_key_goes_to_the_source_and_is_never_recorded(source, db, settings):
    setup = settings.SOURCE_SETUPS["openalex"]
    settings.SOURCE_SETUPS["openalex"] = type(setup)(**{**vars(setup), "key": "hush-hush"})
    source.says(answers.openalex(answers.openalex_work()), Reply(status=403))
    run = harvesting.harvest("openalex", "a:b")
    assert source.requests[0].query["api_key"] == "hush-hush"
    failed = harvesting.harvest("openalex", "a:b")
    assert "hush" not in run.requests + failed.requests + failed.error
    assert "answered 403" in failed.error


def test_a_spent_daily_budget_ends_the_day(source, db, settings):
    setup = settings.SOURCE_SETUPS["openalex"]
    settings.SOURCE_SETUPS["openalex"] = type(setup)(**{**vars(setup), "daily": 3})
    source.says(*(answers.openalex(answers.openalex_work(n), total=9, cursor=f"c{n}") for n in range(9)))
    run = harvesting.harvest("openalex", "a:b")
    assert (run.status, run.new, len(source.requests)) == ("failed", 3, 3)
    assert run.not_before == datetime(2026, 9, 17, tzinfo=UTC)
    harvesting.harvest("openalex", "c:d")
    assert len(source.requests) == 3


def test_openreview_gives_the_papers_of_a_venue(source):
    source.says(answers.openreview(answers.openreview_note()))
    record = only(read(openreview, "ICLR.cc/2026/Conference"))
    assert record.identifiers == (("openreview", "forum1"),)
    assert (record.title, record.venue, record.authors) == ("On graphs", "ICLR 2026 Poster", ("Ada Lovelace",))
    assert record.published_at == datetime(2026, 9, 14, 10, 0, tzinfo=UTC)


def test_a_paper_withdrawn_from_openreview_is_not_imported(source, db):
    source.says(answers.openreview(answers.openreview_note(venue="ICLR 2026 Conference Withdrawn Submission")))
    run = harvesting.harvest("openreview", "ICLR.cc/2026/Conference")
    assert (run.status, Paper.objects.count()) == ("finished", 0)


def test_a_pubmed_search_is_read_from_its_history_at_whatever_page_size_it_gives(source):
    pages_of = [
        answers.pubmed_articles(*(answers.pubmed_article(number) for number in some)) for some in ((1, 2), (3,))
    ]
    source.says(answers.pubmed_search(3), *pages_of)
    pages = read(pubmed, "graphs")
    assert [len(page.records) for page in pages] == [2, 1]
    assert [request.query.get("retstart") for request in source.requests] == [None, "0", "2"]
    assert source.requests[1].query["WebEnv"] == "WEB"
    record = pages[0].records[0]
    assert record.identifiers == (("doi", "10.1000/graphs.1"), ("pmid", "1"), ("pmcid", "PMC1"))
    assert (record.title, record.abstract) == ("On graphs", "Background: All about graphs. Results: Many.")
    assert (record.authors, record.categories) == (("Ada Lovelace", "The Lab"), ("mesh:graph-theory",))
    # Not the December issue.
    assert (record.published_at, record.venue) == (SEPTEMBER_14, "Annals of Graphs")


def test_pubmed_losing_its_history_is_an_error(source):
    source.says(answers.pubmed_search(3), answers.pubmed_articles())
    with pytest.raises(SourceError, match="expected 3 records, found 0"):
        read(pubmed, "graphs")


def test_a_pubmed_search_without_results_is_complete(source):
    source.says(answers.pubmed_search(0, history=""))
    assert [page.records for page in read(pubmed, "graphs")] == [[]]


def test_pubmed_tells_papers_from_notes_and_marks_retracted_ones(source, db):
    paper = make_paper("On graphs")
    paper.identifiers.create(scheme="pmid", value="1")
    retracted = answers.pubmed_article(1, kind="Retracted Publication")
    notes = [
        answers.pubmed_article(2, kind="Published Erratum"),
        answers.pubmed_article(3, kind="Retraction of Publication"),
    ]
    source.says(
        answers.pubmed_search(4), answers.pubmed_articles(retracted, *notes, answers.pubmed_article(4, abstract=""))
    )
    run = harvesting.harvest("pubmed", "graphs")
    paper.refresh_from_db()
    assert paper.withdrawn_at == datetime(2026, 9, 16, tzinfo=UTC)
    assert (run.new, run.skipped) == (1, 2)


def test_an_entity_in_pubmeds_document_type_is_refused(source):
    bomb = '<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "b">]><PubmedArticleSet>&a;</PubmedArticleSet>'
    source.says(answers.pubmed_search(1), bomb)
    with pytest.raises(SourceError, match="expected plain XML"):
        read(pubmed, "graphs")


def test_dblp_says_where_known_papers_appeared_and_adds_none(source, db):
    paper = make_paper("On graphs")
    paper.identifiers.create(scheme="arxiv", value="2609.00001")
    known_papers = [KnownPaper("On graphs", (("arxiv", "2609.00001"),), ("Ada Lovelace",))]
    authors = {"author": [{"text": "Ada Lovelace 0001"}]}
    corr = {"title": "On graphs.", "venue": "CoRR", "authors": authors}
    other = {"title": "On graphs.", "venue": "KDD", "authors": {"author": {"text": "Jo Else"}}}
    article = {"title": "On Graphs.", "venue": "J. ACM", "doi": "10.1145/1", "authors": authors}
    source.says(answers.dblp(corr, other, article))
    record = only(read(dblp, known_papers=known_papers))
    assert (record.venue, record.identifiers) == ("J. ACM", (("arxiv", "2609.00001"), ("doi", "10.1145/1")))
    assert record.only_if_known


@pytest.mark.parametrize("hits", [(), ({"title": "On trees.", "venue": "X"},), ({"title": "On graphs.", "venue": ""},)])
def test_dblp_says_nothing_about_a_paper_it_does_not_know(source, hits):
    source.says(answers.dblp(*hits))
    known_papers = [KnownPaper("On graphs", (("arxiv", "2609.00001"),), ("Ada Lovelace",))]
    assert [page.records for page in read(dblp, known_papers=known_papers)] == [[]]


def test_known_papers_get_their_venue(source, db, settings, time_machine):
    paper = make_paper("On graphs", authors=["Ada Lovelace"])
    paper.identifiers.create(scheme="arxiv", value="2609.00001")
    # Each paper is looked up on one day in thirty.
    time_machine.move_to(datetime.fromordinal(739_875 + (paper.pk - 739_875) % 30).replace(tzinfo=UTC), tick=False)
    source.says(
        answers.dblp({"title": "On Graphs.", "venue": "J. ACM", "authors": {"author": [{"text": "Ada Lovelace"}]}})
    )
    run = harvesting.harvest("dblp", "")
    paper.refresh_from_db()
    assert (run.error, paper.venue, paper.title) == ("", "J. ACM", "On graphs")
    assert Listing.objects.count() == 0


def test_only_valid_dates_are_read_as_days():
    days = ["2026-6-30", "2026-07-15", "2026/7/2", "2026", "2026-13-01", "soon", "", "2026-07-15T10:00:00Z"]
    expected = [date(2026, 6, 30), date(2026, 7, 15), date(2026, 7, 2), date(2026, 1, 1), None, None, None]
    assert list(map(day_of, days)) == [*expected, date(2026, 7, 15)]
