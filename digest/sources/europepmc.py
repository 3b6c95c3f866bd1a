"""Europe PMC (JSON): more than thirty preprint servers and PubMed in one search.

The API: https://europepmc.org/RestfulWebService. At the end, its cursor stays the same instead of disappearing.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings

from digest.sources import author_names, highwire_text
from digest.sources.cursor_walk import walk
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import (
    day_of,
    midnight,
    number_at,
    objects_at,
    read_object,
    text_at,
    value_at,
)
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError
from digest.sources.retraction import names_retraction

NAME = "europepmc"
TITLE = "Europe PMC"
POLL_INTERVAL = timedelta(hours=3)
QUERY_HELP = "A Europe PMC search, such as SRC:PPR AND malaria. Leave it empty for all preprints."

_EVERYTHING = "SRC:PPR"
_PAGE_SIZE = 500
# Links between records of the same work; a comment on a paper, or its erratum, is another work.
_SAME_WORK = {"preprint of", "preprint in"}


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield what was indexed since a given day."""
    query = f"({place.part or _EVERYTHING}) AND (FIRST_IDATE:[{place.since} TO {place.today}])"

    def ask(cursor: str) -> tuple[list[dict[str, Any]], str, int | None]:
        params: dict[str, str | int] = {
            "query": query,
            "format": "json",
            "resultType": "core",
            "pageSize": _PAGE_SIZE,
            "cursorMark": cursor,
        }
        content = read_object(fetcher.get(f"{settings.SOURCE_SETUPS[NAME].url}/search", params))
        if "errMsg" in content or "hitCount" not in content:
            raise SourceError(f"Europe PMC: expected results, found “{text_at(content, 'errMsg')[:200]}”")
        results = objects_at(content, "resultList", "result")
        return results, text_at(content, "nextCursorMark"), number_at(content, "hitCount")

    return walk(NAME, ask, lambda item: _record(item, place), place, first="*")


def _record(item: dict[str, Any], place: HarvestPosition) -> PaperRecord:
    title = text_at(item, "title").removesuffix(".")
    name = text_at(item, "id")
    links = [link for link in objects_at(item, "commentCorrectionList", "commentCorrection") if _is_same(link)]
    pmids = [text_at(link, "id") for link in links if text_at(link, "source") == "MED"]
    identifiers = identifiers_of(
        text_at(item, "doi"), pmid=text_at(item, "pmid") or next(iter(pmids), ""), pmcid=text_at(item, "pmcid")
    )
    if not identifiers or not title:
        raise SourceError(f"{name[:40]}: expected a DOI or a PubMed ID, and a title")
    types = value_at(item, "pubTypeList", "pubType")
    is_retracted = names_retraction(types if isinstance(types, list) else [types])
    published = day_of(text_at(item, "firstPublicationDate"))
    journal = text_at(item, "journalInfo", "journal", "title")
    server = text_at(item, "bookOrReportDetails", "publisher")
    headings = objects_at(item, "meshHeadingList", "meshHeading")
    return PaperRecord.read(
        title,
        highwire_text.without_marks(text_at(item, "abstractText")),
        source=NAME,
        identifiers=identifiers,
        authors=tuple(_names(item)),
        categories=tuple(f"mesh:{_slug(text_at(heading, 'descriptorName'))}" for heading in headings)
        or ((f"server:{_slug(server)}",) if server else ()),
        published_at=midnight(published),
        venue=journal,
        licence=text_at(item, "license"),
        day=None if is_retracted else place.day_of_first_sight(published),
        origin=NAME,
        withdrawn_at=midnight(place.today) if is_retracted else None,
        only_if_known=is_retracted,
    )


def _is_same(link: dict[str, Any]) -> bool:
    return text_at(link, "type").lower() in _SAME_WORK


def _names(item: dict[str, Any]) -> Iterator[str]:
    authors = objects_at(item, "authorList", "author")
    for author in authors:
        name = f"{text_at(author, 'firstName')} {text_at(author, 'lastName')}".strip()
        yield name or text_at(author, "collectiveName") or text_at(author, "fullName")
    if not authors:
        yield from author_names.split(text_at(item, "authorString").rstrip("."))


def _slug(words: str) -> str:
    return "-".join(words.lower().replace(",", " ").split())
