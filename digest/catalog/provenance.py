"""What each of several sources said of one paper, kept beside the paper's own text."""

from typing import Any

from django.utils import timezone

from digest.catalog.precedence import ARXIV_RANK
from digest.models import Paper, SourceStatement
from digest.sources.record import PaperRecord

STATEMENT_BATCH = 500
_MOST_NAME_LETTERS = 300


class Statements:
    """The statements of a batch: of each paper of which a second source tells, both."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], tuple[Paper, dict[str, Any]]] = {}
        # Those of the paper's text as it stood: what its source said already is not said over.
        self._as_it_stood: set[tuple[str, str]] = set()

    def take(self, record: PaperRecord, paper: Paper, first_name: str) -> None:
        """Keep what the record says, and what the paper's own source said before it.

        first_name: the paper's first identifier. arXiv's three ways are one source; who has no title says little.
        """
        if record.source == paper.source or not record.title or {record.source, paper.source} <= ARXIV_RANK.keys():
            return
        own = (paper.source, first_name[:_MOST_NAME_LETTERS])
        if own not in self._rows:
            self._rows[own] = (paper, _content_of_paper(paper))
            self._as_it_stood.add(own)
        name = ":".join(record.identifiers[0])[:_MOST_NAME_LETTERS]
        self._rows[record.source, name] = (paper, _content_of_record(record))
        self._as_it_stood.discard((record.source, name))

    def replace(self, other: Paper, one: Paper) -> None:
        """Let what was said of one paper be said of another, which it is."""
        for key, (paper, content) in self._rows.items():
            if paper is other:
                self._rows[key] = (one, content)

    def write(self) -> None:
        """Write what is new or was said otherwise before."""
        if not self._rows:
            return
        names = [name for _, name in self._rows]
        present = {(row.source, row.name): row for row in SourceStatement.objects.filter(name__in=names)}
        rows = [
            SourceStatement(paper_id=paper.pk, source=source, name=name, content=content, said_at=timezone.now())
            for (source, name), (paper, content) in self._rows.items()
            if (source, name) not in present
            or ((source, name) not in self._as_it_stood and present[source, name].content != content)
        ]
        SourceStatement.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["source", "name"],
            update_fields=["paper", "content", "said_at"],
            batch_size=STATEMENT_BATCH,
        )


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
