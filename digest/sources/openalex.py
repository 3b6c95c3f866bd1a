"""OpenAlex (JSON): works by venue, topic, author or institution. CC0.

https://docs.openalex.org: a key and a daily budget. It is a few days late, and gives abstracts word by word.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings

from digest.sources import highwire_text
from digest.sources.cursor_walk import walk
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import day_of, midnight, number_at, objects_at, read_object, text_at, value_at
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import LONGEST_ABSTRACT, PaperRecord, SourceError, without_heading

NAME = "openalex"
TITLE = "OpenAlex"
POLL_INTERVAL = timedelta(hours=12)
QUERY_HELP = "An OpenAlex filter, such as primary_location.source.id:S137773608 or authorships.author.id:A1"

_PAGE_SIZE = 100
_WORKS_OF_AUTHOR = 200
# It learns about a paper a week after it comes out.
_LATE = timedelta(days=10)
_FIELDS = (
    "id,doi,title,publication_date,authorships,abstract_inverted_index,primary_location,ids,type,is_retracted,"
    "primary_topic,locations"
)
# Works that are not papers.
_NO_PAPER = {"erratum", "retraction", "paratext", "editorial", "letter", "peer-review", "grant", "dataset", "libguides"}


def checked_query(query: str) -> str:
    """Return the filter. SourceError without one, because all of OpenAlex would be far too much."""
    if ":" not in query:
        raise SourceError(f"expected a filter such as primary_location.source.id:S137773608, found “{query[:80]}”")
    return query


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield what came out since a given day, and what OpenAlex was late to learn about."""
    setup = settings.SOURCE_SETUPS[NAME]
    since = place.since - _LATE
    query = f"{checked_query(place.part)},from_publication_date:{since},to_publication_date:{place.today}"

    def ask(cursor: str) -> tuple[list[dict[str, Any]], str, int | None]:
        params: dict[str, str | int] = {"filter": query, "per-page": _PAGE_SIZE, "cursor": cursor, "select": _FIELDS}
        if setup.key:
            params["api_key"] = setup.key
        content = read_object(fetcher.get(f"{setup.url}/works", params))
        if not isinstance(content.get("results"), list):
            raise SourceError(f"OpenAlex: expected results, found “{text_at(content, 'message')[:200]}”")
        return (
            objects_at(content, "results"),
            text_at(content, "meta", "next_cursor"),
            number_at(content, "meta", "count"),
        )

    return walk(NAME, ask, lambda work: _record(work, place), place, first="*")


def works_of_author(fetcher: Fetcher, orcid: str) -> list[PaperRecord]:
    """Return an author's newest works, by their ORCID iD, with one request from the day's budget.

    SourceError if OpenAlex gives no results. Works without a title or an id are left out.
    """
    setup = settings.SOURCE_SETUPS[NAME]
    params: dict[str, str | int] = {"filter": f"author.orcid:{orcid}", "per-page": _WORKS_OF_AUTHOR, "select": _FIELDS}
    params |= {"sort": "publication_date:desc", **({"api_key": setup.key} if setup.key else {})}
    content = read_object(fetcher.get(f"{setup.url}/works", params))
    if not isinstance(content.get("results"), list):
        raise SourceError("OpenAlex: expected results")
    return [
        PaperRecord.read(
            text_at(work, "title"),
            abstract_of(value_at(work, "abstract_inverted_index")),
            source=NAME,
            identifiers=identifiers,
            authors=_authors(work),
            published_at=midnight(day_of(text_at(work, "publication_date"))),
        )
        for work in objects_at(content, "results")
        if text_at(work, "title") and text_at(work, "type") not in _NO_PAPER and (identifiers := _identifiers(work))
    ]


def _identifiers(work: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    addresses = [text_at(location, "landing_page_url") for location in objects_at(work, "locations")]
    arxiv = next((address for address in addresses if "arxiv.org/abs/" in address), "")
    name = text_at(work, "id").rpartition("/")[2]
    return identifiers_of(
        text_at(work, "doi"), arxiv=arxiv, pmid=text_at(work, "ids", "pmid"), more=[("openalex", name)]
    )


def _authors(work: dict[str, Any]) -> tuple[str, ...]:
    return tuple(text_at(each, "author", "display_name") for each in objects_at(work, "authorships"))


def _record(work: dict[str, Any], place: HarvestPosition) -> PaperRecord:
    name = text_at(work, "id").rpartition("/")[2]
    title = text_at(work, "title")
    if text_at(work, "type") in _NO_PAPER:
        raise SourceError(f"{name}: “{title[:80]}” is not a paper ({text_at(work, 'type')})")
    identifiers = _identifiers(work)
    if not name or not title:
        raise SourceError(f"{name or 'a work'}: expected an ID and a title")
    published = day_of(text_at(work, "publication_date"))
    topic = [text_at(work, "primary_topic", level, "display_name") for level in ("field", "subfield")]
    is_retracted = work.get("is_retracted") is True
    return PaperRecord.read(
        title,
        abstract_of(value_at(work, "abstract_inverted_index")),
        source=NAME,
        identifiers=identifiers,
        authors=_authors(work),
        categories=tuple(f"openalex:{'-'.join(word.lower().replace(',', ' ').split())}" for word in topic if word),
        published_at=midnight(published),
        venue=text_at(work, "primary_location", "source", "display_name"),
        licence=text_at(work, "primary_location", "license"),
        day=None if is_retracted else place.day_of_first_sight(published),
        origin=NAME,
        withdrawn_at=midnight(place.today) if is_retracted else None,
        only_if_known=is_retracted,
    )


def abstract_of(index: Any) -> str:
    """Return the abstract from an inverted index, which has each word with its positions."""
    words: dict[int, str] = {}
    for word, spots in index.items() if isinstance(index, dict) else ():
        for spot in spots if isinstance(spots, list) else ():
            if isinstance(spot, int) and 0 <= spot < LONGEST_ABSTRACT:
                words[spot] = str(word)
    text = " ".join(words[spot] for spot in sorted(words))[:LONGEST_ABSTRACT]
    return without_heading(highwire_text.without_marks(text))
