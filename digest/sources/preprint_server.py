"""bioRxiv and medRxiv (JSON), which share one API: what was posted from one day to another, page by page.

The API: https://api.biorxiv.org. A page has 30 or 100 entries, unpredictably, and a wrong cursor is answered with 200
and other entries, so we step by the number of entries received and count at the end.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from digest.sources import author_names, highwire_text
from digest.sources.arxiv_calendar import EASTERN
from digest.sources.fetching import Fetcher
from digest.sources.json_answer import day_of, midnight, number_at, objects_at, read_object, text_at
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError

# More pages than any week has; only an endless list would have them.
MOST_SERVER_PAGES = 2000
_NOTHING = ("no posts found", "no articles found")


def server_pages(fetcher: Fetcher, place: HarvestPosition, *, server: str, address: str) -> Iterator[HarvestPage]:
    """Yield everything posted since a given day. A day is complete once it is over in Eastern time.

    What was posted on one day belongs to the next, so that all of it is there in the morning.
    """
    today = place.asked_at.astimezone(EASTERN).date()
    categories = {_plain(name) for name in place.part.split(",") if name.strip()}
    cursor = int(place.cursor) if place.cursor.isdecimal() else 0
    # If a run resumes, what came before the cursor counts as seen.
    seen: set[object] = set()
    count = cursor
    total: int | None = None
    for _ in range(MOST_SERVER_PAGES):
        content = read_object(fetcher.get(f"{address}/details/{server}/{place.since}/{today}/{cursor}/json"))
        entries, total = objects_at(content, "collection"), _total(content, total, count)
        fresh = [entry for entry in entries if _key(entry) not in seen]
        # A duplicate within a page does not mean a wrong cursor.
        count += len(fresh)
        seen |= {_key(entry) for entry in entries}
        cursor += len(entries)
        is_last = not fresh or count >= total
        is_whole = count >= total
        yield _server_page(fresh, server, categories, "" if is_last else str(cursor), today if is_whole else None)
        if is_last:
            if not is_whole:
                raise SourceError(f"{server}: expected {total} entries, found {count}; they will be fetched again")
            return
    raise SourceError(f"{server}: expected the list to end within {MOST_SERVER_PAGES} pages")


def _total(content: dict[str, Any], before: int | None, count: int) -> int:
    """Return how many entries there are according to the newest answer. SourceError if it does not say."""
    message = next(iter(objects_at(content, "messages")), {})
    status = text_at(message, "status").lower()
    if status in _NOTHING:
        return before or 0
    if status != "ok":
        raise SourceError(f"expected entries, found “{status[:200] or 'no status'}”")
    total = number_at(message, "total")
    if total is None:
        raise SourceError("expected the total number of entries, found none")
    # The list may grow while it is read; what was received is there.
    return max(total, count)


def _key(entry: dict[str, Any]) -> tuple[str, str]:
    return text_at(entry, "doi").lower() or text_at(entry, "title"), text_at(entry, "version")


def _server_page(
    entries: list[dict[str, Any]], server: str, categories: set[str], cursor: str, complete_to: date | None
) -> HarvestPage:
    records: list[PaperRecord] = []
    skipped: list[str] = []
    for entry in entries:
        if categories and _plain(text_at(entry, "category")) not in categories:
            continue
        try:
            records.append(_record(entry, server))
        except SourceError as error:
            skipped.append(str(error))
    return HarvestPage(records, skipped, cursor=cursor, complete_to=complete_to)


def _record(entry: dict[str, Any], server: str) -> PaperRecord:
    own = text_at(entry, "doi")
    published = text_at(entry, "published")
    identifiers = identifiers_of(own, published if published.upper() != "NA" else "")
    if not identifiers or not identifiers_of(own):
        raise SourceError(f"expected an entry with a DOI, found “{own[:80]}”")
    title = highwire_text.without_marks(text_at(entry, "title"))
    if not title:
        raise SourceError(f"{own}: expected a title, found none")
    posted = day_of(text_at(entry, "date"))
    version = number_at(entry, "version") or 1
    is_first = version == 1
    category = _plain(text_at(entry, "category"))
    is_withdrawn = text_at(entry, "type").lower() in {"withdrawn", "retraction", "retracted"}
    return PaperRecord.read(
        title,
        highwire_text.without_marks(text_at(entry, "abstract")),
        source=server,
        identifiers=identifiers,
        authors=author_names.split(text_at(entry, "authors")),
        categories=(f"{server}:{category.replace(' ', '-')}",) if category else (),
        published_at=midnight(posted) if is_first else None,
        version=version,
        licence=text_at(entry, "license"),
        day=posted + timedelta(days=1) if posted and is_first and not is_withdrawn else None,
        origin=server,
        withdrawn_at=midnight(posted) if is_withdrawn else None,
        # A new version of a paper we do not have is not news.
        only_if_known=not is_first or is_withdrawn,
    )


def _plain(category: str) -> str:
    return " ".join(category.lower().replace("_", " ").replace("-", " ").split())
