"""The checklist before publishing: what readers would stumble over."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from digest.arranging import RefusedError
from digest.composing.errors import ComposeError
from digest.composing.plain import HTML_BYTES
from digest.composing.wording import outside_links
from digest.models import Edition, EditionPaper, Paper
from digest.offers import Candidates
from digest.panel import answering, previewing

# A title that came within so many days before, or after, has been read.
MONTH = timedelta(days=31)
NEEDED = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Message-ID", "Feedback-ID", "Auto-Submitted")


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what was looked at, how it is, and what it is about."""

    name: str
    verdict: Verdict
    told: str
    about: list[str] = field(default_factory=list)


def checklist(edition: Edition, offer: Candidates, now: datetime) -> list[Check]:
    """Return all checks that need nobody outside; `offer` is what digests are chosen from."""
    shown = EditionPaper.objects.shown().filter(edition=edition)
    papers = [entry.paper for entry in shown.select_related("paper").prefetch_related("paper__tags")]
    if not papers:
        return [Check("Papers", Verdict.BAD, "No paper is shown.")]
    return [
        _papers("Topics", "has no topic, and reaches only those who read everything", untagged(papers)),
        _papers("Abstracts", "has no abstract", [paper.title for paper in papers if not paper.abstract.strip()]),
        _papers("Titles", "came already within a month", repeated(edition, papers)),
        _headers(offer, now),
        _size(offer, now),
    ]


def untagged(papers: Iterable[Paper]) -> list[str]:
    """Return the titles of papers without topics."""
    return [paper.title for paper in papers if not paper.tags.all()]


def repeated(edition: Edition, papers: Iterable[Paper]) -> list[str]:
    """Return the titles that stand in another edition within a month, or twice in this one."""
    near = EditionPaper.objects.shown().filter(edition__day__range=(edition.day - MONTH, edition.day + MONTH))
    others = near.exclude(edition=edition).order_by().values_list("paper__title", flat=True)
    seen = {_bare(title) for title in others}
    found = []
    for paper in papers:
        if _bare(paper.title) in seen:
            found.append(paper.title)
        seen.add(_bare(paper.title))
    return found


def links(edition: Edition) -> Check:
    """Ask every link to code, projects and publishers whether it answers.

    Not those to arXiv: they are made of ids that came from there, and it asks for one request in three seconds.
    """
    papers = Paper.objects.filter(entry__in=edition.entries.shown().order_by()).prefetch_related("identifiers")
    urls = [link.url for paper in papers for link in outside_links(paper) if "//arxiv.org/" not in link.url]
    silent = answering.silent(urls)
    if silent:
        return Check("Links", Verdict.WARNING, "does not answer", [f"{url} {told}" for url, told in silent.items()])
    return Check("Links", Verdict.GOOD, f"{len(urls)} links answer.")


def _papers(name: str, complaint: str, titles: list[str]) -> Check:
    return (
        Check(name, Verdict.WARNING, complaint, titles) if titles else Check(name, Verdict.GOOD, "Nothing is missing.")
    )


def _headers(offer: Candidates, now: datetime) -> Check:
    delivery = previewing.for_followers(offer, [], previewing.USUAL_PAPERS, now)
    try:
        headers = previewing.message_to("reader@example.org", delivery).message()
    except (ComposeError, RefusedError) as error:
        return Check("Headers", Verdict.BAD, str(error))
    missing = [name for name in NEEDED if name not in headers]
    if missing:
        return Check("Headers", Verdict.BAD, "is missing", missing)
    return Check("Headers", Verdict.GOOD, "Everything that bulk mail must carry is there.")


def _size(offer: Candidates, now: datetime) -> Check:
    """Weigh the longest mail a reader can ask for."""
    delivery = previewing.for_followers(offer, [], previewing.MOST_PAPERS, now)
    try:
        size = len(previewing.mail(delivery).html.encode())
    except (ComposeError, RefusedError) as error:
        return Check("Size", Verdict.BAD, f"The longest digest: {error}")
    return Check("Size", Verdict.GOOD, f"The longest digest has {size // 1024} KB of {HTML_BYTES // 1024} KB.")


def _bare(title: str) -> str:
    return re.sub(r"\W+", " ", title).strip().casefold()
