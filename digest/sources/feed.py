"""Any feed: RSS, Atom or JSON Feed of a journal, a blog or a saved search. The query is the feed's address.

Dublin Core and PRISM are read: https://www.jsonfeed.org/version/1.1/, https://www.w3.org/submissions/prism/. A feed
gives no day that can be trusted, so an entry gets the day we first see it; an old one gets none.
"""

import hashlib
import json
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import feedparser
from django.utils import timezone

from digest.models import PaperIdentifier
from digest.sources import arxiv_id, author_names, untrusted_xml
from digest.sources.fetching import FetchedResponse, Fetcher
from digest.sources.json_answer import day_of, midnight, objects_at, text_at
from digest.sources.links import safe_url
from digest.sources.outside_ids import identifiers_of
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError, believable
from digest.sources.retraction import is_about_another_paper, without_retraction

NAME = "feed"
TITLE = "Feed"
MOST_PER_DAY = 50
QUERY_HELP = "The address of an RSS, Atom or JSON feed, such as https://www.nature.com/nature.rss"

# In a feed that was never read before, only entries this recent are new.
NEWS_OF_FIRST_READING = timedelta(days=2)
# More than this is a whole archive.
MOST_ENTRIES = 1000
_XML_ROOTS = {"rss": ("rss", "item"), "feed": ("feed", "entry"), "RDF": ("RDF", "item")}
_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(rss|feed|RDF)[\s>]")
# What these contain is not text. One that never ends is the rest: otherwise each start would look for an end.
_UNREAD = re.compile(r"<(script|style)\b(?>.*?(?:</\1\s*>|\Z))", re.I | re.S)

_TAG = re.compile(
    r"</?(?!/?(?:su[bp]|i|em|b|(?:mml:|m:)?(?:math|semantics|annotation|m(?:i|n|o|s|row|text|space|style|padded|fenced"
    r"|su[bp]|subsup|frac|sqrt|root|over|under|underover|multiscripts|prescripts|table|tr|td)))\b)[a-zA-Z][^<>]{0,2000}>"
)


def checked_query(query: str) -> str:
    """Return the address; SourceError if it is not one."""
    try:
        parts = urlsplit(query)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
        parts.port  # noqa: B018 - raises on an invalid port
    except ValueError:
        is_address = False
    if not is_address or any(character.isspace() for character in query):
        raise SourceError(f"expected an address that begins with https:// or http://, found “{query[:80]}”")
    return query


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield the one page of a feed, without records if it did not change."""
    answer = fetcher.get_if_changed(checked_query(place.part))
    if answer.unchanged:
        yield HarvestPage([])
        return
    entries, remarks, skipped = _json_entries(answer) if _is_json(answer) else _xml_entries(answer)
    if len(entries) > MOST_ENTRIES:
        remarks = [*remarks, f"only the first {MOST_ENTRIES} of {len(entries)} entries were read"]
    records: list[PaperRecord] = []
    for entry in entries[:MOST_ENTRIES]:
        try:
            records.append(_record(entry, place))
        except SourceError as error:
            skipped.append(str(error))
    yield HarvestPage(records, skipped, remarks)


def _is_json(answer: FetchedResponse) -> bool:
    return answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _json_entries(answer: FetchedResponse) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Return the items of a JSON feed under feedparser's field names."""
    try:
        content = json.loads(answer.body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{answer.url}: expected a JSON feed, found something else: {error}") from error
    if "jsonfeed.org/version" not in text_at(content, "version"):
        raise SourceError(f"{answer.url}: expected a feed, found another kind of JSON")
    venue = text_at(content, "title")
    return [_of_json(item, venue) for item in objects_at(content, "items")], [], []


def _of_json(item: dict[str, Any], venue: str) -> dict[str, Any]:
    names = [text_at(author, "name") for author in objects_at(item, "authors")] or [text_at(item, "author", "name")]
    return {
        "id": text_at(item, "id"),
        "link": text_at(item, "url") or text_at(item, "external_url"),
        "title": text_at(item, "title"),
        "summary": text_at(item, "content_html") or text_at(item, "content_text") or text_at(item, "summary"),
        "authors": [{"name": name} for name in names if name],
        "tags": [{"term": tag} for tag in item.get("tags") or [] if isinstance(tag, str)],
        "day": text_at(item, "date_published"),
        "venue": venue,
    }


def _xml_entries(answer: FetchedResponse) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    root = _ROOT.search(answer.body[:5000])
    name, item = _XML_ROOTS[root[1].decode()] if root else ("rss", "item")
    document = untrusted_xml.parse_xml(answer, name, item)
    parsed = feedparser.parse(document.body, sanitize_html=False, resolve_relative_uris=False)
    venue = str(parsed.feed.get("title", ""))
    return [{"venue": venue, **entry} for entry in parsed.entries], document.remarks, list(document.skipped)


def _record(entry: dict[str, Any], place: HarvestPosition) -> PaperRecord:
    """Return the record of an entry; SourceError if it is not a paper."""
    title = _text(_first(entry, "title"))
    if not title:
        raise SourceError(f"expected an entry with a title, found “{_first(entry, 'id', 'link')[:80]}”")
    if is_about_another_paper(title):
        raise SourceError(f"“{title[:80]}” is about another paper, or not about one at all")
    link = safe_url(_first(entry, "link"))
    identifiers = _identifiers(entry, link, place.part)
    published = _published(entry)
    own_title, is_retracted = without_retraction(title)
    return PaperRecord.read(
        own_title,
        _abstract(entry),
        source=NAME,
        identifiers=identifiers,
        authors=_authors(entry),
        categories=tuple(dict.fromkeys(filter(None, (_subject(tag) for tag in entry.get("tags") or [])))),
        project_url="" if any(scheme != PaperIdentifier.Scheme.FEED for scheme, _ in identifiers) else link,
        published_at=published,
        venue=_text(_first(entry, "prism_publicationname", "dc_source", "venue")),
        licence=_first(entry, "rights", "license", "dc_rights")[:200],
        day=None if is_retracted else _day(published.date() if published else None, place),
        origin=NAME,
        is_day_of_first_sight=True,
        withdrawn_at=timezone.now() if is_retracted else None,
        only_if_known=is_retracted,
    )


def _day(published: date | None, place: HarvestPosition) -> date | None:
    """Return the day an entry was first seen; None if the entry is old, or if the whole feed is new to us."""
    if place.is_first and (published is None or place.today - published > NEWS_OF_FIRST_READING):
        return None
    return place.day_of_first_sight(published)


def _identifiers(entry: dict[str, Any], link: str, address: str) -> tuple[tuple[str, str], ...]:
    """Return the entry's DOI and arXiv id, and last, the feed's own name for it."""
    own = _first(entry, "id", "link") or _text(_first(entry, "title"))
    key = hashlib.sha256(f"{address}\n{own}".encode()).hexdigest()[:32]
    fields = ("prism_doi", "doi", "arxiv_doi", "dc_identifier", "id", "link")
    dois = [value for field in fields if "10." in (value := _first(entry, field))]
    arxiv = next((link for link in (_first(entry, "id"), link) if arxiv_id.parse_arxiv_id(link)), "")
    # One DOI per entry: another may belong to a paper that the entry discusses.
    names = identifiers_of(*dois, arxiv=arxiv)
    doi_name = [pair for pair in names if pair[0] == PaperIdentifier.Scheme.DOI][:1]
    others = [pair for pair in names if pair[0] != PaperIdentifier.Scheme.DOI]
    return (*doi_name, *others, (PaperIdentifier.Scheme.FEED.value, key))


def _abstract(entry: dict[str, Any]) -> str:
    """Return the longest text of an entry, without HTML."""
    contents = [text_at(part, "value") for part in entry.get("content") or [] if isinstance(part, dict)]
    texts = [_text(value) for value in (*contents, _first(entry, "summary"), _first(entry, "dc_description"))]
    longest = max(texts, key=len)
    # Publishers put “Nature, Published online: 25 November 2026; doi:10.1038/…” before it, or have only that.
    return re.sub(r"^.{0,80}?Published online:[^;]{0,40};\s*doi:\s?\S+\s*", "", longest, flags=re.I)


def _authors(entry: dict[str, Any]) -> tuple[str, ...]:
    names = [text_at(author, "name") for author in entry.get("authors") or [] if isinstance(author, dict)]
    names = [name for name in names if name] or [_first(entry, "author", "dc_creator")]
    return author_names.split("; ".join(map(_text, filter(None, names))))


def _published(entry: dict[str, Any]) -> datetime | None:
    for field in ("published_parsed", "updated_parsed"):
        if entry.get(field):
            try:
                return believable(datetime.fromtimestamp(timegm(entry[field]), UTC), timezone.now())
            except (ValueError, OverflowError, OSError):
                continue
    days = (day_of(_first(entry, name)) for name in ("prism_publicationdate", "day", "dc_date"))
    return next((moment for day in days if (moment := midnight(day))), None)


def _subject(tag: Any) -> str:
    """Return the category for a subject of an entry."""
    word = " ".join(text_at(tag, "term").split())
    return f"subject:{word.lower().replace(' ', '-')}" if 0 < len(word) <= 60 else ""  # noqa: PLR2004


def _first(entry: dict[str, Any], *fields: str) -> str:
    """Return the text of the first of these fields that has one."""
    return next((text for field in fields if (text := text_at(entry, field))), "")


def _text(value: str) -> str:
    """Return HTML as text on one line, without tags; those that mean something in a title stay: scripts, formulas."""
    value = _UNREAD.sub(" ", _without_comments(value))
    value = _TAG.sub(" ", value)
    return " ".join(unescape(value).split())


def _without_comments(value: str) -> str:
    """Leave out HTML comments; one that never ends is text."""
    before, *rest = value.split("<!--")
    return " ".join([before, *(part.partition("-->")[2] if "-->" in part else part for part in rest)])
