"""Semantic Scholar adds IDs and venues to known papers and brings no new ones."""

import json

import pytest

from digest.sources import semanticscholar
from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPosition, KnownPaper
from digest.sources.record import SourceError
from tests.support.harvest import WEDNESDAY
from tests.support.night_harvest import NIGHT

PAPER = KnownPaper("On graphs", (("arxiv", "2609.00001"),), ("Ada Lovelace",))
ANSWER = {"title": "On Graphs", "venue": "J. ACM", "externalIds": {"DOI": "10.1145/1", "ArXiv": "2609.00001"}}


def read(server, *answers, papers=(PAPER,)):
    server.says(json.dumps(answers))
    place = HarvestPosition("", WEDNESDAY, NIGHT, known_papers=papers)
    return [record for page in semanticscholar.pages(Fetcher(), place) for record in page.records]


def test_ids_and_venue_are_added(source):
    (record,) = read(source, ANSWER)
    assert record.identifiers == (("arxiv", "2609.00001"), ("doi", "10.1145/1"))
    assert (record.venue, record.only_if_known) == ("J. ACM", True)


def test_a_key_goes_in_a_header_and_all_ids_in_one_request(source, settings):
    setup = settings.SOURCE_SETUPS["semanticscholar"]
    settings.SOURCE_SETUPS["semanticscholar"] = type(setup)(**{**vars(setup), "key": "hush"})
    papers = [KnownPaper(f"Paper {number}", (("doi", f"10.1/{number}"),)) for number in range(3)]
    read(source, None, None, None, papers=[*papers, KnownPaper("Nowhere", (("seed", "x"),))])
    (request,) = source.requests
    assert request.headers["x-api-key"] == "hush"
    assert json.loads(request.body) == {"ids": ["DOI:10.1/0", "DOI:10.1/1", "DOI:10.1/2"]}


@pytest.mark.parametrize("answer", [None, {}, {**ANSWER, "title": "On trees"}, {**ANSWER, "title": None}, 7, [1]])
def test_an_answer_about_another_paper_or_none_adds_nothing(source, answer):
    assert read(source, answer) == []


def test_a_preprint_server_is_not_a_venue(source):
    (record,) = read(source, {**ANSWER, "venue": "arXiv.org"})
    assert record.venue == ""


def test_an_answer_that_does_not_fit_the_request_is_refused(source):
    with pytest.raises(SourceError, match="expected 1 papers, found 2"):
        read(source, ANSWER, ANSWER)


def test_without_known_papers_nothing_is_requested(source):
    assert read(source, papers=()) == []
    assert source.requests == []
