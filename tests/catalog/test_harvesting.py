"""Each source is queried when there is something new, resumes where it failed, and never holds up another one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from digest.catalog import harvest_scheduler, harvesting, importing
from digest.models import Listing, Paper, SourceRun
from digest.tasks import harvest_sources
from tests.support.fake_source import Reply
from tests.support.night_harvest import NIGHT, TUESDAY_MORNING, harvest_part, numbers
from tests.support.source_answers import HTML, MONDAY, oai, oai_record, rss, rss_item

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("night")]


def test_a_run_writes_papers_and_its_own_row(source):
    wednesdays = oai_record("2609.00002", versions=((1, TUESDAY_MORNING),))
    source.says(oai(oai_record("2609.00001"), oai_record("what"), wednesdays))
    run = harvest_part()
    assert (run.status, numbers(run), run.error) == ("finished", (2, 0, 0, 1), "")
    assert run.notes == "expected a record with an arXiv ID, found “oai:arXiv.org:what”"
    assert (run.since, run.complete_to) == (date(2026, 9, 13), date(2026, 9, 16))
    paper = Paper.objects.get(identifiers__value="2609.00001")
    assert (paper.source, paper.version, paper.arxiv_categories) == ("oai", 1, ["cs.LG", "cs.AI"])
    assert Listing.objects.get(paper=paper).day == date(2026, 9, 15)


def test_a_second_run_with_nothing_new_changes_nothing(source):
    source.says(oai(oai_record("2609.00001"), oai_record("2609.00002")))
    harvest_part()
    before = list(Paper.objects.values())
    assert numbers(harvest_part()) == (0, 0, 2, 0)
    assert list(Paper.objects.values()) == before


def test_the_next_run_requests_some_days_again(source, night):
    source.says(oai())
    harvest_part()
    night.move_to(NIGHT + timedelta(days=1), tick=False)
    harvest_part()
    assert source.requests[-1].query["from"] == "2026-09-14"


def test_a_run_that_fails_halfway_keeps_its_papers_and_the_next_one_resumes_there(source, night):
    source.says(oai(oai_record("2609.00001"), token="page2"), HTML)
    failed = harvest_part()
    assert (failed.status, failed.cursor, failed.new) == ("failed", "page2", 1)
    assert "found an HTML page" in failed.error
    night.move_to(NIGHT + timedelta(hours=1), tick=False)
    source.says(oai(oai_record("2609.00002"), token=""))
    run = harvest_part()
    assert source.requests[-1].query == {"verb": "ListRecords", "resumptionToken": "page2"}
    assert (run.status, run.new, run.since, run.asked_at) == ("finished", 1, failed.since, NIGHT)
    assert Paper.objects.count() == 2


def test_a_cursor_from_yesterday_is_dropped_and_the_harvest_restarts_from_the_same_day(source, night):
    source.says(oai(oai_record(), token="page2"), HTML)
    failed = harvest_part()
    night.move_to(NIGHT + timedelta(days=1), tick=False)
    source.says(oai(oai_record()))
    harvest_part()
    assert source.requests[-1].query["from"] == failed.since.isoformat()


def test_runs_that_fail_at_once_lose_no_day(source, night):
    source.says(oai())
    harvest_part()
    for days in (1, 2, 3):
        night.move_to(NIGHT + timedelta(days=days), tick=False)
        source.says(HTML)
        harvest_part()
    source.says(oai())
    harvest_part()
    assert source.requests[-1].query["from"] == "2026-09-14"


def test_a_failing_source_does_not_stop_the_others(source, settings):
    settings.SOURCES = ["oai", "rss", "huggingface"]

    def answer(request):
        return Reply(rss(rss_item())) if request.path.startswith("/rss") else Reply(HTML)

    source.answer = answer
    harvest_sources()
    assert dict(SourceRun.objects.values_list("source", "status")) == {
        "oai": "failed",
        "rss": "finished",
        "huggingface": "failed",
    }
    assert Paper.objects.count() == 1


def test_two_workers_do_not_harvest_the_same_part_at_the_same_time():
    SourceRun.objects.begin("oai", "cs")
    assert harvesting.harvest("oai", "cs") is None


def test_a_vanished_worker_is_replaced_and_its_cursor_taken_over(source, night):
    SourceRun.objects.begin("oai", "cs", since=date(2026, 9, 1), cursor="page9")
    night.move_to(NIGHT + timedelta(hours=1), tick=False)
    source.says(oai(oai_record()))
    assert harvest_part().status == "finished"
    assert source.requests[0].query["resumptionToken"] == "page9"
    assert SourceRun.objects.get(status="failed").error == "the worker disappeared; the next run continues from there"


def test_a_source_that_asks_us_to_wait_is_left_alone_until_then(source):
    source.says(Reply(status=503, headers={"Retry-After": "7200"}))
    assert harvest_part().not_before == NIGHT + timedelta(hours=2)
    assert not harvest_scheduler.is_harvest_due("oai", "cs", NIGHT + timedelta(hours=1, minutes=59))
    assert harvest_scheduler.is_harvest_due("oai", "cs", NIGHT + timedelta(hours=2))


def test_arxiv_is_queried_until_it_has_an_announcement_and_then_for_the_next_one(source, night):
    early = datetime(2026, 9, 16, 2, 20, tzinfo=UTC)
    night.move_to(early, tick=False)
    assert harvest_scheduler.due(early) == [("oai", "cs")]
    source.says(oai(oai_record(versions=((1, MONDAY),))))
    harvest_part()
    # Due once it is 22:30 Eastern and the half hour between two runs is over.
    assert harvest_scheduler.due(datetime(2026, 9, 16, 2, 29, tzinfo=UTC)) == []
    assert harvest_scheduler.due(NIGHT) == [("oai", "cs")]
    night.move_to(NIGHT, tick=False)
    source.says(oai(oai_record("2609.00002", versions=((1, TUESDAY_MORNING),))))
    harvest_part()
    assert harvest_scheduler.due(datetime(2026, 9, 17, 2, 29, tzinfo=UTC)) == []
    assert harvest_scheduler.due(datetime(2026, 9, 17, 2, 30, tzinfo=UTC)) == [("oai", "cs")]


def test_a_late_announcement_is_requested_again(source, night):
    source.says(oai(oai_record()))
    run = harvest_part()
    assert (run.status, run.complete_to) == ("finished", None)
    assert run.notes == "nothing from the 2026-09-16 announcement is there yet"
    assert harvest_scheduler.due(NIGHT + timedelta(minutes=30)) == [("oai", "cs")]
    # From four in the morning, Eastern, we accept that there is nothing.
    night.move_to(datetime(2026, 9, 16, 8, tzinfo=UTC), tick=False)
    assert harvest_part().complete_to == date(2026, 9, 16)


def test_hugging_face_is_queried_once_an_hour(source, settings):
    settings.SOURCES = ["huggingface"]
    source.says("[]")
    harvest_part("huggingface", "")
    assert harvest_scheduler.due(NIGHT + timedelta(minutes=59)) == []
    assert harvest_scheduler.due(NIGHT + timedelta(minutes=60)) == [("huggingface", "")]


def test_a_source_that_does_not_answer_is_not_queried_for_its_other_parts(source, settings):
    settings.SOURCES, settings.ARXIV_CATEGORIES = ["rss", "huggingface"], ["cs.LG", "cs.CL"]
    source.answer = lambda request: Reply(status=503) if request.path.startswith("/rss") else Reply("[]")
    harvest_sources()
    assert [(run.source, run.part) for run in SourceRun.objects.all()] == [("huggingface", ""), ("rss", "cs.LG")]


def test_a_refused_category_does_not_hold_up_the_others(source, settings):
    settings.SOURCES, settings.ARXIV_CATEGORIES = ["rss"], ["cs.ZZ", "cs.CL"]
    source.answer = lambda request: Reply(status=400) if "ZZ" in request.path else Reply(rss(rss_item()))
    harvest_sources()
    assert dict(SourceRun.objects.values_list("part", "status")) == {"cs.ZZ": "failed", "cs.CL": "finished"}


def test_while_one_worker_harvests_a_second_one_does_nothing(source):
    SourceRun.objects.begin("rss", "cs.CL")
    harvest_sources()
    assert source.requests == []


def test_without_sources_nothing_is_requested(settings, source):
    settings.SOURCES = []
    harvest_sources()
    assert source.requests == []


def test_an_unchanged_feed_is_not_downloaded_again(source, night):
    source.says(Reply(rss(rss_item()), headers={"ETag": '"1"'}))
    first = harvest_part("rss", "cs.LG")
    source.says(Reply(status=304))
    for hours in (1, 2):
        night.move_to(NIGHT + timedelta(hours=hours), tick=False)
        assert numbers(harvest_part("rss", "cs.LG")) == (0, 0, 0, 0)
        assert source.requests[-1].headers["If-None-Match"] == '"1"'
    assert first.complete_to == date(2026, 9, 16)


def test_a_feed_that_could_not_be_read_is_downloaded_again(source, night):
    source.says(Reply(HTML, headers={"ETag": '"1"'}))
    assert harvest_part("rss", "cs.LG").status == "failed"
    source.says(rss(rss_item()))
    harvest_part("rss", "cs.LG")
    assert "If-None-Match" not in source.requests[-1].headers


def test_the_number_of_queries_does_not_grow_with_the_papers(source):
    def queries(records):
        source.says(oai(*records))
        with CaptureQueriesContext(connection) as captured:
            harvest_part()
        return len(captured)

    few = queries([oai_record(f"2609.{number:05}") for number in range(1, 6)])
    many = queries([oai_record(f"2609.{number:05}") for number in range(10, 110)])
    assert many <= few + 4


def test_a_large_page_is_written_in_batches_and_its_cursor_with_the_last_one(source, monkeypatch):
    monkeypatch.setattr(harvesting, "HARVEST_BATCH", 2)
    source.says(oai(*(oai_record(f"2609.0000{number}") for number in range(1, 6)), token="page2"), HTML)
    run = harvest_part()
    assert (run.new, run.cursor) == (5, "page2")


def test_a_record_too_large_for_its_column_does_not_keep_the_others_out(source, monkeypatch):
    whole = importing.import_what_fits

    def refusing(records):
        if any(record.title == "Too large" for record in records):
            raise DataError("value too long")
        return whole(records)

    monkeypatch.setattr(importing, "import_what_fits", refusing)
    source.says(oai(oai_record("2609.00001"), oai_record("2609.00002", "Too large"), oai_record("2609.00003")))
    run = harvest_part()
    assert (run.status, run.new) == (SourceRun.Status.FINISHED, 2)
    assert "arxiv:2609.00002 cannot be stored: value too long" in run.notes
