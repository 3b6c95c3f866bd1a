"""arXiv through its feeds (RSS 2.0): one category at a time, one day at a time.

Each category is requested separately, because "new" means something else in a feed of several. arXiv's page on feeds:
https://info.arxiv.org/help/rss.html
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
from django.conf import settings
from django.utils import timezone

from digest.sources import arxiv, arxiv_id, author_names, host_turns, untrusted_xml
from digest.sources.arxiv_calendar import EASTERN, has_mailing
from digest.sources.fetch_request import ResponseRefusedError
from digest.sources.fetching import FetchedResponse, Fetcher
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import FUTURE_TOLERANCE, PaperRecord, SourceError, believable, unescaped

NAME = "rss"
TITLE = "arXiv, feeds"
# A feed is made at midnight.
DELAY = timedelta(hours=4, minutes=10)
# It may be filled a little later; after this, an empty feed counts as empty.
FILLED = timedelta(hours=2)
turn = host_turns.turn_at_arxiv

# arXiv truncates a feed there. It sorts new papers last, so they are lost first.
CUT_AT = 2000
# “Title. (arXiv:2611.00009v1 [cs.LG] UPDATED)”, as feeds had it until 2024.
_STAMP = re.compile(r"\.?\s{0,9}\(arXiv:[^\s)]{1,40}(?:\s{1,9}\[[^\]]{0,40}\])?(?:\s{1,9}[A-Z ]{1,40})?\)\s*$", re.I)
_TEXT = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*(?P<kind>[a-z-]*)\s*Abstract:\s*(?P<abstract>.*)", re.S)


def parts() -> list[str]:
    """Return the configured categories."""
    return arxiv.categories_asked()


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield the one page of a category's feed, without records if it did not change or the day has no announcement."""
    try:
        answer = fetcher.get_if_changed(f"{settings.ARXIV_RSS_URL}/{place.part}")
    except ResponseRefusedError as error:
        raise SourceError(f"{error}{_reason(error.body)}") from error
    if answer.unchanged:
        yield HarvestPage([])
        return
    document = untrusted_xml.parse_xml(answer, "rss", "item")
    feed = _parsed(document.body)
    day = _day(feed, answer)
    records: list[PaperRecord] = []
    skipped = list(document.skipped)
    for item in feed.entries:
        try:
            records.append(_record(item, place.part, day))
        except SourceError as error:
            skipped.append(str(error))
    is_cut = len(feed.entries) >= CUT_AT
    remarks = [f"{place.part}: the feed is cut off at {CUT_AT} papers; use oai for the rest"] if is_cut else []
    remarks += document.remarks
    is_whole = not is_cut and (feed.entries or _stays_empty(day, place.asked_at))
    yield HarvestPage(records, skipped, remarks, complete_to=day if is_whole else None)


def _stays_empty(day: date, asked_at: datetime) -> bool:
    """Return whether an empty feed is a small category's on an announcement day, not one still to be filled."""
    midnight = datetime.combine(day, time(), EASTERN)
    return has_mailing(day - timedelta(days=1)) and asked_at >= midnight + FILLED


def _parsed(body: bytes) -> Any:
    return feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)


def _reason(body: bytes) -> str:
    """Return what the body of an error response says, shortened."""
    try:
        untrusted_xml.parse_xml(FetchedResponse("", body), "rss")
    except SourceError:
        return ""
    return f": {_parsed(body).feed.get('subtitle', '')}"[:300]


def _day(feed: Any, answer: FetchedResponse) -> date:
    """Return the day of the feed's announcement."""
    moment = _moment(feed.feed.get("published", ""))
    if moment is None:
        raise SourceError(f"{answer.url}: expected the feed’s day in pubDate, found none")
    day = moment.astimezone(EASTERN).date()
    if moment > timezone.now() + FUTURE_TOLERANCE:
        raise SourceError(f"{answer.url}: expected a day that is not in the future, found {day}")
    return day


def _record(item: Any, category: str, day: date) -> PaperRecord:
    """Return the record of one item; SourceError if it has no id or no title."""
    guid = item.get("id", "")
    identifier = arxiv_id.parse_arxiv_id(guid)
    if identifier is None:
        raise SourceError(f"expected an item with an arXiv ID, found “{guid}”")
    if not item.get("title", "").strip():
        raise SourceError(f"{identifier}: expected a title, found none")
    text = _TEXT.fullmatch(item.get("summary", ""))
    title, stamp = _title(item.title)
    kind = (item.get("arxiv_announce_type") or (text["kind"] if text else "") or _kind(stamp, category)).strip()
    categories = [tag.get("term") or "" for tag in item.get("tags", [])]
    is_new = kind == "new"
    return PaperRecord.read(
        title,
        unescaped(text["abstract"] if text else item.get("summary", "")).strip(),
        source=NAME,
        identifiers=arxiv.identifiers(identifier.value, item.get("arxiv_doi", "")),
        authors=_authors(item),
        # A paper that is new in a category's feed has that category as its primary one.
        categories=tuple(dict.fromkeys([category, *categories] if is_new else categories)),
        version=identifier.version,
        published_at=believable(_moment(item.get("published", "")), timezone.now()) if is_new else None,
        # A paper cross-listed here is new, if at all, in the feed of another category.
        day=day if is_new else None,
        origin=arxiv.ORIGIN,
        only_if_known=kind.startswith("replace"),
    )


def _title(text: str) -> tuple[str, str]:
    """Return the title and the stamp after it, if it has one as in feeds of the old form."""
    text = unescaped(text).strip()
    stamp = _STAMP.search(text)
    return (text[: stamp.start()].strip(), stamp[0]) if stamp and stamp.start() else (text, "")


def _kind(stamp: str, category: str) -> str:
    """Return what a stamp such as (arXiv:2611.00009v1 [cs.LG] UPDATED) says, as an announce type of today's feeds."""
    if not stamp:
        return ""
    if "UPDATED" in stamp.upper():
        return "replace"
    return "new" if f"[{category}]" in stamp and "CROSS" not in stamp.upper() else "cross"


def _authors(item: Any) -> tuple[str, ...]:
    """Return the names in all creators of an item: one creator with all names, or one for each."""
    creators = [author.get("name", "") for author in item.get("authors", [])] or [item.get("author", "")]
    creators = [unescaped(name) for name in creators]
    # “Doe, Jane” in each is one person; author_names.split knows it by the semicolons.
    return author_names.split("; ".join(creators))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=EASTERN)
