"""Papers in the shape of the API of Hugging Face's Daily Papers, and a few schemas of our own."""

import hashlib
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from ninja import Field, Schema

from digest.catalog.identifiers import public_id
from digest.catalog.key_sentence import quoted
from digest.catalog.written_sentence import written
from digest.models import EditionPaper
from subscriptions.links import absolute


class Author(Schema):
    """One author of a paper."""

    key: str = Field(alias="_id")
    name: str
    hidden: bool = False


class Curator(Schema):
    """Who put a paper into its edition. Here it is always the site. Its two names have separate fields, as there."""

    key: str = Field(alias="_id")
    avatarUrl: str  # noqa: N815 - as there
    isPro: bool = False  # noqa: N815
    fullname: str
    user: str
    name: str
    type: str = "user"


class SentenceItem(Schema):
    """A sentence that a language model wrote about a paper, and the model's name."""

    text: str
    model: str


class PaperItem(Schema):
    """A paper."""

    id: str = Field(description="The arXiv ID, or local- and our number if there is none")
    url: str = Field(description="The paper's page on this site")
    authors: list[Author]
    publishedAt: str  # noqa: N815
    submittedOnDailyAt: str = Field(description="The day of its edition")  # noqa: N815
    title: str
    submittedOnDailyBy: Curator  # noqa: N815
    summary: str
    key_sentence: str | None = Field(
        None, description="The sentence of the summary that best says what the paper contributes"
    )
    written_sentence: SentenceItem | None = Field(None, description="A sentence by a language model, if one is used")
    upvotes: int
    discussionId: str  # noqa: N815
    projectPage: str | None = None  # noqa: N815
    githubRepo: str | None = None  # noqa: N815


class PaperDetail(PaperItem):
    """A paper with Hugging Face's linked items, which are empty here."""

    linkedModels: list[str] = []  # noqa: N815
    numTotalModels: int = 0  # noqa: N815
    linkedDatasets: list[str] = []  # noqa: N815
    numTotalDatasets: int = 0  # noqa: N815
    linkedSpaces: list[str] = []  # noqa: N815
    numTotalSpaces: int = 0  # noqa: N815


class DailyPaper(Schema):
    """A paper in a list."""

    paper: PaperItem
    url: str = Field(description="The paper's page on this site")
    publishedAt: str  # noqa: N815
    title: str
    summary: str
    thumbnail: str
    numComments: int = 0  # noqa: N815
    submittedBy: Curator  # noqa: N815
    isAuthorParticipating: bool = False  # noqa: N815


class Error(Schema):
    """An error message."""

    error: str


class EditionItem(Schema):
    """A day that has an edition."""

    day: date
    papers: int
    url: str


class TopicItem(Schema):
    """A topic that readers can follow."""

    slug: str
    name: str
    description: str
    papers: int
    url: str


def paper_item(entry: EditionPaper) -> dict[str, Any]:
    """Return a paper in the shape of PaperItem, without the optional fields that have no value."""
    paper = entry.paper
    day = datetime.combine(entry.edition.day, time(settings.EDITION_HOUR), UTC)
    item = {
        "id": public_id(paper),
        "url": absolute(paper.get_absolute_url()),
        "authors": [
            {"_id": key(f"{paper.pk} {place} {name}"), "name": name, "hidden": False}
            for place, name in enumerate(paper.authors)
        ],
        "publishedAt": moment(paper.published_at or day),
        "submittedOnDailyAt": moment(day),
        "title": paper.title,
        "submittedOnDailyBy": curator(),
        "summary": paper.abstract,
        "upvotes": paper.votes,
        "discussionId": key(f"discussion {paper.pk}"),
    }
    if sentence := quoted(paper):
        item["key_sentence"] = sentence
    if sentence := written(paper):
        item["written_sentence"] = {"text": sentence, "model": paper.written_by}
    if paper.project_url:
        item["projectPage"] = paper.project_url
    if urlsplit(paper.code_url).hostname == "github.com":
        item["githubRepo"] = paper.code_url
    return item


def daily_paper(entry: EditionPaper) -> dict[str, Any]:
    """Return a paper in the shape of DailyPaper."""
    item = paper_item(entry)
    return {
        "paper": item,
        "url": item["url"],
        # Hugging Face's value is some hours off. Programs that read it get the right time here.
        "publishedAt": item["publishedAt"],
        "title": item["title"],
        "summary": item["summary"],
        "thumbnail": absolute(reverse("share_image", args=[entry.paper_id])),
        "numComments": 0,
        "submittedBy": curator(),
        "isAuthorParticipating": False,
    }


def curator() -> dict[str, Any]:
    """Return the curator, who submits everything."""
    return {
        "_id": key("curator"),
        "avatarUrl": absolute("/static/digest/icons/favicon.svg"),
        "isPro": False,
        "fullname": settings.SITE_NAME,
        "user": CURATOR,
        "name": CURATOR,
        "type": "user",
    }


# The user name under which all papers are submitted.
CURATOR = "daily-papers"


def key(text: str) -> str:
    """Return an ID in Hugging Face's format: 24 hexadecimal digits, always the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def moment(at: datetime) -> str:
    """Format a time as JavaScript does: 2026-02-26T17:08:18.000Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
