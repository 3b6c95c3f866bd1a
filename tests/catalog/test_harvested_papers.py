"""What several sources say about one paper, and what they take back."""

import json
from datetime import UTC, datetime

import pytest

from digest.models import Paper, PaperIdentifier
from tests.support.night_harvest import TUESDAY_MORNING, harvest_part, numbers
from tests.support.source_answers import MONDAY, atom, atom_entry, oai, oai_record, rss, rss_item

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("night")]


def test_a_replacement_updates_a_known_paper_and_adds_no_new_one(source):
    source.says(rss(rss_item("2609.00001v1")))
    harvest_part("rss", "cs.LG")
    items = [
        rss_item("2609.00001v2", title="On large graphs", kind="replace"),
        rss_item("2401.00001v6", kind="replace-cross"),
    ]
    source.says(rss(*items))
    assert numbers(harvest_part("rss", "cs.LG")) == (0, 1, 0, 0)
    paper = Paper.objects.get()
    assert (paper.title, paper.version) == ("On large graphs", 2)


def test_a_cross_listing_does_not_change_a_papers_primary_category(source):
    source.says(rss(rss_item(categories=["cs.AI", "cs.LG"])))
    harvest_part("rss", "cs.LG")
    source.says(rss(rss_item(kind="cross", categories=["cs.AI", "cs.LG"])))
    assert numbers(harvest_part("rss", "cs.AI")) == (0, 0, 1, 0)
    assert Paper.objects.get().arxiv_categories == ["cs.LG", "cs.AI"]


def test_an_older_version_does_not_come_back(source):
    source.says(oai(oai_record(title="The second", versions=((1, MONDAY), (2, TUESDAY_MORNING)))))
    harvest_part()
    source.says(oai(oai_record(title="The first")))
    assert numbers(harvest_part()) == (0, 0, 1, 0)
    source.says(rss(rss_item("2609.00001v1", title="The first, once more")))
    harvest_part("rss", "cs.LG")
    paper = Paper.objects.get()
    assert (paper.title, paper.version) == ("The second", 2)


def test_sources_with_the_same_version_do_not_keep_overwriting_each_other(source):
    source.says(rss(rss_item(title="As the feed has it", authors="A. Lovelace")))
    harvest_part("rss", "cs.LG")
    source.says(oai(oai_record(title="As OAI has it")))
    assert harvest_part().updated == 1
    source.says(rss(rss_item(title="As the feed has it", authors="A. Lovelace")))
    harvest_part("rss", "cs.LG")
    source.says(atom(atom_entry(title="As the API has it")))
    harvest_part("api", "")
    source.says(
        json.dumps([{"paper": {"id": "2609.00001", "title": "As HF has it", "githubRepo": "https://github.com/x/y"}}])
    )
    harvest_part("huggingface", "")
    source.says(oai(oai_record(title="As OAI has it")))
    assert numbers(harvest_part()) == (0, 0, 1, 0)
    paper = Paper.objects.get()
    assert (paper.title, paper.source, paper.authors) == ("As OAI has it", "oai", ["Ada Lovelace", "Alan Turing"])
    # What arXiv does not say is taken from a source that does.
    assert paper.code_url == "https://github.com/x/y"


def test_a_deleted_paper_is_marked_and_keeps_its_text(source):
    source.says(oai(oai_record()))
    harvest_part()
    source.says(oai(oai_record(status="deleted"), oai_record("2401.00001", status="deleted")))
    assert numbers(harvest_part()) == (0, 1, 0, 0)
    paper = Paper.objects.get()
    assert (paper.title, paper.abstract) == ("On graphs", "All about graphs.")
    assert paper.withdrawn_at == datetime(2026, 9, 15, tzinfo=UTC)


def test_a_withdrawal_keeps_the_text(source):
    source.says(oai(oai_record()))
    harvest_part()
    versions = ((1, MONDAY), (2, TUESDAY_MORNING))
    withdrawal = oai_record(title="Withdrawn", versions=versions, abstract="Gone.", comments="Withdrawn by the author")
    source.says(oai(withdrawal))
    harvest_part()
    paper = Paper.objects.get()
    assert (paper.title, paper.abstract, paper.version) == ("On graphs", "All about graphs.", 1)
    assert paper.withdrawn_at == datetime(2026, 9, 15, 10, tzinfo=UTC)


def test_two_papers_that_claim_the_same_doi_stay_apart(source):
    source.says(oai(oai_record("2609.00001", doi="10.1000/1"), oai_record("2609.00002", doi="10.1000/1")))
    run = harvest_part()
    assert (run.status, run.new) == ("finished", 2)
    assert "expected one paper for arxiv:2609.00002, doi:10.1000/1, found another one" in run.notes
    assert PaperIdentifier.objects.get(scheme="doi").paper.arxiv_id == "2609.00001"
    assert harvest_part().unchanged == 2


def test_characters_no_database_accepts_do_not_stop_the_harvest(source):
    papers = [
        {"id": "2609.00001", "title": "On\x00 \ud800graphs", "authors": [{"name": "A\x00da"}]},
        {"id": "\x00\ud800"},
    ]
    source.says(json.dumps([{"paper": paper} for paper in papers]))
    assert numbers(harvest_part("huggingface", "")) == (1, 0, 3, 4)
    assert Paper.objects.get().original_title == "On graphs"
