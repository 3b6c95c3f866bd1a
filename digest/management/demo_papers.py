"""The demo's other papers: last week's editions, and a draft for tomorrow with plenty to choose from."""

import json
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings

from digest.catalog.importing import import_records
from digest.editions import curation
from digest.models import Edition, EditionPaper, Paper
from digest.sources.record import PaperRecord

# arXiv's metadata, CC0: see seeds/README.md.
DEMO_RECORDS = settings.BASE_DIR / "seeds" / "arxiv-papers.jsonl"
PAST_EDITIONS, PAPERS_IN_PAST_EDITION = 6, 8
# What the draft begins with: one paper pinned, one with a note, one hidden.
DRAFT_ENTRIES: tuple[dict[str, str], ...] = (
    {"placement": EditionPaper.Placement.PINNED},
    {"note": "A short one to start with: the first figure says it all."},
    {},
    {},
    {"placement": EditionPaper.Placement.HIDDEN},
)
PUBLISHED_AT = time(6, tzinfo=UTC)


def import_demo_papers() -> list[Paper]:
    """Import the shipped arXiv papers; return them, oldest first."""
    rows = [json.loads(line) for line in DEMO_RECORDS.read_text(encoding="utf-8").splitlines()]
    records = [
        PaperRecord.read(
            row["title"],
            row["abstract"],
            source="arxiv",
            identifiers=(("arxiv", row["id"]),),
            authors=row["authors"],
            categories=tuple(row["categories"]),
        )
        for row in rows
    ]
    return import_records(records).papers


def publish_past_editions(papers: list[Paper], before: date, today: date) -> dict[Edition, date]:
    """Publish an edition for each of the days before the seed page's, one a day up to yesterday.

    Returns them, oldest first, each with the day its digests went out. `before`: the day of the seed page.
    """
    editions: dict[Edition, date] = {}
    for back in range(PAST_EDITIONS, 0, -1):
        edition = Edition.objects.create(day=before - timedelta(days=back))
        begin = (PAST_EDITIONS - back) * PAPERS_IN_PAST_EDITION
        edition.append(papers[begin : begin + PAPERS_IN_PAST_EDITION])
        sent_on = today - timedelta(days=back)
        curation.publish_edition(edition, datetime.combine(sent_on, PUBLISHED_AT))
        edition.refresh_from_db()
        editions[edition] = sent_on
    return editions


def create_demo_draft(papers: list[Paper], day: date) -> Edition:
    """Begin the edition of a day with a few of the papers; all the others are candidates for it."""
    draft = Edition.objects.create(day=day)
    for position, (paper, wish) in enumerate(zip(papers, DRAFT_ENTRIES, strict=False)):
        EditionPaper.objects.create(edition=draft, paper=paper, position=position, **wish)
    return draft
