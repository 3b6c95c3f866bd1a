"""Each source is asked when there is something new, goes on where it failed, and keeps no other from its turn."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest import gathering, importing
from digest.models import Listing, Paper, PaperIdentifier, SourceRun
from digest.tasks import gather_part, gather_sources
from tests.fake_source import Reply
from tests.feeds import HTML, MONDAY, atom, atom_entry, oai, oai_record, rss, rss_item

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 9, 16, 5, tzinfo=UTC)
TUESDAY_MORNING = "Tue, 15 Sep 2026 10:00:00 GMT"


@pytest.fixture(autouse=True)
def night(settings, time_machine, source, waits):
    time_machine.move_to(NIGHT, tick=False)
    settings.SOURCES = ["oai"]
    settings.ARXIV_CATEGORIES = settings.EDITION_CATEGORIES = ["cs.LG"]
    return time_machine


def gather(name="oai", part="cs"):
    run = gathering.gather(name, part)
    run.refresh_from_db()
    return run


def numbers(run):
    return (run.new, run.updated, run.unchanged, run.skipped)


def test_a_run_writes_papers_and_its_own_row(source):
    source.says(oai(oai_record("2609.00001"), oai_record("what"), oai_record("2609.00002")))
    run = gather()
    assert (run.status, numbers(run), run.error) == ("finished", (2, 0, 0, 1), "")
    assert run.notes == "expected a record with an arXiv id, found “oai:arXiv.org:what”"
    assert (run.since, run.complete_to) == (date(2026, 9, 13), date(2026, 9, 16))
    paper = Paper.objects.get(identifiers__value="2609.00001")
    assert (paper.source, paper.version, paper.arxiv_categories) == ("oai", 1, ["cs.LG", "cs.AI"])
    assert Listing.objects.get(paper=paper).day == date(2026, 9, 15)


def test_a_second_run_with_nothing_new_changes_nothing(source):
    source.says(oai(oai_record("2609.00001"), oai_record("2609.00002")))
    gather()
    before = list(Paper.objects.values())
    assert numbers(gather()) == (0, 0, 2, 0)
    assert list(Paper.objects.values()) == before


def test_the_next_run_asks_for_some_days_once_more(source, night):
    source.says(oai())
    gather()
    night.move_to(NIGHT + timedelta(days=1), tick=False)
    gather()
    assert source.requests[-1].query["from"] == "2026-09-14"


def test_what_fails_in_the_middle_keeps_its_papers_and_goes_on_from_there(source, night):
    source.says(oai(oai_record("2609.00001"), token="page2"), HTML)
    failed = gather()
    assert (failed.status, failed.cursor, failed.new) == ("failed", "page2", 1)
    assert "found an HTML page" in failed.error
    night.move_to(NIGHT + timedelta(hours=1), tick=False)
    source.says(oai(oai_record("2609.00002"), token=""))
    run = gather()
    assert source.requests[-1].query == {"verb": "ListRecords", "resumptionToken": "page2"}
    assert (run.status, run.new, run.since, run.asked_at) == ("finished", 1, failed.since, NIGHT)
    assert Paper.objects.count() == 2


def test_a_place_of_yesterday_is_begun_anew_from_the_same_day(source, night):
    source.says(oai(oai_record(), token="page2"), HTML)
    failed = gather()
    night.move_to(NIGHT + timedelta(days=1), tick=False)
    source.says(oai(oai_record()))
    gather()
    assert source.requests[-1].query["from"] == failed.since.isoformat()


def test_a_run_that_failed_at_once_loses_no_day(source, night):
    source.says(oai())
    gather()
    for days in (1, 2, 3):
        night.move_to(NIGHT + timedelta(days=days), tick=False)
        source.says(HTML)
        gather()
    source.says(oai())
    gather()
    assert source.requests[-1].query["from"] == "2026-09-14"


def test_a_source_that_fails_keeps_the_others_going(source, settings, monkeypatch):
    monkeypatch.setattr(gather_part, "delay", gather_part)
    settings.SOURCES = ["oai", "rss", "huggingface"]

    def answer(request):
        return Reply(rss(rss_item())) if request.path.startswith("/rss") else Reply(HTML)

    source.answer = answer
    gather_sources()
    assert dict(SourceRun.objects.values_list("source", "status")) == {
        "oai": "failed",
        "rss": "finished",
        "huggingface": "failed",
    }
    assert Paper.objects.count() == 1


def test_two_workers_do_not_ask_the_same_at_the_same_time():
    SourceRun.objects.begin("oai", "cs")
    assert gathering.gather("oai", "cs") is None


def test_a_worker_that_vanished_is_replaced_and_its_place_taken_over(source, night):
    SourceRun.objects.begin("oai", "cs", since=date(2026, 9, 1), cursor="page9")
    night.move_to(NIGHT + timedelta(hours=1), tick=False)
    source.says(oai(oai_record()))
    assert gather().status == "finished"
    assert source.requests[0].query["resumptionToken"] == "page9"
    assert SourceRun.objects.get(status="failed").error == "the worker vanished; the next run goes on"


def test_a_source_that_asks_for_patience_is_left_alone_until_then(source):
    source.says(Reply(status=503, headers={"Retry-After": "7200"}))
    assert gather().not_before == NIGHT + timedelta(hours=2)
    assert not gathering.is_due("oai", "cs", NIGHT + timedelta(hours=1, minutes=59))
    assert gathering.is_due("oai", "cs", NIGHT + timedelta(hours=2))


def test_arxiv_is_asked_until_it_has_an_announcement_and_then_for_the_next(source, night):
    early = datetime(2026, 9, 16, 2, 20, tzinfo=UTC)
    night.move_to(early, tick=False)
    assert gathering.due(early) == [("oai", "cs")]
    source.says(oai())
    gather()
    # 22:30 Eastern has come, and the half hour between two runs is over.
    assert gathering.due(datetime(2026, 9, 16, 2, 29, tzinfo=UTC)) == []
    assert gathering.due(NIGHT) == [("oai", "cs")]
    night.move_to(NIGHT, tick=False)
    gather()
    assert gathering.due(datetime(2026, 9, 17, 2, 29, tzinfo=UTC)) == []
    assert gathering.due(datetime(2026, 9, 17, 2, 30, tzinfo=UTC)) == [("oai", "cs")]


def test_hugging_face_is_asked_once_an_hour(source, settings):
    settings.SOURCES = ["huggingface"]
    source.says("[]")
    gather("huggingface", "")
    assert gathering.due(NIGHT + timedelta(minutes=59)) == []
    assert gathering.due(NIGHT + timedelta(minutes=60)) == [("huggingface", "")]


def test_without_sources_nobody_is_asked_not_even_by_an_old_message(settings, source):
    settings.SOURCES = []
    gather_sources()
    gather_part("oai", "cs")
    assert source.requests == []


def test_a_feed_that_did_not_change_is_not_sent_again(source, night):
    source.says(Reply(rss(rss_item()), headers={"ETag": '"1"'}))
    first = gather("rss", "cs.LG")
    source.says(Reply(status=304))
    for hours in (1, 2):
        night.move_to(NIGHT + timedelta(hours=hours), tick=False)
        assert numbers(gather("rss", "cs.LG")) == (0, 0, 0, 0)
        assert source.requests[-1].headers["If-None-Match"] == '"1"'
    assert first.complete_to == date(2026, 9, 16)


def test_a_feed_that_could_not_be_read_is_sent_again(source, night):
    source.says(Reply(HTML, headers={"ETag": '"1"'}))
    assert gather("rss", "cs.LG").status == "failed"
    source.says(rss(rss_item()))
    gather("rss", "cs.LG")
    assert "If-None-Match" not in source.requests[-1].headers


def test_a_replacement_updates_what_is_known_and_brings_nothing_else(source):
    source.says(rss(rss_item("2609.00001v1")))
    gather("rss", "cs.LG")
    items = [
        rss_item("2609.00001v2", title="On large graphs", kind="replace"),
        rss_item("2401.00001v6", kind="replace-cross"),
    ]
    source.says(rss(*items))
    assert numbers(gather("rss", "cs.LG")) == (0, 1, 0, 0)
    paper = Paper.objects.get()
    assert (paper.title, paper.version) == ("On large graphs", 2)


def test_no_older_version_comes_back(source):
    source.says(oai(oai_record(title="The second", versions=((1, MONDAY), (2, TUESDAY_MORNING)))))
    gather()
    source.says(oai(oai_record(title="The first")))
    assert numbers(gather()) == (0, 0, 1, 0)
    source.says(rss(rss_item("2609.00001v1", title="The first, once more")))
    gather("rss", "cs.LG")
    paper = Paper.objects.get()
    assert (paper.title, paper.version) == ("The second", 2)


def test_sources_of_one_version_do_not_write_over_each_other_in_turn(source):
    source.says(rss(rss_item(title="As the feed has it", authors="A. Lovelace")))
    gather("rss", "cs.LG")
    source.says(oai(oai_record(title="As OAI has it")))
    assert gather().updated == 1
    source.says(rss(rss_item(title="As the feed has it", authors="A. Lovelace")))
    gather("rss", "cs.LG")
    source.says(atom(atom_entry(title="As the API has it")))
    gather("api", "")
    source.says(
        json.dumps([{"paper": {"id": "2609.00001", "title": "As HF has it", "githubRepo": "https://github.com/x/y"}}])
    )
    gather("huggingface", "")
    source.says(oai(oai_record(title="As OAI has it")))
    assert numbers(gather()) == (0, 0, 1, 0)
    paper = Paper.objects.get()
    assert (paper.title, paper.source, paper.authors) == ("As OAI has it", "oai", ["Ada Lovelace", "Alan Turing"])
    # What arXiv does not say is taken from whoever does.
    assert paper.code_url == "https://github.com/x/y"


def test_a_deleted_paper_is_marked_and_keeps_its_text(source):
    source.says(oai(oai_record()))
    gather()
    source.says(oai(oai_record(status="deleted"), oai_record("2401.00001", status="deleted")))
    assert numbers(gather()) == (0, 1, 0, 0)
    paper = Paper.objects.get()
    assert (paper.title, paper.abstract) == ("On graphs", "All about graphs.")
    assert paper.withdrawn_at == datetime(2026, 9, 15, tzinfo=UTC)


def test_a_withdrawal_takes_nothing_of_the_text(source):
    source.says(oai(oai_record()))
    gather()
    versions = ((1, MONDAY), (2, TUESDAY_MORNING))
    gone = oai_record(title="Withdrawn", versions=versions, abstract="Gone.", comments="Withdrawn by the author")
    source.says(oai(gone))
    gather()
    paper = Paper.objects.get()
    assert (paper.title, paper.abstract, paper.version) == ("On graphs", "All about graphs.", 1)
    assert paper.withdrawn_at == datetime(2026, 9, 15, 10, tzinfo=UTC)


def test_two_papers_that_claim_one_doi_stay_two(source):
    source.says(oai(oai_record("2609.00001", doi="10.1000/1"), oai_record("2609.00002", doi="10.1000/1")))
    run = gather()
    assert (run.status, run.new) == ("finished", 2)
    assert "expected one paper for arxiv:2609.00002, doi:10.1000/1, found another one" in run.notes
    assert PaperIdentifier.objects.get(scheme="doi").paper.arxiv_id == "2609.00001"
    assert gather().unchanged == 2


def test_characters_no_database_takes_stop_nothing(source):
    papers = [
        {"id": "2609.00001", "title": "On\x00 \ud800graphs", "authors": [{"name": "A\x00da"}]},
        {"id": "\x00\ud800"},
    ]
    source.says(json.dumps([{"paper": paper} for paper in papers]))
    assert numbers(gather("huggingface", "")) == (1, 0, 3, 4)
    assert Paper.objects.get().original_title == "On graphs"


def test_the_number_of_queries_does_not_grow_with_the_papers(source):
    def queries(records):
        source.says(oai(*records))
        with CaptureQueriesContext(connection) as captured:
            gather()
        return len(captured)

    few = queries([oai_record(f"2609.{number:05}") for number in range(1, 6)])
    many = queries([oai_record(f"2609.{number:05}") for number in range(10, 210)])
    assert many <= few + 3


def test_a_large_page_is_written_in_batches_and_its_place_with_the_last(source, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    source.says(oai(*(oai_record(f"2609.0000{number}") for number in range(1, 6)), token="page2"), HTML)
    run = gather()
    assert (run.new, run.cursor) == (5, "page2")
