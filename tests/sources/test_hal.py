"""HAL: deposits in several languages, their IDs, and the day of an article that was deposited years later."""

import json
from datetime import UTC, datetime

import pytest

from digest.catalog import harvesting
from digest.models import Listing, Paper
from digest.sources import hal
from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPosition
from digest.sources.record import SourceError
from tests.support.factories import make_paper, on_arxiv
from tests.support.harvest import WEDNESDAY
from tests.support.night_harvest import NIGHT
from tests.support.source_samples import SourceSample


def deposit(number=1, **fields):
    """A deposit as the API returns it: some fields are lists, and each language has its own."""
    return {
        "docid": f"{number}",
        "halId_s": f"hal-{number:08}",
        "version_i": 1,
        "title_s": ["Des graphes", "On graphs"],
        "en_title_s": ["On graphs"],
        "abstract_s": ["Tout sur les graphes.", "All about graphs."],
        "en_abstract_s": ["All about graphs."],
        "authFullName_s": ["Ada Lovelace", "Sophie Germain"],
        "doiId_s": f"10.1000/GRAPHS.{number}",
        "producedDate_s": "2026-09-14",
        "submittedDate_tdate": "2026-09-14T15:38:30Z",
        "releasedDate_tdate": "2026-09-15T15:38:30Z",
        "journalTitle_s": "Annales des graphes",
        "licence_s": "http://creativecommons.org/licenses/by/",
        "en_domainAllCodeLabel_fs": [
            "info_FacetSep_Computer Science [cs]",
            "info.info-lg_FacetSep_Computer Science [cs]/Machine Learning [cs.LG]",
        ],
        **fields,
    }


def answer(*deposits, total=None, cursor="next"):
    count = len(deposits) if total is None else total
    return json.dumps({"response": {"numFound": count, "start": 0, "docs": list(deposits)}, "nextCursorMark": cursor})


SAMPLE = SourceSample(entry=deposit, answer=answer)


@pytest.fixture(autouse=True)
def morning(time_machine):
    time_machine.move_to(NIGHT, tick=False)


def read(source, *answers, part=""):
    source.says(*answers)
    pages = list(hal.pages(Fetcher(), HarvestPosition(part, WEDNESDAY, NIGHT)))
    return [record for page in pages for record in page.records]


def test_a_deposit_is_read_in_english_with_all_its_ids(source):
    ids = {"arxivId_s": "2609.00001", "pubmedId_s": "77", "pubmedcentralId_s": ["PMC7"]}
    (record,) = read(source, answer(deposit(subTitle_s=["Une étude"], en_subTitle_s=["A study"], **ids)))
    assert record.identifiers == (
        ("doi", "10.1000/graphs.1"),
        ("arxiv", "2609.00001"),
        ("pmid", "77"),
        ("pmcid", "PMC7"),
        ("hal", "hal-00000001"),
    )
    assert (record.title, record.abstract) == ("On graphs: A study", "All about graphs.")
    assert record.authors == ("Ada Lovelace", "Sophie Germain")
    assert (record.venue, record.licence) == ("Annales des graphes", "http://creativecommons.org/licenses/by/")
    assert record.categories == ("hal:computer-science", "hal:machine-learning")
    assert (record.published_at, record.day) == (datetime(2026, 9, 14, tzinfo=UTC), WEDNESDAY)


def test_released_deposits_are_requested_in_an_order_the_cursor_can_keep(source):
    read(source, answer(deposit(1), total=2, cursor="AoE="), answer(deposit(2), total=2, cursor="AoF="), part="malaria")
    first, second = (request.query for request in source.requests)
    assert source.requests[0].path == "/hal/search/"
    assert (first["q"], first["sort"], first["wt"]) == ("malaria", "docid asc", "json")
    assert first["fq"].startswith("releasedDate_tdate:[2026-09-16T00:00:00Z TO *] AND docType_s:(ART OR ")
    assert (first["cursorMark"], second["cursorMark"]) == ("*", "AoE=")


def test_without_a_query_all_preprints_are_requested(source):
    read(source, answer())
    assert source.requests[0].query["q"] == "docType_s:UNDEFINED"


def test_a_deposit_only_in_french_stays_french(source):
    bare = deposit(title_s="Des graphes", en_title_s=None, abstract_s=["Tout sur les graphes."], en_abstract_s=[])
    (record,) = read(source, answer(bare))
    assert (record.title, record.abstract) == ("Des graphes", "Tout sur les graphes.")


def test_a_deposit_without_abstract_doi_or_domain_is_known_by_its_own_id(source):
    fields = dict.fromkeys(["abstract_s", "en_abstract_s", "doiId_s", "en_domainAllCodeLabel_fs", "journalTitle_s"])
    (record,) = read(source, answer(deposit(**fields, conferenceTitle_s="Graph Days")))
    assert record.identifiers == (("hal", "hal-00000001"),)
    assert (record.abstract, record.categories, record.venue) == ("", (), "Graph Days")


def test_an_arxiv_doi_joins_the_arxiv_paper(source):
    (record,) = read(source, answer(deposit(doiId_s="10.48550/arXiv.2609.00001")))
    assert record.identifiers[0] == ("arxiv", "2609.00001")


@pytest.mark.parametrize(
    ("produced", "released", "came_out", "is_news"),
    [
        ("2026-09-14", "2026-09-15T10:00:00Z", "2026-09-14", True),
        # Deposited today, but published long ago.
        ("2009-03-02", "2026-09-15T10:00:00Z", "2009-03-02", False),
        ("2025", "2026-09-15T10:00:00Z", "2025-12-31", False),
        ("2026-03", "2026-09-15T10:00:00Z", "2026-03-31", False),
        # From this month or year, perhaps from today.
        ("2026-09", "2026-09-15T10:00:00Z", "2026-09-15", True),
        ("2026", "2026-09-15T10:00:00Z", "2026-09-15", True),
        # In press.
        ("2027", "2026-09-15T10:00:00Z", "2026-09-15", True),
        ("soon", "2026-09-15T10:00:00Z", "2026-09-15", True),
        ("2026-09-10", "", "2026-09-10", True),
        ("9999-12", "", None, True),
        ("", "", None, True),
    ],
)
def test_a_new_work_gets_the_day_it_is_first_seen(source, produced, released, came_out, is_news):
    dates = {"producedDate_s": produced, "releasedDate_tdate": released, "submittedDate_tdate": ""}
    (record,) = read(source, answer(deposit(**dates)))
    assert (record.published_at and f"{record.published_at:%Y-%m-%d}") == came_out
    assert record.day == (WEDNESDAY if is_news else None)


def test_a_later_version_updates_a_known_paper_and_is_not_news(source, db):
    source.says(answer(deposit(1)))
    harvesting.harvest("hal", "")
    versions = [
        deposit(n, version_i=2, en_title_s=["On finite graphs"], releasedDate_tdate="2026-09-16") for n in (1, 2)
    ]
    source.says(answer(*versions))
    run = harvesting.harvest("hal", "")
    assert (run.error, run.new, run.updated) == ("", 0, 1)
    assert Paper.objects.get().title == "On finite graphs"
    assert Listing.objects.count() == 1


def test_a_paper_that_arxiv_has_is_joined_and_keeps_its_text(source, db):
    paper = on_arxiv(make_paper("On graphs, as arXiv has it", source="oai"), "2609.00001")
    source.says(answer(deposit(arxivId_s="2609.00001")))
    harvesting.harvest("hal", "")
    paper.refresh_from_db()
    assert (Paper.objects.count(), paper.title) == (1, "On graphs, as arXiv has it")
    assert {str(row) for row in paper.identifiers.all()} == {
        "arxiv:2609.00001",
        "doi:10.1000/graphs.1",
        "hal:hal-00000001",
    }


def test_a_search_error_says_what_is_wrong(source):
    with pytest.raises(SourceError, match="found “undefined field: nonsense”"):
        read(source, json.dumps({"error": {"msg": "undefined field: nonsense", "code": 400}}), part="nonsense:1")


@pytest.mark.parametrize("name", ["", "../etc", "hal 1", "x" * 300, 7])
def test_a_deposit_without_an_id_is_left_out_and_reported(source, name):
    source.says(answer(deposit(1), deposit(2, halId_s=name)))
    (page,) = hal.pages(Fetcher(), HarvestPosition("", WEDNESDAY, NIGHT))
    assert len(page.records) == len(page.skipped) == 1
    assert "expected a HAL ID and a title" in page.skipped[0]
