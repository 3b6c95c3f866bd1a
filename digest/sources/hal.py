"""HAL (JSON): the French open archive, all fields, through a search in its own query language.

The API: https://api.archives-ouvertes.fr/docs/search, which is Apache Solr: its cursor needs sorting by `docid`, and
stays the same at the end. A deposit has titles and abstracts in each of its languages. The metadata are open (Etalab's
licence); the texts have the licence that each deposit gives.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from digest.sources.cursor_walk import walk
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import day_of, midnight, number_at, objects_at, read_object, text_at, value_at
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError

NAME = "hal"
TITLE = "HAL"
POLL_INTERVAL = timedelta(hours=6)
QUERY_HELP = "A HAL search, such as domainAllCode_s:info.info-lg or malaria. Leave it empty for all preprints."

# What HAL calls “Preprints, Working Papers, …”.
_EVERYTHING = "docType_s:UNDEFINED"
# Articles, conference papers, preprints, chapters, books, reports, theses. The rest is posters, pictures, software,
# blogs, and volumes whose papers are deposits of their own.
_PAPERS = "docType_s:(ART OR COMM OR UNDEFINED OR PREPRINT OR COUV OR OUV OR REPORT OR THESE OR HDR)"
_PAGE_SIZE = 500
_FIELDS = (
    "docid,halId_s,version_i,title_s,en_title_s,subTitle_s,en_subTitle_s,abstract_s,en_abstract_s,authFullName_s,"
    "doiId_s,arxivId_s,pubmedId_s,pubmedcentralId_s,releasedDate_tdate,submittedDate_tdate,producedDate_s,"
    "journalTitle_s,conferenceTitle_s,licence_s,en_domainAllCodeLabel_fs"
)
# How many days a date such as 2026 or 2026-09 may be later than its first day.
_UNSURE_DAYS = {len("2026"): 364, len("2026-09"): 30}
_HAL_ID = re.compile(r"([a-z0-9]{1,20}[-_][a-z0-9]{1,20})(?:v\d{1,3})?", re.I | re.ASCII)


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield what went online since a given day: the newest version of each deposit."""
    params: dict[str, str | int] = {
        "q": place.part or _EVERYTHING,
        # Not by submission date, because moderators hold some for days.
        "fq": f"releasedDate_tdate:[{place.since}T00:00:00Z TO *] AND {_PAPERS}",
        "fl": _FIELDS,
        "sort": "docid asc",
        "rows": _PAGE_SIZE,
        "wt": "json",
    }

    def ask(cursor: str) -> tuple[list[dict[str, Any]], str, int | None]:
        address = f"{settings.SOURCE_SETUPS[NAME].url}/search/"
        content = read_object(fetcher.get(address, {**params, "cursorMark": cursor}))
        total = number_at(content, "response", "numFound")
        if "error" in content or total is None:
            raise SourceError(f"HAL: expected deposits, found “{text_at(content, 'error', 'msg')[:200]}”")
        return objects_at(content, "response", "docs"), text_at(content, "nextCursorMark"), total

    return walk(NAME, ask, lambda deposit: _record(deposit, place), place, first="*")


def _record(deposit: dict[str, Any], place: HarvestPosition) -> PaperRecord:
    name = _HAL_ID.fullmatch(_first(deposit, "halId_s"))
    title = _in_english(deposit, "title_s")
    if not name or not title:
        raise SourceError(f"{_first(deposit, 'halId_s')[:40] or 'a deposit'}: expected a HAL ID and a title")
    published = _came_out(deposit)
    is_first = (number_at(deposit, "version_i") or 1) == 1
    subtitle = _in_english(deposit, "subTitle_s")
    return PaperRecord.read(
        f"{title}: {subtitle}" if subtitle else title,
        _in_english(deposit, "abstract_s"),
        source=NAME,
        identifiers=identifiers_of(
            _first(deposit, "doiId_s"),
            arxiv=_first(deposit, "arxivId_s"),
            pmid=_first(deposit, "pubmedId_s"),
            pmcid=_first(deposit, "pubmedcentralId_s"),
            more=[(NAME, name[1].lower())],
        ),
        authors=tuple(_texts(deposit, "authFullName_s")),
        categories=tuple(dict.fromkeys(filter(None, map(_category, _texts(deposit, "en_domainAllCodeLabel_fs"))))),
        published_at=midnight(published) if is_first else None,
        venue=_first(deposit, "journalTitle_s") or _first(deposit, "conferenceTitle_s"),
        licence=_first(deposit, "licence_s"),
        day=place.day_of_first_sight(published) if is_first else None,
        origin=NAME,
        # A new version of a paper we do not have is not news.
        only_if_known=not is_first,
    )


def _came_out(deposit: dict[str, Any]) -> date | None:
    """Return the last day on which a work can have come out: an article deposited today may be from 2009.

    For many, only the year or the month is known. The result is no later than the day on which HAL had the work.
    """
    released = day_of(_first(deposit, "releasedDate_tdate")) or day_of(_first(deposit, "submittedDate_tdate"))
    words = _first(deposit, "producedDate_s")
    produced = day_of(words)
    if not produced or (released and produced >= released):
        return released
    last = produced + timedelta(days=_UNSURE_DAYS.get(len(words), 0))
    return min(last, released or last)


def _texts(deposit: dict[str, Any], field: str) -> Iterator[str]:
    """Yield the texts of a field, which may be a list or a single value."""
    value = value_at(deposit, field)
    for item in value if isinstance(value, list) else [value]:
        if text := text_at({field: item}, field):
            yield text


def _first(deposit: dict[str, Any], field: str) -> str:
    return next(_texts(deposit, field), "")


def _in_english(deposit: dict[str, Any], field: str) -> str:
    """Return the English text of a field that has one per language, otherwise the first."""
    return _first(deposit, f"en_{field}") or _first(deposit, field)


def _category(label: str) -> str:
    """Return the category of a label such as `info.info-lg_FacetSep_Computer Science [cs]/Machine Learning [cs.LG]`."""
    words = label.rpartition("_FacetSep_")[2].rpartition("/")[2].partition("[")[0]
    slug = "-".join(words.lower().replace(",", " ").split())
    return f"{NAME}:{slug}" if slug else ""
