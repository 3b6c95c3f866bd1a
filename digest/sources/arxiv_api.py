"""arXiv through its search API (Atom): by categories, a query or ids.

arXiv's manual: https://info.arxiv.org/help/api/user-manual.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
from django.conf import settings
from django.utils import timezone

from digest.sources import arxiv, arxiv_calendar, arxiv_id, author_names, host_turns, untrusted_xml
from digest.sources.fetch_request import ResponseRefusedError
from digest.sources.fetching import FetchedResponse, Fetcher
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError, believable

NAME = "api"
TITLE = "arXiv, search API"
DELAY = arxiv.DELAY
turn = host_turns.turn_at_arxiv

# arXiv allows 2,000; smaller pages lose less when one fails.
RESULTS_PER_PAGE = 500
IDS_AT_A_TIME = 100
# arXiv sometimes answers with an empty page although there is more.
TRIES = 4
# Papers are found by the day they were submitted, but a moderator may hold one for days.
HELD = timedelta(days=5)
_ERROR = "arxiv.org/api/errors"
_BAD_REQUEST = re.compile(r"answered 400\b")


class _ReasonError(SourceError):
    """arXiv answered with an error instead of papers."""


def parts() -> list[str]:
    """Return a single part, because all categories are one query."""
    return [""]


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield what was submitted to the configured categories, from a few days before the given day."""
    categories = " OR ".join(f"cat:{category}" for category in arxiv.categories_asked())
    query = f"({categories}) AND submittedDate:[{place.since - HELD:%Y%m%d}0000 TO 999912312359]"
    for page in pages_of_query(fetcher, query, int(place.cursor or 0)):
        complete_to = None if page.cursor else arxiv_calendar.latest_announcement(place.asked_at - DELAY)
        yield replace(page, complete_to=complete_to)


def pages_of_query(fetcher: Fetcher, query: str, start: int = 0, most: int = 10**9) -> Iterator[HarvestPage]:
    """Yield what a query finds, at most `most`, oldest first, so that a paper added meanwhile does not shift others.

    arXiv's total is trusted if it is consistent with the entries. It is sometimes missing, 0 or too small; then a
    full page is followed by another one.
    """
    while start < most:
        size = min(RESULTS_PER_PAGE, most - start)
        params: dict[str, str | int] = {"search_query": query, "start": start, "max_results": size}
        feed = _filled(fetcher, params | {"sortBy": "submittedDate", "sortOrder": "ascending"}, start)
        count = len(feed.entries) + len(feed.skipped)
        start += count
        total = _total(feed)
        is_more = count > 0 and (total is None or total > start or (count >= size and total < start))
        more = is_more and start < most
        yield _page(feed, str(start) if more else "")
        if not more:
            return


def pages_of_ids(fetcher: Fetcher, ids: Sequence[str]) -> Iterator[HarvestPage]:
    """Yield the papers with these ids; those that arXiv does not have or refuses are skipped, with a line each."""
    for begin in range(0, len(ids), IDS_AT_A_TIME):
        yield from _of_ids(fetcher, ids[begin : begin + IDS_AT_A_TIME], is_alone=len(ids) == 1)


def _of_ids(fetcher: Fetcher, ids: Sequence[str], *, is_alone: bool = False) -> Iterator[HarvestPage]:
    """Yield the papers with ids that are few enough for one request, without any that arXiv refuses."""
    missing = list(ids)
    for attempt in range(TRIES):
        try:
            feed = _ask(fetcher, {"id_list": ",".join(missing), "max_results": len(missing)})
        except (_ReasonError, ResponseRefusedError) as error:
            if len(ids) == 1 and is_alone:
                raise
            yield from _without_refused(fetcher, missing, error)
            return
        page = _page(feed, "")
        received = {value for record in page.records for _, value in record.identifiers}
        missing = [name for name in missing if name not in received]
        is_last = attempt == TRIES - 1 or not missing or (feed.entries and (_total(feed) or 0) <= len(feed.entries))
        lines = [f"{name}: not found on arXiv" for name in missing] if is_last else []
        if is_last and not feed.entries and _total(feed):
            raise SourceError(f"arXiv: expected {_total(feed)} papers, found an empty page")
        yield HarvestPage(page.records, [*page.skipped, *lines], page.remarks)
        if is_last:
            return


def _without_refused(fetcher: Fetcher, ids: Sequence[str], error: SourceError) -> Iterator[HarvestPage]:
    """Yield the papers of IDs that arXiv refused together: drop those named in its error, else halve the list."""
    if isinstance(error, ResponseRefusedError) and not _BAD_REQUEST.search(str(error)):
        raise error
    named = [name for name in ids if name in str(error)] if isinstance(error, _ReasonError) else []
    refused = named or (ids if len(ids) == 1 else [])
    if refused:
        yield HarvestPage([], [f"{name}: {error}" for name in refused])
        rest = [[name for name in ids if name not in refused]]
    else:
        rest = [list(ids[: len(ids) // 2]), list(ids[len(ids) // 2 :])]
    for part in filter(None, rest):
        yield from _of_ids(fetcher, part)


def _filled(fetcher: Fetcher, params: dict[str, str | int], start: int) -> Any:
    """Return a page of a query, requesting it again if it is empty and nothing says that it must be."""
    for _ in range(TRIES):
        feed = _ask(fetcher, params)
        total = _total(feed)
        # Without a plausible total, only a retry can tell the end from a page that was empty by mistake.
        if feed.entries or feed.skipped or total == start > 0:
            return feed
    if start and (total is None or total < start):
        return feed
    if total == 0:
        return feed
    raise SourceError(f"arXiv: expected entries from {start} of {total or 'many'}, found an empty page")


def _ask(fetcher: Fetcher, params: dict[str, str | int]) -> Any:
    try:
        answer = fetcher.get(settings.ARXIV_API_URL, params)
    except ResponseRefusedError as error:
        # The reason is in the body, as an entry.
        try:
            _feed(FetchedResponse(settings.ARXIV_API_URL, error.body))
        except _ReasonError:
            raise
        except SourceError:
            pass
        raise
    return _feed(answer)


def _feed(answer: FetchedResponse) -> Any:
    """Return the feed as feedparser reads it, with what had to be done to read it: `remarks`, `skipped`."""
    document = untrusted_xml.parse_xml(answer, "feed", "entry")
    feed = feedparser.parse(document.body, sanitize_html=False, resolve_relative_uris=False)
    for entry in feed.entries:
        if _ERROR in entry.get("id", ""):
            raise _ReasonError(f"arXiv: {entry.get('summary') or 'an error without a reason'}")
    feed.remarks, feed.skipped = document.remarks, document.skipped
    return feed


def _total(feed: Any) -> int | None:
    """Return how many papers arXiv says there are; None if it does not say, or says 0 but gives some."""
    number = re.sub(r"[\s,.'  ]", "", feed.feed.get("opensearch_totalresults", ""))
    total = int(number) if number.isdecimal() else None
    return None if total == 0 and feed.entries else total


def _page(feed: Any, cursor: str) -> HarvestPage:
    records: list[PaperRecord] = []
    skipped = list(feed.skipped)
    for entry in feed.entries:
        try:
            records.append(_record(entry))
        except SourceError as error:
            skipped.append(str(error))
    return HarvestPage(records, skipped, feed.remarks, cursor)


def _record(entry: Any) -> PaperRecord:
    """Return the record of one entry; SourceError if it has no id or no title."""
    identifier = arxiv_id.parse_arxiv_id(entry.get("id", ""))
    if identifier is None:
        raise SourceError(f"expected an entry with an arXiv ID, found “{entry.get('id', '')}”")
    if not entry.get("title", "").strip():
        raise SourceError(f"{identifier}: expected a title, found none")
    now = timezone.now()
    submitted = believable(_moment(entry.get("published", "")), now)
    # For a missing one, feedparser returns a different time and a warning.
    changed = believable(_moment(entry["updated"]), now) if "updated" in entry else None
    categories = [tag.get("term") or "" for tag in entry.get("tags", [])]
    primary = entry.get("arxiv_primary_category", {}).get("term", "")
    return PaperRecord.read(
        entry.title.strip(),
        entry.get("summary", "").strip(),
        source=NAME,
        identifiers=arxiv.identifiers(identifier.value, entry.get("arxiv_doi", "")),
        authors=tuple(
            name for author in entry.get("authors", []) for name in author_names.split(author.get("name", ""))
        ),
        # Among them are ACM and MSC codes, such as I.2.6.
        categories=tuple(dict.fromkeys(name for name in (primary, *categories) if name[:1].islower())),
        published_at=submitted,
        version=identifier.version,
        day=arxiv.day_of_record(submitted),
        origin=arxiv.ORIGIN,
        withdrawn_at=(changed or now) if arxiv.says_withdrawn(entry.get("arxiv_comment", "")) else None,
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
