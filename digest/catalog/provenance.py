"""Provenance: each source's own description of a paper, stored alongside the paper's text."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from digest.catalog.precedence import ARXIV_RANK
from digest.models import Paper, SourceStatement
from digest.sources.record import PaperRecord

STATEMENT_BATCH = 500
_MOST_NAME_LETTERS = 300


class Statements:
    """The statements of a batch: both of them, for each paper that a second source reports."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], tuple[Paper, dict[str, Any]]] = {}
        # By the paper's identity: its text as it was, and what its source calls it. Kept only if its source has no
        # statement yet.
        self._as_they_stood: dict[int, SourceStatement] = {}
        self._papers: dict[int, Paper] = {}

    def take(self, record: PaperRecord, paper: Paper, first_name: str) -> None:
        """Keep what the record says, and what the paper's own source said before it.

        first_name: the first identifier of a paper that the batch creates. arXiv's three ways are one source; a record
        without a title says little.
        """
        if record.source == paper.source or not record.title or {record.source, paper.source} <= ARXIV_RANK.keys():
            return
        if id(paper) not in self._as_they_stood:
            content = _content_of_paper(paper)
            name = ":".join(content["identifiers"][0]) if content["identifiers"] else first_name
            self._as_they_stood[id(paper)] = _statement(paper, paper.source, name, content)
            self._papers[id(paper)] = paper
        self._rows[record.source, _name(record)] = (paper, _content_of_record(record))

    def replace(self, other: Paper, one: Paper) -> None:
        """Move what was said about one paper to the other paper that it is."""
        for key, (paper, content) in self._rows.items():
            if paper is other:
                self._rows[key] = (one, content)
        if id(other) in self._papers:
            self._papers[id(other)] = one

    def write(self) -> None:
        """Write what is new, or differs from what was said before."""
        if not self._rows:
            return
        names = [name for _, name in self._rows]
        papers = [paper.pk for paper in self._papers.values()]
        present = SourceStatement.objects.filter(Q(name__in=names) | Q(paper__in=papers))
        content_before = {(row.source, row.name): row.content for row in present}
        has_said = {(row.source, row.paper_id) for row in present}
        rows = {
            (source, name): _statement(paper, source, name, content)
            for (source, name), (paper, content) in self._rows.items()
            if content_before.get((source, name)) != content
        }
        for key, row in self._as_they_stood.items():
            row.paper = self._papers[key]
            if (row.source, row.paper_id) not in has_said and (row.source, row.name) not in self._rows:
                rows.setdefault((row.source, row.name), row)
        SourceStatement.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["source", "name"],
            update_fields=["paper", "content", "said_at"],
            batch_size=STATEMENT_BATCH,
        )


def _statement(paper: Paper, source: str, name: str, content: dict[str, Any]) -> SourceStatement:
    name = name[:_MOST_NAME_LETTERS]
    return SourceStatement(paper=paper, source=source, name=name, content=content, said_at=timezone.now())


def _name(record: PaperRecord) -> str:
    return ":".join(record.identifiers[0])[:_MOST_NAME_LETTERS]


def _content_of_record(record: PaperRecord) -> dict[str, Any]:
    return {
        "title": record.original_title,
        "abstract": record.original_abstract,
        "authors": list(record.original_authors),
        "identifiers": [list(pair) for pair in record.identifiers],
        "categories": list(record.categories),
        "published_at": record.published_at.isoformat() if record.published_at else "",
        "version": record.version,
        "venue": record.venue,
        "licence": record.licence,
        "day": record.day.isoformat() if record.day else "",
        "origin": record.origin,
    }


def _content_of_paper(paper: Paper) -> dict[str, Any]:
    ids = paper.identifiers.order_by("pk").values_list("scheme", "value") if paper.pk else ()
    return {
        "title": paper.original_title,
        "abstract": paper.original_abstract,
        "authors": list(paper.original_authors),
        "identifiers": [list(pair) for pair in ids],
        "categories": list(paper.arxiv_categories),
        "published_at": paper.published_at.isoformat() if paper.published_at else "",
        "version": paper.version,
        "venue": paper.venue or "",
        "licence": "",
        "day": "",
        "origin": "",
    }
