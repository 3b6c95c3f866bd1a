"""One bad byte costs one record: the rest of the page is read, and the run names the record."""

from datetime import UTC, datetime

import pytest

from digest.catalog import harvesting
from digest.models import Paper, SourceRun
from digest.sources import arxiv_api, arxiv_oai, arxiv_rss
from digest.sources.fetching import FetchedResponse, Fetcher
from digest.sources.record import SourceError
from digest.sources.untrusted_xml import parse_xml
from tests.support.fake_source import Reply, payload
from tests.support.harvest import NIGHT, harvest_position, read_source
from tests.support.source_answers import atom, atom_entry, oai, oai_record, rss, rss_item

IDS = ["2609.00001", "2609.00002", "2609.00003"]
BAD = {
    "a control character": b"A \x0b tab",
    "a reference to one": b"A &#x1a; here",
    "a reference to a surrogate": b"A &#xD800; here",
    "a byte of windows-1252": b"Schr\xf6dinger",
    "an entity of HTML": b"A&nbsp;B",
    "an entity nobody knows": b"A&what;B",
    "a bare ampersand": b"A & B",
}


def pages():
    """A page of three records from each of arXiv's sources, the second with a mark in its abstract."""
    texts = ["All about graphs.", "MARK", "All about graphs."]
    both = list(zip(IDS, texts, strict=True))
    return {
        arxiv_oai: oai(*[oai_record(value, abstract=text) for value, text in both]),
        arxiv_api: atom(*[atom_entry(f"{value}v1", summary=text) for value, text in both]),
        arxiv_rss: rss(*[rss_item(f"{value}v1", abstract=text) for value, text in both]),
    }


@pytest.fixture(autouse=True)
def night(settings, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    settings.ARXIV_CATEGORIES = ["cs.LG"]


def in_it(page):
    return [record.identifiers[0][1] for record in page.records]


@pytest.mark.parametrize("source_file", [arxiv_oai, arxiv_api, arxiv_rss])
@pytest.mark.parametrize("bad", BAD.values(), ids=list(BAD))
def test_all_records_of_a_page_are_read_whatever_one_contains(source, source_file, bad):
    source.says(pages()[source_file].encode().replace(b"MARK", bad))
    (page,) = read_source(source_file, harvest_position("cs.LG"))
    assert in_it(page) == IDS
    assert page.records[0].abstract == "All about graphs."
    (remark,) = page.remarks
    assert remark.startswith("2609.00002")


@pytest.mark.parametrize("source_file", [arxiv_oai, arxiv_api, arxiv_rss])
@pytest.mark.parametrize("broken", ["<b>", "</abstract>", "<![CDATA["])
def test_an_unreadable_record_is_left_out_and_reported(source, source_file, broken):
    source.says(pages()[source_file].replace("MARK", broken))
    (page,) = read_source(source_file, harvest_position("cs.LG"))
    assert in_it(page) == ["2609.00001", "2609.00003"]
    assert "2609.00002" in page.skipped[0]
    assert "expected XML, found a broken record" in page.skipped[0]


def test_windows_1252_letters_and_named_entities_are_decoded():
    body = "<feed><entry>Schr\N{LATIN SMALL LETTER O WITH DIAERESIS}dinger &mdash; &lt;i&gt;</entry></feed>"
    document = parse_xml(FetchedResponse("", body.encode("windows-1252")), "feed", "entry")
    assert document.root.findtext("entry") == "Schrödinger — <i>"


def test_a_page_cut_short_is_refused_as_a_whole():
    whole = oai(oai_record("2609.00001"), oai_record("2609.00002"))
    with pytest.raises(SourceError, match="expected XML"):
        parse_xml(FetchedResponse("", whole[: whole.index("2609.00002")].encode()), "OAI-PMH", "record")


@pytest.mark.django_db
def test_the_harvest_continues_after_a_bad_character_and_names_its_record(source, settings):
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    source.says(payload("papers/oai-bad-character.xml"))
    for _ in range(2):
        run = harvesting.harvest("oai", "cs")
        assert run.status == SourceRun.Status.FINISHED
        assert "2611.00002: characters that XML does not allow" in run.notes
    abstracts = dict(Paper.objects.values_list("identifiers__value", "abstract"))
    assert abstracts == {"2611.00001": "An abstract.", "2611.00002": "A vertical tab", "2611.00003": "An abstract."}


def test_an_empty_list_that_does_not_say_so_is_requested_again(source):
    empty = oai(oai_record()).replace(oai_record(), "")
    source.says(empty, oai(oai_record()))
    (page,) = read_source(arxiv_oai)
    assert in_it(page) == ["2609.00001"]


def test_a_list_that_stays_empty_is_an_error(source):
    source.says(oai(oai_record()).replace(oai_record(), ""))
    with pytest.raises(SourceError, match="found a page without any"):
        read_source(arxiv_oai)


TOTAL = "<opensearch:totalResults>4</opensearch:totalResults>"


@pytest.mark.parametrize(
    "total", ["", TOTAL.replace("4", "0"), TOTAL.replace("4", "1"), TOTAL, TOTAL.replace("4", "1,004")]
)
def test_full_pages_are_followed_whatever_the_total_says(source, monkeypatch, total):
    monkeypatch.setattr(arxiv_api, "RESULTS_PER_PAGE", 2)
    all_ids = [f"2609.0000{number}v1" for number in range(1, 5)]

    def answer(request):
        start = int(request.query["start"])
        entries = [atom_entry(value) for value in all_ids[start : start + 2]]
        own = total if entries or "1,004" not in total else TOTAL
        return Reply(atom(*entries, total=4).replace(TOTAL, own))

    source.answer = answer
    identifiers = [value for page in arxiv_api.pages_of_query(Fetcher(), "cat:cs.LG") for value in in_it(page)]
    assert identifiers == [value.removesuffix("v1") for value in all_ids]


def test_a_total_with_a_comma_is_a_number(source, monkeypatch):
    monkeypatch.setattr(arxiv_api, "RESULTS_PER_PAGE", 1)
    source.says(atom(atom_entry("2609.00001v1"), total="1,005"), atom(total="1,005"))
    with pytest.raises(SourceError, match="expected entries from 1 of 1005"):
        list(arxiv_api.pages_of_query(Fetcher(), "cat:cs.LG"))


def test_a_page_of_ids_that_is_empty_once_is_requested_again(source):
    good = atom(atom_entry("2611.00001v1"), atom_entry("2611.00002v1"))
    source.says(payload("papers/api-empty-page-for-ids.xml"), good)
    identifiers = list(arxiv_api.pages_of_ids(Fetcher(), ["2611.00001", "2611.00002"]))
    assert [value for page in identifiers for value in in_it(page)] == ["2611.00001", "2611.00002"]
    assert [line for page in identifiers for line in page.skipped] == []


def test_ids_on_a_page_that_stays_empty_are_not_reported_missing(source):
    source.says(payload("papers/api-empty-page-for-ids.xml"))
    with pytest.raises(SourceError, match="expected 2 papers, found an empty page"):
        list(arxiv_api.pages_of_ids(Fetcher(), ["2611.00001", "2611.00002"]))


@pytest.mark.parametrize("reason", ["incorrect id format for 2611.00007", "something is wrong"])
def test_an_id_that_arxiv_refuses_does_not_lose_the_others(source, reason):
    error = atom("<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title><summary>R</summary></entry>")

    def answer(request):
        requested_ids = request.query["id_list"].split(",")
        if "2611.00007" in requested_ids:
            return Reply(error.replace("<summary>R", f"<summary>{reason}"), 400)
        return Reply(atom(*[atom_entry(f"{value}v1") for value in requested_ids]))

    source.answer = answer
    ids = [f"2611.{number:05}" for number in range(1, 101)]
    identifiers = list(arxiv_api.pages_of_ids(Fetcher(), ids))
    assert len({value for page in identifiers for value in in_it(page)}) == 99
    assert [line for page in identifiers for line in page.skipped] == [f"2611.00007: arXiv: {reason}"]


def test_a_version_number_too_large_for_its_column_is_ignored(source):
    versions = ((1, "Mon, 14 Sep 2026 10:00:00 GMT"), (10**9, "Tue, 15 Sep 2026 10:00:00 GMT"))
    source.says(oai(oai_record(versions=versions)))
    (page,) = read_source(arxiv_oai)
    assert page.records[0].version == 1
    assert page.records[0].published_at == datetime(2026, 9, 14, 10, tzinfo=UTC)
