"""OpenReview (API 2): the papers of a venue, such as ICLR.cc/2026/Conference.

https://docs.openreview.net: a thousand notes per page, each value under `value`. No licence is stated for the data, so
titles and abstracts are only shown with a link.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from digest.sources.cursor_walk import walk
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import number_at, objects_at, read_object, text_at, value_at
from digest.sources.markdown_text import without_markdown
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError, believable

NAME = "openreview"
TITLE = "OpenReview"
POLL_INTERVAL = timedelta(hours=12)
QUERY_HELP = "A venue’s ID, such as ICLR.cc/2026/Conference"

_PAGE_SIZE = 1000


def checked_query(query: str) -> str:
    """Return the id of a venue; SourceError if it is not one."""
    if "/" not in query or any(character.isspace() for character in query):
        raise SourceError(f"expected a venue’s ID such as ICLR.cc/2026/Conference, found “{query[:80]}”")
    return query


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield all papers of a venue; those already known change nothing."""
    venue = checked_query(place.part)

    def ask(cursor: str) -> tuple[list[dict[str, Any]], str, int | None]:
        offset = int(cursor) if cursor.isdecimal() else 0
        params: dict[str, str | int] = {"content.venueid": venue, "limit": _PAGE_SIZE, "offset": offset}
        content = read_object(fetcher.get(f"{settings.SOURCE_SETUPS[NAME].url}/notes", params))
        if not isinstance(content.get("notes"), list):
            raise SourceError(f"OpenReview: expected notes, found “{text_at(content, 'message')[:200]}”")
        notes = objects_at(content, "notes")
        # Step by the number of notes received: a page may be shorter than requested.
        return notes, str(offset + len(notes)), number_at(content, "count")

    return walk(NAME, ask, lambda note: _record(note, place), place, first="0")


def _record(note: dict[str, Any], place: HarvestPosition) -> PaperRecord:
    name = text_at(note, "forum") or text_at(note, "id")
    title = text_at(note, "content", "title", "value")
    if not name or not title:
        raise SourceError(f"{name or 'a note'}: expected an ID and a title")
    published = _moment(note, "pdate") or _moment(note, "odate") or _moment(note, "cdate")
    authors = value_at(note, "content", "authors", "value")
    arxiv = text_at(note, "content", "arxiv", "value") or text_at(note, "externalId")
    venue = text_at(note, "content", "venue", "value")
    is_withdrawn = "withdrawn" in venue.lower() or bool(note.get("ddate"))
    return PaperRecord.read(
        title,
        without_markdown(text_at(note, "content", "abstract", "value")),
        source=NAME,
        identifiers=identifiers_of(arxiv=arxiv, more=[("openreview", name)]),
        authors=tuple(author for author in authors if isinstance(author, str)) if isinstance(authors, list) else (),
        published_at=published,
        venue=venue,
        day=None if is_withdrawn else place.day_of_first_sight(published.date() if published else None),
        origin=NAME,
        withdrawn_at=timezone.now() if is_withdrawn else None,
        only_if_known=is_withdrawn,
    )


def _moment(note: dict[str, Any], field: str) -> datetime | None:
    """Return the moment in a field of milliseconds."""
    value = note.get(field)
    try:
        return believable(datetime.fromtimestamp(value / 1000, UTC), timezone.now()) if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
