"""Semantic Scholar (JSON): ids and venues of known papers, five hundred per request. It has no announcements.

https://api.semanticscholar.org/api-docs: one request per second with a key. Its licence requires attribution, so only
facts from it are shown; machine-written summaries are not used.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings

from digest.models import PaperIdentifier
from digest.sources import json_answer
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import text_at
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition, KnownPaper
from digest.sources.record import PaperRecord, SourceError, key_of_title

NAME = "semanticscholar"
TITLE = "Semantic Scholar"
POLL_INTERVAL = timedelta(days=1)
ASKS_ABOUT_KNOWN = True

_IDS_PER_REQUEST = 500
_FIELDS = "externalIds,title,venue"
_PREFIXES = {
    PaperIdentifier.Scheme.ARXIV.value: "ARXIV",
    PaperIdentifier.Scheme.DOI.value: "DOI",
    PaperIdentifier.Scheme.PUBMED.value: "PMID",
}


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield IDs and venues of known papers. A result counts as the requested paper only if the title is the same."""
    named = [(name, paper) for paper in place.known_papers if (name := _name(paper))]
    key = settings.SOURCE_SETUPS[NAME].key
    for begin in range(0, len(named), _IDS_PER_REQUEST):
        batch = named[begin : begin + _IDS_PER_REQUEST]
        answer = fetcher.get(
            f"{settings.SOURCE_SETUPS[NAME].url}/graph/v1/paper/batch",
            {"fields": _FIELDS},
            headers={"x-api-key": key} if key else {},
            json={"ids": [name for name, _ in batch]},
        )
        answers = json_answer.read_list(answer)
        if len(answers) != len(batch):
            raise SourceError(f"{answer.url}: expected {len(batch)} papers, found {len(answers)}")
        # In the order of the request, with null for papers that are not known there.
        pairs = zip(answers, [paper for _, paper in batch], strict=True)
        yield HarvestPage([record for entry, paper in pairs if (record := _record(entry, paper))])


def _name(paper: KnownPaper) -> str:
    """Return the id to request a paper by; "" if it has none that is known there."""
    return next((f"{_PREFIXES[scheme]}:{value}" for scheme, value in paper.identifiers if scheme in _PREFIXES), "")


def _record(entry: Any, paper: KnownPaper) -> PaperRecord | None:
    if key_of_title(text_at(entry, "title")) != key_of_title(paper.title):
        return None
    ids = identifiers_of(
        text_at(entry, "externalIds", "DOI"),
        arxiv=text_at(entry, "externalIds", "ArXiv"),
        pmid=text_at(entry, "externalIds", "PubMed"),
    )
    venue = text_at(entry, "venue")
    identifiers = tuple(dict.fromkeys((*paper.identifiers, *ids)))
    is_news = identifiers != paper.identifiers or venue
    venue = "" if "arxiv" in venue.lower() else venue
    return PaperRecord(NAME, identifiers, venue=venue, only_if_known=True) if is_news else None
