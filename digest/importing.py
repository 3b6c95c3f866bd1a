"""Records of sources → papers: each paper once, whichever source tells of it; what changed is written, no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from digest import embedding, tagging
from digest.models import Edition, EditionPaper, Paper, PaperIdentifier
from digest.sources import seed
from digest.sources.record import PaperRecord

BATCH = 500

Identifier = tuple[str, str]


class IdentifierConflictError(ValueError):
    """The identifiers of one record belong to different papers."""


@dataclass
class Imported:
    """The papers of the records, each once, in their order, and what was done with them."""

    papers: list[Paper] = field(default_factory=list)
    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return f"{self.new} new, {self.updated} updated, {self.unchanged} unchanged"


@dataclass
class ImportedPage:
    """A seed page imported: its papers, its edition, and how many papers the edition got by it."""

    papers: Imported
    day: date
    added: int


def import_records(records: Sequence[PaperRecord]) -> Imported:
    """Write the papers of the records, tag what is new or changed, and return what was done; all or nothing.

    A paper is known by any of its identifiers. An empty field of a record takes nothing away from a known paper.
    Raises IdentifierConflictError where one record stands for two papers.
    """
    with transaction.atomic():
        batch = _Batch(_known(records))
        for record in records:
            batch.take(record)
        return batch.write()


def import_seed_page(path: Path = seed.SHIPPED_PAGE, year: int = seed.SHIPPED_YEAR) -> ImportedPage:
    """Import the papers of a seed page and put them, in its order, into the edition of its day, a draft where new.

    A paper that stands in an edition already stays there. Raises SourceError where the page breaks the pattern; then
    nothing is imported.
    """
    page = seed.read(path, year)
    with transaction.atomic():
        imported = import_records(page.papers)
        edition, _ = Edition.objects.get_or_create(day=page.day)
        return ImportedPage(imported, page.day, _append(edition, imported.papers))


def _append(edition: Edition, papers: list[Paper]) -> int:
    """Put those papers that are in no edition at the end of this one; return how many."""
    placed = set(EditionPaper.objects.filter(paper__in=papers).values_list("paper_id", flat=True))
    last = edition.entries.aggregate(last=Max("position"))["last"]
    entries = [
        EditionPaper(edition=edition, paper=paper, position=position)
        for position, paper in enumerate(
            (paper for paper in papers if paper.pk not in placed), start=0 if last is None else last + 1
        )
    ]
    EditionPaper.objects.bulk_create(entries, batch_size=BATCH)
    return len(entries)


def _known(records: Iterable[PaperRecord]) -> dict[Identifier, Paper]:
    """Return the papers that any identifier of the records points at; one object for each paper."""
    values: dict[str, set[str]] = {}
    for record in records:
        for scheme, value in record.identifiers:
            values.setdefault(scheme, set()).add(value)
    if not values:
        return {}
    named = Q()
    for scheme, wanted in values.items():
        named |= Q(scheme=scheme, value__in=wanted)
    papers: dict[int, Paper] = {}
    return {
        (row.scheme, row.value): papers.setdefault(row.paper_id, row.paper)
        for row in PaperIdentifier.objects.filter(named).select_related("paper")
    }


class _Batch:
    """What is to be written for a batch of records. A paper without a key is new."""

    def __init__(self, known: dict[Identifier, Paper]) -> None:
        self.known = known
        self.papers: list[Paper] = []
        self.changed: dict[int, set[str]] = {}
        self.identifiers: list[PaperIdentifier] = []

    def take(self, record: PaperRecord) -> None:
        """Find or make the record's paper and put the record's fields into it."""
        paper = self._paper_of(record)
        # Compared by identity: papers without a key are equal to nothing.
        if not any(paper is other for other in self.papers):
            self.papers.append(paper)
        for name, value in _fields(record).items():
            if value and getattr(paper, name) != value:
                setattr(paper, name, value)
                self.changed.setdefault(id(paper), set()).add(name)
        for scheme, value in record.identifiers:
            if (scheme, value) not in self.known:
                self.known[scheme, value] = paper
                self.identifiers.append(PaperIdentifier(paper=paper, scheme=scheme, value=value))

    def _paper_of(self, record: PaperRecord) -> Paper:
        found = {id(paper): paper for name in record.identifiers if (paper := self.known.get(name))}
        if len(found) > 1:
            names = ", ".join(f"{scheme}:{value}" for scheme, value in record.identifiers)
            raise IdentifierConflictError(f"“{record.title}”: expected one paper for {names}, found {len(found)}")
        return next(iter(found.values()), Paper(source=record.source))

    def write(self) -> Imported:
        """Write all of it and return what was done."""
        new = [paper for paper in self.papers if paper.pk is None]
        updated = [paper for paper in self.papers if paper.pk and id(paper) in self.changed]
        embedding.embed([*new, *updated])
        Paper.objects.bulk_create(new, batch_size=BATCH)
        for paper in updated:
            # Bulk updates leave out auto_now.
            paper.updated_at = timezone.now()
        Paper.objects.bulk_update(
            updated,
            [*sorted(set().union(*self.changed.values())), "updated_at", "embedding", "embedding_model"],
            batch_size=BATCH,
        )
        for identifier in self.identifiers:
            # The paper had no key when it was assigned.
            identifier.paper_id = identifier.paper.pk
        PaperIdentifier.objects.bulk_create(self.identifiers, batch_size=BATCH)
        if new or updated:
            tagging.tag([*new, *updated])
        return Imported(self.papers, len(new), len(updated), len(self.papers) - len(new) - len(updated))


def _fields(record: PaperRecord) -> dict[str, object]:
    """Return what the record says, by the names of the model's fields."""
    return {
        "title": record.title,
        "abstract": record.abstract,
        "original_title": record.original_title,
        "original_abstract": record.original_abstract,
        "authors": list(record.authors),
        "arxiv_categories": list(record.categories),
        "code_url": record.code_url,
        "project_url": record.project_url,
        "published_at": record.published_at,
    }
