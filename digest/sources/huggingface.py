"""Hugging Face's daily papers (JSON): a list for each day, put together by its community."""

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from digest.models import Listing
from digest.sources import arxiv, arxiv_id, author_names
from digest.sources.fetching import FetchedResponse, Fetcher
from digest.sources.links import safe_url
from digest.sources.markdown_text import without_markdown
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.record import PaperRecord, SourceError, believable

NAME = "huggingface"
TITLE = "Hugging Face"
# Its list grows all day, so it is queried once an hour.
POLL_INTERVAL = timedelta(hours=1)
turn = nullcontext

PAPERS_PER_PAGE = 100
# A day never has this many; only an endless list would.
MOST_PAGES = 20


_WITHOUT_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:/\S*)?")
# A repository, not the pages under github.io.
_REPOSITORY = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/[\w.-]+/[\w.-]+", re.I
)


def parts() -> list[str]:
    """Return a single part, because it is one list."""
    return [""]


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield the lists of the days from `since` to today, in UTC like theirs; what did not change is left out."""
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
        yield HarvestPage(records, skipped, cursor=day.isoformat() if day <= today else "")


def _lists_of(fetcher: Fetcher, day: date) -> Iterator[list[Any]]:
    for number in range(MOST_PAGES):
        params: dict[str, str | int] = {"date": day.isoformat(), "limit": PAPERS_PER_PAGE, "p": number}
        answer = fetcher.get_if_changed(settings.HUGGINGFACE_URL, params)
        if answer.unchanged:
            return
        items = _list(answer)
        yield items
        # Its Link header says so too, but following it would take us wherever it points.
        if len(items) < PAPERS_PER_PAGE:
            return


def _list(answer: FetchedResponse) -> list[Any]:
    try:
        items = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{answer.url}: expected JSON, found something else: {error}") from error
    if not isinstance(items, list):
        raise SourceError(f"{answer.url}: expected a list of papers, found {type(items).__name__}")
    return items


def _record(item: Any, day: date) -> PaperRecord:
    """Return the record of one item; SourceError if it has no arXiv id or no title."""
    paper = item.get("paper") if isinstance(item, dict) else None
    if not isinstance(paper, dict):
        raise SourceError("expected an object with a paper, found something else")
    identifier = arxiv_id.parse_arxiv_id(_text(paper, "id"))
    if identifier is None:
        raise SourceError(f"expected a paper with an arXiv ID, found “{_text(paper, 'id')[:60]}”")
    title = _text(paper, "title") or _text(item, "title")
    if not title:
        raise SourceError(f"{identifier}: expected a title, found none")
    now = timezone.now()
    listed = believable(_moment(_text(paper, "submittedOnDailyAt")), now)
    code_url, project_url = _links(paper)
    return PaperRecord.read(
        title,
        without_markdown(_text(paper, "summary") or _text(item, "summary")),
        source=NAME,
        identifiers=arxiv.identifiers(identifier.value),
        authors=tuple(_names(paper.get("authors"))),
        code_url=code_url,
        project_url=project_url,
        # The outer publishedAt is another moment, shifted by hours.
        published_at=believable(_moment(_text(paper, "publishedAt")), now),
        day=listed.astimezone(UTC).date() if listed else day,
        origin=Listing.Origin.HUGGINGFACE.value,
        withdrawn_at=believable(_moment(_text(paper, "withdrawnAt")), now),
    )


def _links(paper: dict[str, Any]) -> tuple[str, str]:
    """Return the link to the code and the one to the project; a project page that is a repository is code."""
    code_url, project_url = _address(paper.get("githubRepo")), _address(paper.get("projectPage"))
    if _REPOSITORY.match(project_url):
        return code_url or project_url, ""
    return code_url, project_url


def _address(value: Any) -> str:
    """Return an address; one without https:// in front, such as github.com/a/b, gets it."""
    text = value.strip() if isinstance(value, str) else ""
    return safe_url(f"https://{text}" if _WITHOUT_SCHEME.fullmatch(text) else text)


def _names(authors: Any) -> Iterator[str]:
    """Yield the names of authors who are not hidden; each is an object with a name, or a name."""
    if isinstance(authors, str):
        yield from author_names.split(authors)
    for author in authors if isinstance(authors, list) else []:
        if isinstance(author, str) and author.strip():
            yield author.strip()
        if isinstance(author, dict) and not author.get("hidden"):
            user = author.get("user")
            name = _text(author, "name") or (_text(user, "fullname") if isinstance(user, dict) else "")
            yield from filter(None, [name])


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
