"""Answers broken anywhere, in any way, give papers or a clear error and nothing else."""

from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources import arxiv_api, arxiv_oai, arxiv_rss, bibtex, huggingface
from digest.sources.fetching import FetchedResponse
from digest.sources.page import HarvestPosition
from digest.sources.record import SourceError
from tests.support.fake_source import payload
from tests.support.source_answers import oai, oai_record

NOW = datetime(2026, 9, 16, 5, tzinfo=UTC)
WHOLE = {
    arxiv_oai: oai(oai_record(comments="withdrawn"), oai_record(status="deleted"), token="").encode(),
    arxiv_api: payload("arxiv_api/one-paper.xml"),
    arxiv_rss: payload("arxiv_rss/cs.AI.xml"),
    huggingface: payload("huggingface/daily_papers.json"),
}
ODD = st.sampled_from(
    [b"", b"<", b"&", b"\x00", b"\xff", b"null", b"{}", b"[]", b"9999-99-99", b"</title>", b"\\ud800"]
)
# Where, how many bytes are lost there, and what is there instead.
BREAKS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), ODD | st.binary(max_size=8)), min_size=1, max_size=4)


class Deaf:
    """A fetcher that always gets this body."""

    def __init__(self, body):
        self.body = body

    def get(self, url, params=None):  # noqa: ARG002 - a fetcher's signature
        return FetchedResponse(url, self.body)

    get_if_changed = get


def broken(whole, breaks):
    for where, removed, instead in breaks:
        at = int(where * len(whole))
        whole = whole[:at] + instead + whole[at + removed :]
    return whole


def reads(parse):
    """Read the records, text and all; a clear error is fine too."""
    try:
        for record in parse():
            assert isinstance(record.title + record.abstract + record.code_url, str)
            assert record.identifiers
    except SourceError:
        pass


@pytest.mark.parametrize("source_file", WHOLE, ids=lambda source_file: source_file.NAME)
@settings(max_examples=60, deadline=None)
@given(breaks=BREAKS)
def test_a_broken_answer_gives_papers_or_a_clear_error(source_file, breaks):
    fetcher = Deaf(broken(WHOLE[source_file], breaks))
    place = HarvestPosition("cs.AI", NOW.date(), NOW)
    # A broken total may promise endless pages.
    reads(lambda: [record for page in islice(source_file.pages(fetcher, place), 3) for record in page.records])


@settings(max_examples=60, deadline=None)
@given(breaks=BREAKS)
def test_broken_bibtex_gives_papers_or_a_clear_error(breaks):
    whole = rb"@article{a, title = {On {G}raphs}, author = {Erd{\H o}s, Paul and X, Y}, year = 2020, doi = {10.1000/1}}"
    reads(lambda: bibtex.read(broken(whole, breaks).decode(errors="replace")).records)
