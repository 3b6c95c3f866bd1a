"""DBLP (JSON): where known papers appeared. It has no abstracts, so it brings no papers of its own. CC0.

https://dblp.org/faq/How+to+use+the+dblp+search+API.html: one search at a time.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings

from digest.sources.fetching import Fetcher
from digest.sources.json_answer import objects_at, read_object, text_at, value_at
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition, KnownPaper
from digest.sources.record import PaperRecord, key_of_title

NAME = "dblp"
TITLE = "DBLP"
POLL_INTERVAL = timedelta(days=1)
ASKS_ABOUT_KNOWN = True

# Per day, with one request each.
_MOST_TITLES = 200
_PREPRINTS = {"corr", "arxiv", "biorxiv", "medrxiv", "ssrn"}


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield the venues of known papers, one paper per page."""
    for paper in place.known_papers[:_MOST_TITLES]:
        params: dict[str, str | int] = {"q": paper.title, "format": "json", "h": 5}
        content = read_object(fetcher.get(f"{settings.SOURCE_SETUPS[NAME].url}/search/publ/api", params))
        hits = [value_at(hit, "info") for hit in objects_at(content, "result", "hits", "hit")]
        record = next((record for hit in hits if hit and (record := _record(hit, paper))), None)
        yield HarvestPage([record] if record else [])


def _record(hit: dict[str, Any], paper: KnownPaper) -> PaperRecord | None:
    """Return what a hit adds to the paper; None if it is another paper, or a preprint."""
    venue = text_at(hit, "venue")
    is_same = key_of_title(text_at(hit, "title").removesuffix(".")) == key_of_title(paper.title)
    if not is_same or not venue or venue.lower() in _PREPRINTS or not _shares_family(hit, paper):
        return None
    # The paper's own ids first: it is recognised by them.
    identifiers = (*paper.identifiers, *identifiers_of(text_at(hit, "doi")))
    return PaperRecord(NAME, tuple(dict.fromkeys(identifiers)), venue=venue, only_if_known=True)


def _shares_family(hit: dict[str, Any], paper: KnownPaper) -> bool:
    """Return whether the paper's first family name is among the hit's authors."""
    authors = value_at(hit, "authors", "author")
    listed = authors if isinstance(authors, list) else [authors]
    words = {word.lower() for each in listed for word in text_at(each, "text").split()}
    return not paper.authors or paper.authors[0].split()[-1].lower() in words
