"""Crossref (JSON): what publishers deposit, by the ISSN of a journal.

https://www.crossref.org/documentation/retrieve-metadata/rest-api/: polite with a contact. Its cursor never disappears,
abstracts are in JATS and often missing, and a renewed deposit brings old papers back.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from digest.sources import author_names
from digest.sources.cursor_walk import walk
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import midnight, number_at, objects_at, read_object, text_at, value_at
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError
from digest.sources.retraction import is_about_another_paper, is_notice, without_retraction

NAME = "crossref"
TITLE = "Crossref"
POLL_INTERVAL = timedelta(hours=6)
QUERY_HELP = "Journals’ ISSNs, separated by commas, such as 1476-4687, 0028-0836"

_PAGE_SIZE = 200
_PAPERS = {"journal-article", "proceedings-article", "posted-content", "book-chapter", "report", "monograph"}
# Relations to the same work; an erratum, a review, a translation and a supplement are other works.
_SAME_WORK = ("is-preprint-of", "has-preprint", "is-version-of", "has-version", "is-identical-to", "is-same-as")


def checked_query(query: str) -> str:
    """Return ISSNs in their standard form; SourceError for anything else."""
    names = [name.strip().upper() for name in query.split(",") if name.strip()]
    digits = [name.replace("-", "") for name in names]
    if not names or not all(len(name) == 8 and name[:7].isdecimal() for name in digits):  # noqa: PLR2004
        raise SourceError(f"expected ISSNs such as 1476-4687, found “{query[:80]}”")
    return ", ".join(f"{name[:4]}-{name[4:]}" for name in digits)


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield what was deposited for these journals since a given day."""
    issns = [f"issn:{name.strip()}" for name in checked_query(place.part).split(",")]
    setup = settings.SOURCE_SETUPS[NAME]
    contact = settings.SOURCE_CONTACT

    def ask(cursor: str) -> tuple[list[dict[str, Any]], str, int | None]:
        params: dict[str, str | int] = {
            "filter": ",".join([*issns, f"from-index-date:{place.since}"]),
            "rows": _PAGE_SIZE,
            "cursor": cursor,
            **({"mailto": contact} if "@" in contact else {}),
        }
        content = read_object(fetcher.get(f"{setup.url}/works", params))
        if text_at(content, "status") != "ok":
            raise SourceError(f"Crossref: expected works, found “{text_at(content, 'message')[:200]}”")
        return (
            objects_at(content, "message", "items"),
            text_at(content, "message", "next-cursor"),
            number_at(content, "message", "total-results"),
        )

    return walk(NAME, ask, lambda work: _record(work, place), place, first="*")


def _record(work: dict[str, Any], place: HarvestPosition) -> PaperRecord:
    name = text_at(work, "DOI")
    title = _first(work, "title")
    updates = objects_at(work, "update-to")
    if updates:
        return _update(name, updates, place)
    if text_at(work, "type") not in _PAPERS or not title:
        raise SourceError(f"{name[:80]}: expected a paper with a title, found {text_at(work, 'type') or 'nothing'}")
    if is_about_another_paper(title) or is_notice(title):
        raise SourceError(f"{name[:80]}: “{title[:80]}” is about another paper, or not about one at all")
    title, is_retracted = without_retraction(title)
    related = [text_at(item, "id") for kind in _SAME_WORK for item in objects_at(work, "relation", kind)]
    identifiers = identifiers_of(name, *related)
    if not identifiers_of(name):
        raise SourceError(f"expected a work with a DOI, found “{name[:80]}”")
    published = min(filter(None, (_day(work, field) for field in ("published-online", "published"))), default=None)
    return PaperRecord.read(
        f"{title}: {_first(work, 'subtitle')}" if _first(work, "subtitle") else title,
        text_at(work, "abstract"),
        source=NAME,
        identifiers=identifiers,
        authors=tuple(filter(None, map(_name, objects_at(work, "author")))),
        categories=tuple(f"subject:{'-'.join(str(word).lower().split())}" for word in work.get("subject") or []),
        published_at=midnight(published),
        venue=_first(work, "container-title"),
        licence=text_at(next(iter(objects_at(work, "license")), {}), "URL"),
        day=None if is_retracted else place.day_of_first_sight(published or _day(work, "created")),
        origin=NAME,
        withdrawn_at=midnight(place.today) if is_retracted else None,
        only_if_known=is_retracted,
    )


def _update(name: str, updates: list[dict[str, Any]], place: HarvestPosition) -> PaperRecord:
    """Return the withdrawal record of the paper that a notice retracts; SourceError for a correction."""
    for update in updates:
        if text_at(update, "type").lower() in {"retraction", "withdrawal", "removal"} and (
            identifiers := identifiers_of(text_at(update, "DOI"))
        ):
            moment = midnight(place.today)
            assert moment  # noqa: S101 - today is believable
            return PaperRecord.withdrawal(NAME, identifiers, moment)
    raise SourceError(f"{name[:80]}: {text_at(updates[0], 'type') or 'a note'} about another paper")


def _first(work: dict[str, Any], field: str) -> str:
    values = value_at(work, field)
    return " ".join(str(values[0]).split()) if isinstance(values, list) and values else ""


def _name(author: dict[str, Any]) -> str:
    name = f"{text_at(author, 'given')} {text_at(author, 'family')}".strip()
    return author_names.with_suffix(name, text_at(author, "suffix")) or text_at(author, "name")


def _day(work: dict[str, Any], field: str) -> date | None:
    parts = value_at(work, field, "date-parts")
    try:
        year, month, day = [*parts[0], 1, 1][:3]
        return date(int(year), int(month), int(day))
    except (TypeError, ValueError, IndexError, KeyError):
        return None
