"""The checklist before publishing: problems that readers would notice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from digest.catalog.formatting import TITLE_SEARCH, outside_links
from digest.composing.errors import ComposeError
from digest.composing.renderer import HTML_BYTES
from digest.editions.changes import ChangeRefusedError
from digest.models import Edition, EditionPaper, Paper
from digest.panel import link_checker, preview_mail
from digest.recommending.candidates import CandidateSet
from subscriptions.models.subscriber import MOST_PAPERS, USUAL_PAPERS

# A title in another edition at most this long before or after counts as a repeat.
REPEAT_WINDOW = timedelta(days=31)
# Links that are not checked: made from IDs that came from arXiv itself, or not a link to a paper.
UNCHECKED = ("https://arxiv.org/", "http://arxiv.org/", TITLE_SEARCH)
REQUIRED_HEADERS = (
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "Message-ID",
    "Feedback-ID",
    "Auto-Submitted",
)


class CheckStatus(StrEnum):
    """The result of a check."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One line of the checklist: the name of the check, its result, a message, and the papers or links concerned."""

    name: str
    verdict: CheckStatus
    message: str
    about: list[str] = field(default_factory=list)

    @property
    def in_short(self) -> str:
        """The check in a few words."""
        return f"{self.name.lower()} ({f'{len(self.about)} ' if self.about else ''}{self.message})"


def checklist(edition: Edition, offer: CandidateSet, now: datetime) -> list[Check]:
    """Return all checks that need no network. `offer` is the candidates for digests."""
    shown = EditionPaper.objects.shown().filter(edition=edition)
    papers = [entry.paper for entry in shown.select_related("paper").prefetch_related("paper__tags")]
    if not papers:
        return [Check("Papers", CheckStatus.BAD, "The edition is empty.")]
    return [
        _papers("Topics", "without a topic, so only readers who follow no topics get them", untagged_titles(papers)),
        _papers("Abstracts", "without an abstract", [paper.title for paper in papers if not paper.abstract.strip()]),
        _papers("Titles", "already in another edition within a month", repeated_titles(edition, papers)),
        _headers(offer, now),
        _size(offer, now),
    ]


def untagged_titles(papers: Iterable[Paper]) -> list[str]:
    """Return the titles of papers without topics."""
    return [paper.title for paper in papers if not paper.tags.all()]


def repeated_titles(edition: Edition, papers: Iterable[Paper]) -> list[str]:
    """Return the titles that are also in another edition within a month, or twice in this one."""
    near = EditionPaper.objects.shown().filter(
        edition__day__range=(edition.day - REPEAT_WINDOW, edition.day + REPEAT_WINDOW)
    )
    others = near.exclude(edition=edition).order_by().values_list("paper__title", flat=True)
    other_titles = {_bare(title) for title in others}
    titles = []
    for paper in papers:
        if _bare(paper.title) in other_titles:
            titles.append(paper.title)
        other_titles.add(_bare(paper.title))
    return titles


def check_links_of(edition: Edition) -> Check:
    """Check that every link to code, projects and publishers works.

    Links to arXiv are skipped: they are made from IDs that came from arXiv, which allows one request per three seconds.
    """
    papers = Paper.objects.filter(entry__in=edition.entries.shown().order_by()).prefetch_related("identifiers")
    urls = [link.url for paper in papers for link in outside_links(paper) if not link.url.startswith(UNCHECKED)]
    broken = link_checker.broken_links(urls)
    if broken:
        return Check("Links", CheckStatus.WARNING, "broken", [f"{url} {failure}" for url, failure in broken.items()])
    return Check("Links", CheckStatus.GOOD, f"All {len(urls)} links work.")


def _papers(name: str, problem: str, titles: list[str]) -> Check:
    return Check(name, CheckStatus.WARNING, problem, titles) if titles else Check(name, CheckStatus.GOOD, "All good.")


def _headers(offer: CandidateSet, now: datetime) -> Check:
    delivery = preview_mail.for_followers(offer, [], USUAL_PAPERS, now)
    try:
        headers = preview_mail.message_to("reader@example.org", delivery).message()
    except (ComposeError, ChangeRefusedError) as error:
        return Check("Headers", CheckStatus.BAD, str(error))
    missing = [name for name in REQUIRED_HEADERS if name not in headers]
    if missing:
        return Check("Headers", CheckStatus.BAD, "missing", missing)
    return Check("Headers", CheckStatus.GOOD, "All headers for bulk email are there.")


def _size(offer: CandidateSet, now: datetime) -> Check:
    """Check the size of the longest email a reader can ask for."""
    delivery = preview_mail.for_followers(offer, [], MOST_PAPERS, now)
    try:
        size = len(preview_mail.render_preview(delivery).html.encode())
    except (ComposeError, ChangeRefusedError) as error:
        return Check("Size", CheckStatus.BAD, f"The longest digest can’t be built: {error}")
    return Check(
        "Size", CheckStatus.GOOD, f"The longest digest is {size // 1024} KB. The limit is {HTML_BYTES // 1024} KB."
    )


def _bare(title: str) -> str:
    return re.sub(r"\W+", " ", title).strip().casefold()
