"""Hugging Face's daily papers (JSON): a list for each day, put together by its community."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from digest.models import Listing
from digest.sources import arxiv, arxiv_id
from digest.sources.fetching import Answer, Fetcher
from digest.sources.links import web_address
from digest.sources.page import Page, Place
from digest.sources.record import PaperRecord, SourceError, believable

NAME = "huggingface"
# Its list grows all day: it is asked once an hour.
EVERY = timedelta(hours=1)
turn = nullcontext

PAGE = 100
# A day never has so many; a list without an end would.
MOST_PAGES = 20


def parts() -> list[str]:
    """Return one part: it is one list."""
    return [""]


def pages(fetcher: Fetcher, place: Place) -> Iterator[Page]:
    """Yield the lists of the days from `since` to today in UTC, as theirs are; what did not change is left out."""
    day = max(place.since, _day(place.cursor) or place.since)
    today = place.asked_at.astimezone(UTC).date()
    while day <= today:
        records: list[PaperRecord] = []
        skipped: list[str] = []
        for items in _lists_of(fetcher, day):
            for item in items:
                try:
                    records.append(_record(item, day))
                except SourceError as error:
                    skipped.append(f"{day}: {error}")
        day += timedelta(days=1)
        yield Page(records, skipped, cursor=day.isoformat() if day <= today else "")


def _lists_of(fetcher: Fetcher, day: date) -> Iterator[list[Any]]:
    for number in range(MOST_PAGES):
        params: dict[str, str | int] = {"date": day.isoformat(), "limit": PAGE, "p": number}
        answer = fetcher.get_if_changed(settings.HUGGINGFACE_URL, params)
        if answer.unchanged:
            return
        items = _list(answer)
        yield items
        # Its Link header says so too, and would lead us wherever it says.
        if len(items) < PAGE:
            return


def _list(answer: Answer) -> list[Any]:
    try:
        items = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{answer.url}: expected JSON, found what is none: {error}") from error
    if not isinstance(items, list):
        raise SourceError(f"{answer.url}: expected a list of papers, found {type(items).__name__}")
    return items


def _record(item: Any, asked: date) -> PaperRecord:
    """Return the record of one item; SourceError where it has no arXiv id or no title."""
    paper = item.get("paper") if isinstance(item, dict) else None
    if not isinstance(paper, dict):
        raise SourceError("expected an object with a paper, found something else")
    found = arxiv_id.read(_text(paper, "id"))
    if found is None:
        raise SourceError(f"expected a paper with an arXiv id, found “{_text(paper, 'id')[:60]}”")
    title = _text(paper, "title") or _text(item, "title")
    if not title:
        raise SourceError(f"{found}: expected a title, found none")
    now = timezone.now()
    listed = believable(_moment(_text(paper, "submittedOnDailyAt")), now)
    return PaperRecord.read(
        title,
        _text(paper, "summary") or _text(item, "summary"),
        source=NAME,
        identifiers=arxiv.identifiers(found.value),
        authors=tuple(_names(paper.get("authors"))),
        code_url=web_address(paper.get("githubRepo")),
        project_url=web_address(paper.get("projectPage")),
        # The outer publishedAt is another moment, shifted by hours.
        published_at=believable(_moment(_text(paper, "publishedAt")), now),
        day=listed.astimezone(UTC).date() if listed else asked,
        origin=Listing.Origin.HUGGINGFACE.value,
        withdrawn_at=believable(_moment(_text(paper, "withdrawnAt")), now),
    )


def _names(authors: Any) -> Iterator[str]:
    """Yield the names of those who are not hidden."""
    for author in authors if isinstance(authors, list) else []:
        if isinstance(author, dict) and not author.get("hidden") and (name := _text(author, "name")):
            yield name


def _text(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    return value.strip() if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
