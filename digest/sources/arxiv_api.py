"""arXiv by its search API (Atom): by categories, by a query, by ids.

arXiv's manual: https://info.arxiv.org/help/api/user-manual.html
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
from django.conf import settings
from django.utils import timezone

from digest.sources import announcement, arxiv, arxiv_id, turns, untrusted_xml
from digest.sources.fetching import Answer, Fetcher, RefusedError
from digest.sources.page import Page, Place
from digest.sources.record import PaperRecord, SourceError, believable

NAME = "api"
DELAY = arxiv.DELAY
turn = turns.arxiv

# arXiv allows 2,000; smaller pages lose less when one fails.
PAGE = 500
IDS_AT_A_TIME = 100
# It answers with an empty page at times, though there is more.
TRIES = 4
# Papers are found by the day they were submitted, and a moderator may hold one for days.
HELD = timedelta(days=5)
_ERROR = "arxiv.org/api/errors"


def parts() -> list[str]:
    """Return one part: all categories are one query."""
    return [""]


def pages(fetcher: Fetcher, place: Place) -> Iterator[Page]:
    """Yield what was submitted to the categories of the settings since some days before a day."""
    wanted = " OR ".join(f"cat:{category}" for category in arxiv.categories_asked())
    query = f"({wanted}) AND submittedDate:[{place.since - HELD:%Y%m%d}0000 TO 999912312359]"
    for page in pages_of_query(fetcher, query, int(place.cursor or 0)):
        complete_to = None if page.cursor else announcement.latest(place.asked_at - DELAY)
        yield Page(page.records, page.skipped, cursor=page.cursor, complete_to=complete_to)


def pages_of_query(fetcher: Fetcher, query: str, start: int = 0, most: int = 10**9) -> Iterator[Page]:
    """Yield what a query finds, oldest first, so that a paper that is new meanwhile moves none; at most `most`."""
    while start < most:
        size = min(PAGE, most - start)
        params: dict[str, str | int] = {"search_query": query, "start": start, "max_results": size}
        feed = _filled(fetcher, params | {"sortBy": "submittedDate", "sortOrder": "ascending"}, start)
        start += len(feed.entries)
        more = bool(feed.entries) and start < min(_total(feed), most)
        yield _page(feed, str(start) if more else "")
        if not more:
            return


def pages_of_ids(fetcher: Fetcher, ids: Sequence[str]) -> Iterator[Page]:
    """Yield the papers with these ids; those arXiv does not have are skipped, each with a line."""
    for begin in range(0, len(ids), IDS_AT_A_TIME):
        asked = ids[begin : begin + IDS_AT_A_TIME]
        page = _page(_ask(fetcher, {"id_list": ",".join(asked), "max_results": len(asked)}), "")
        found = {value for record in page.records for _, value in record.identifiers}
        missing = [f"{name}: arXiv has no such paper" for name in asked if name not in found]
        yield Page(page.records, [*page.skipped, *missing])


def _filled(fetcher: Fetcher, params: dict[str, str | int], start: int) -> Any:
    """Return a page of a query with its entries, asked for again where it is empty though there are more."""
    for _ in range(TRIES):
        feed = _ask(fetcher, params)
        if feed.entries or _total(feed) <= start:
            return feed
    raise SourceError(f"arXiv: expected the entries from {start} of {_total(feed)} on, found an empty page")


def _ask(fetcher: Fetcher, params: dict[str, str | int]) -> Any:
    try:
        answer = fetcher.get(settings.ARXIV_API_URL, params)
    except RefusedError as error:
        # The reason stands in the body, as an entry.
        _feed(Answer(settings.ARXIV_API_URL, error.body))
        raise
    return _feed(answer)


def _feed(answer: Answer) -> Any:
    untrusted_xml.parse(answer, "feed")
    feed = feedparser.parse(answer.body, sanitize_html=False, resolve_relative_uris=False)
    for entry in feed.entries:
        if _ERROR in entry.get("id", ""):
            raise SourceError(f"arXiv: {entry.get('summary') or 'an error without a reason'}")
    return feed


def _total(feed: Any) -> int:
    number = feed.feed.get("opensearch_totalresults", "0")
    return int(number) if number.isdecimal() else 0


def _page(feed: Any, cursor: str) -> Page:
    records: list[PaperRecord] = []
    skipped: list[str] = []
    for entry in feed.entries:
        try:
            records.append(_record(entry))
        except SourceError as error:
            skipped.append(str(error))
    return Page(records, skipped, cursor=cursor)


def _record(entry: Any) -> PaperRecord:
    """Return the record of one entry; SourceError where it has no id or no title."""
    found = arxiv_id.read(entry.get("id", ""))
    if found is None:
        raise SourceError(f"expected an entry with an arXiv id, found “{entry.get('id', '')}”")
    if not entry.get("title", "").strip():
        raise SourceError(f"{found}: expected a title, found none")
    now = timezone.now()
    submitted = believable(_moment(entry.get("published", "")), now)
    # Asked for one that is missing, feedparser gives another moment and a warning.
    changed = believable(_moment(entry["updated"]), now) if "updated" in entry else None
    categories = [tag.get("term") or "" for tag in entry.get("tags", [])]
    primary = entry.get("arxiv_primary_category", {}).get("term", "")
    return PaperRecord.read(
        entry.title.strip(),
        entry.get("summary", "").strip(),
        source=NAME,
        identifiers=arxiv.identifiers(found.value, entry.get("arxiv_doi", "")),
        authors=tuple(name for author in entry.get("authors", []) if (name := author.get("name", "").strip())),
        # Among them stand codes of ACM and MSC, such as I.2.6.
        categories=tuple(dict.fromkeys(name for name in (primary, *categories) if name[:1].islower())),
        published_at=submitted,
        version=found.version,
        day=arxiv.day_of(submitted),
        origin=arxiv.ORIGIN,
        withdrawn_at=(changed or now) if arxiv.is_withdrawn(entry.get("arxiv_comment", "")) else None,
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
